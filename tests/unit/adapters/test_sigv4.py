"""Signatures: the same as in AWS's published example and from botocore's signer."""

from __future__ import annotations

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
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
    target=st.text("abc XYZ", max_size=20).map(str.strip),
    day=st.dates().filter(lambda day: day.year >= 2000),
)
def test_sign__agrees_with_botocore(body: bytes, token: str | None, target: str, day: object) -> None:
    timestamp = f"{day:%Y%m%d}T010203Z"
    sent = {"host": "dynamodb.eu-north-1.amazonaws.com", "content-type": "application/x-amz-json-1.0"}
    if target:
        sent["x-amz-target"] = target
    request = botocore.awsrequest.AWSRequest("POST", "https://dynamodb.eu-north-1.amazonaws.com/", dict(sent), body)
    request.context["timestamp"] = timestamp
    if token:
        request.headers["X-Amz-Security-Token"] = token
    request.headers["X-Amz-Date"] = timestamp
    known = botocore.credentials.Credentials(SUITE.access_key, SUITE.secret_key, token)
    signer = botocore.auth.SigV4Auth(known, "dynamodb", "eu-north-1")
    signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)

    ours = Sigv4(Credentials(SUITE.access_key, SUITE.secret_key, token), region="eu-north-1", service="dynamodb")

    assert ours.sign(sent, body, timestamp=timestamp)["authorization"].rpartition("=")[2] == signature


def test_sign__uses_a_key_for_one_day() -> None:
    signer = Sigv4(SUITE, region="us-east-1", service="service")
    signer.sign({"host": "example.amazonaws.com"}, b"", timestamp="20150829T235959Z")

    again = signer.sign({"host": "example.amazonaws.com"}, b"", timestamp="20150830T123600Z")

    assert again["authorization"].endswith("5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")


@pytest.mark.parametrize("secret", ["wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a-session-token"])
def test_credentials__hide_their_secret_values(secret: str) -> None:
    assert secret not in repr(Credentials("AKIDEXAMPLE", SUITE.secret_key, "a-session-token"))
