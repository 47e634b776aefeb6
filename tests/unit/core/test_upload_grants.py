"""Upload grants: what a browser may send, signed as AWS's own SDK signs it."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace
from typing import Any

from botocore.auth import S3SigV4PostAuth
from botocore.credentials import Credentials
from contract.fakes import StoppedClock
from unit.core.builders import NOW, a_field, a_form

from registration_core.adapters.upload_grants import UploadGrants
from registration_core.domain.files import FileRules, Upload

ENVIRON = {
    "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "token",
    "AWS_REGION": "eu-north-1",
}
CV = a_field("file", "cv", files=FileRules(("pdf",), 5_000_000))
FORM = a_form(a_field("email", "email", required=True), CV)


def grants() -> UploadGrants:
    url = "https://files.s3.eu-north-1.amazonaws.com"
    return UploadGrants("files", url, clock=StoppedClock(NOW), environ=ENVIRON)


def policy_of(fields: dict[str, str]) -> Any:
    return json.loads(base64.b64decode(fields["policy"]))


def test_grants__allow_one_prefix_and_size() -> None:
    granted: Any = grants().for_submission(FORM, "prt_1")
    assert granted.keys() == {"cv"}
    fields = granted["cv"]["fields"]
    policy = policy_of(fields)
    assert fields["key"] == "incoming/prt_1/cv/"
    assert policy["expiration"] == "2027-03-01T10:30:00Z"
    for condition in (
        {"bucket": "files"},
        ["starts-with", "$key", "incoming/prt_1/cv/"],
        ["content-length-range", 0, 5_000_000],
        {"Content-Type": "application/octet-stream"},
        {"x-amz-security-token": "token"},
    ):
        assert condition in policy["conditions"]
    assert "acl" not in json.dumps(policy).lower()


def test_grants__name_every_field_that_is_sent() -> None:
    """S3 refuses a form with a field that the policy doesn't name."""
    upload = Upload("prt_1", "cv", "u1")
    fields = grants().for_one_file(CV, upload, back_to="https://api.example.org/my?t=1")
    named = {
        name
        for condition in policy_of(fields)["conditions"]
        for name in (
            condition
            if isinstance(condition, dict)
            else [condition[1].removeprefix("$")]
            if isinstance(condition[1], str)
            else []
        )
    }
    assert fields.keys() - {"policy", "x-amz-signature"} == named - {"bucket"}
    assert {"key": "incoming/prt_1/cv/u1"} in policy_of(fields)["conditions"]


def test_grants__are_signed_as_botocore_signs() -> None:
    fields = grants().for_one_file(CV, Upload("prt_1", "cv", "u1"), back_to="https://api.example.org/my")
    judge = S3SigV4PostAuth(Credentials("ASIAEXAMPLE", "secret", "token"), "s3", "eu-north-1")
    request = SimpleNamespace(context={"timestamp": fields["x-amz-date"]})
    assert judge.signature(fields["policy"], request) == fields["x-amz-signature"]
