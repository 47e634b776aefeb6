"""Signatures: the same as in AWS's published example and from botocore's signer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from botocore_judge import signed_by_botocore
from hypothesis import given
from hypothesis import strategies as st

from registration_core.adapters.dynamodb.sigv4 import Credentials, Sigv4

# From AWS's Signature Version 4 test suite (post-vanilla, post-header-key-case; service "service").
SUITE = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


def test_sign__matches_the_aws_test_suite() -> None:
    headers = Sigv4(SUITE, region="us-east-1", service="service").sign(
        {"Host": "example.amazonaws.com"}, b"", timestamp="20150830T123600Z"
    )

    assert headers["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    )


@given(
    body=st.binary(max_size=200),
    token=st.none() | st.text("abcXYZ019/+=", min_size=1, max_size=30),
    target=st.text("abc XYZ", max_size=20),
    endpoint=st.sampled_from(
        ["https://dynamodb.eu-north-1.amazonaws.com", "http://127.0.0.1:4566", "http://[::1]:4566"]
    ),
    timestamp=st.datetimes(datetime(2000, 1, 1)).map("{:%Y%m%dT%H%M%SZ}".format),  # noqa: DTZ001 - only its digits
)
def test_sign__sends_what_botocore_sends(
    body: bytes, token: str | None, target: str, endpoint: str, timestamp: str
) -> None:
    """Each header is the same, whole, at the same second: the time, the token and the authorization."""
    given_headers = {"host": endpoint.partition("//")[2], "content-type": "application/x-amz-json-1.0"}
    given_headers |= {"x-amz-target": target} if target else {}

    signed = Sigv4(replace(SUITE, session_token=token), region="eu-north-1", service="dynamodb").sign(
        given_headers, body, timestamp=timestamp
    )

    assert signed["x-amz-date"] == timestamp
    assert signed.get("x-amz-security-token") == token
    assert signed == signed_by_botocore(endpoint, signed, body, {SUITE.access_key: SUITE.secret_key})


def test_sign__uses_a_key_for_one_day() -> None:
    signer = Sigv4(SUITE, region="us-east-1", service="service")
    signer.sign({"host": "example.amazonaws.com"}, b"", timestamp="20150829T235959Z")

    again = signer.sign({"host": "example.amazonaws.com"}, b"", timestamp="20150830T123600Z")

    assert again["authorization"].endswith("5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")


@pytest.mark.parametrize("secret", ["wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a-session-token"])
def test_credentials__hide_their_secret_values(secret: str) -> None:
    assert secret not in repr(Credentials("AKIDEXAMPLE", SUITE.secret_key, "a-session-token"))
