"""Whose address the limits count, whatever a client claims."""

from __future__ import annotations

import pytest

from lambda_handlers.http_request import read_request

KEY = "8b0e1ef6-6d7c-4b0f-9d0e-0d5f6f7c8a9b"
EDGE, VISITOR, CLAIMED = "192.0.2.7", "203.0.113.9", "198.51.100.1"


def address(edge_key: str, **headers: str) -> str:
    """Return the address that counts, for a connection from EDGE."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    event = {"headers": sent, "requestContext": {"identity": {"sourceIp": EDGE}}}
    return read_request(event).visitors_address(edge_key)


@pytest.mark.parametrize("edge_key", ["", KEY])
@pytest.mark.parametrize("sent", [None, "", "wrong", KEY[:-1], f"{KEY} ", "schlüssel\udcff"])
def test_client_without_the_key__counts_by_its_connection(edge_key: str, sent: str | None) -> None:
    edge = {} if sent is None else {"X_Rollcall_Edge": sent}
    if sent and not edge_key:
        edge = {"X_Rollcall_Edge": KEY}
    assert address(edge_key, X_Forwarded_For=f"{CLAIMED}, {VISITOR}, {EDGE}", **edge) == EDGE


@pytest.mark.parametrize(
    ("forwarded", "counted"),
    [
        (f"{VISITOR}, {EDGE}", VISITOR),
        (VISITOR, VISITOR),  # if the gateway adds nothing
        (f"{CLAIMED}, {VISITOR}, {EDGE}", VISITOR),
        (f"{CLAIMED},{CLAIMED} , {VISITOR},{EDGE}", VISITOR),
        (f"{EDGE}, {VISITOR}, {EDGE}", VISITOR),
        (f"garbage,, {VISITOR}, {EDGE}", VISITOR),
        (f"2001:db8::1, {EDGE}", "2001:db8::1"),
        (EDGE, EDGE),
        (f"{CLAIMED}, {EDGE}, {EDGE}", EDGE),
        ("", EDGE),
    ],
)
def test_distribution__names_the_visitor(forwarded: str, counted: str) -> None:
    """What a visitor wrote into X-Forwarded-For comes before what CloudFront saw, so it never counts."""
    assert address(KEY, X_Rollcall_Edge=KEY, X_Forwarded_For=forwarded) == counted
