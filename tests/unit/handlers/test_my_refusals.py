"""A registrant's own page: what it says when a link leads nowhere, and what it keeps private."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from unit.handlers.my_desk import NEWER, SECRET, Desk, title

from registration_core.adapters.signing import MY, TokenSigner
from registration_core.adapters.signing_keys import parse_keys
from registration_core.domain.errors import StorageUnavailableError


def test_invalid_link__gets_a_message_with_the_next_step(desk: Desk) -> None:
    entry = desk.enter()
    later = desk.clock.now() + timedelta(days=1)
    forged = TokenSigner(parse_keys(NEWER)).sign(entry.id, purpose=MY, expires_at=later, address=entry.email)
    gone = desk.token(replace(entry, id="reg_01K4C7Q3ZJ8M5R2V9XTB6WYHDN"))

    for token, status, message in (
        (None, 403, "This link isn't complete"),
        ("", 403, "This link isn't complete"),
        ("x" * 5000, 403, "This link isn't complete"),
        (desk.token(entry)[:-3], 403, "This link isn't complete"),
        (forged, 403, "This link isn't complete"),
        (desk.token(entry, purpose="other"), 403, "This link isn't complete"),
        (desk.token(entry, life=timedelta(0)), 410, "This link has expired"),
        (gone, 410, "There is nothing here any more"),
    ):
        answer = desk.look(token)
        assert (answer["statusCode"], title(answer)) == (status, message)
        assert "mailto:" in answer["body"]
        if token:
            assert token not in answer["body"]
            assert desk.press(token, "cancel", confirm="yes")["statusCode"] == status
    assert desk.table.get(entry.id) == entry


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"body": "t=%FF"}, 400),
        ({"body": "t=a&action=verify&" + "x" * 40_000}, 413),
        ({"headers": {"Content-Type": "application/json"}, "body": "{}"}, 415),
    ],
)
def test_post__with_an_unknown_button__changes_nothing(desk: Desk, change: dict[str, Any], status: int) -> None:
    event = {"httpMethod": "POST", "path": "/my", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}

    answer = desk.function({**event, **change})

    assert (answer["statusCode"], title(answer)) == (status, "We didn't understand that")


@pytest.mark.parametrize("fields", [{"action": "promote"}, {"action": ""}])
def test_post__of_another_action__is_refused(desk: Desk, fields: dict[str, str]) -> None:
    assert desk.press(desk.token(desk.enter()), **fields)["statusCode"] == 400


def test_post__with_the_token_twice__is_refused(desk: Desk) -> None:
    token = desk.token(desk.enter())
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"t={token}&t={token}&action=verify"

    assert desk.function({"httpMethod": "POST", "headers": headers, "body": body})["statusCode"] == 403


def test_keys__a_newer_one_is_found_and_older_links_stay_valid(desk: Desk) -> None:
    old = desk.token(desk.enter())
    assert desk.look(old)["statusCode"] == 200

    desk.secrets.text = json.dumps({"keys": [{"key": NEWER}, {"key": SECRET}]})
    desk.clock.forward(seconds=20)

    assert desk.look(desk.token(desk.enter()))["statusCode"] == 200
    assert desk.look(old)["statusCode"] == 200


def test_storage__unavailable_says_to_come_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: str) -> Any:
        raise StorageUnavailableError("away")

    token = desk.token(desk.enter())
    monkeypatch.setattr(desk.table.__class__, "get", lambda _self, entry_id: away(entry_id))

    answer = desk.look(token)

    assert (answer["statusCode"], title(answer)) == (503, "We'll be back in a moment")
    assert answer["headers"]["Retry-After"] == "5"
    assert f'href="my?t={token}&amp;lang=en"' in answer["body"]


def test_log__holds_no_token_and_no_address(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    entry = desk.enter()
    token = desk.token(entry)
    desk.look(token)
    desk.press(token, "cancel", confirm="yes")
    desk.press(token[:-1], "cancel", confirm="yes")

    logged = capsys.readouterr().out

    assert [json.loads(line)["message"] for line in logged.splitlines()] == ["done", "refused"]
    assert token[:20] not in logged
    assert entry.email not in logged


def test_link_mailed_to_a_mistyped_address__ends_when_staff_correct_it(desk: Desk) -> None:
    entry = desk.enter()
    mistyped = desk.token(replace(entry, email="asa@exmaple.org"))

    for answer in (desk.look(mistyped), desk.press(mistyped, "erase", confirm="yes"), desk.press(mistyped, "cancel")):
        assert (answer["statusCode"], title(answer)) == (410, "This link was for another address")
        assert entry.reference[:4] not in answer["body"]
    assert desk.table.get(entry.id) == entry
    assert desk.look(desk.token(entry))["statusCode"] == 200
