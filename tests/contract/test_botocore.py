"""The judge of these suites: it refuses what AWS would refuse, although an emulator may accept it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from contract.conftest import REGION

from registration_core.adapters.dynamodb.sigv4 import Credentials
from registration_core.adapters.dynamodb.wire import wire_call

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
PUT = {"Put": {"TableName": "rollcall", "Item": KEY}}


@pytest.mark.parametrize(
    ("operation", "params", "fault"),
    [
        ("GetItem", {"TableName": "rollcall", "Key": KEY, "Consistent": True}, 'Unknown parameter in input: "Consist'),
        ("GetItem", {"TableName": "rollcall"}, "Missing required parameter"),
        ("GetItem", {"TableName": "rollcall", "Key": {"pk": {"N": 1}}}, "Invalid type for parameter Key.pk.N"),
        ("GetItem", {"TableName": "rollcall", "Key": {"pk": {"S": "a", "N": "1"}}}, "Key.pk. Can only set one"),
        ("PutItem", {"TableName": "rollcall", "Item": KEY, "ReturnValues": "OLD"}, "ReturnValues, value: OLD"),
        ("TransactWriteItems", {"TransactItems": [PUT] * 101}, "at most 100"),
        ("TransactWriteItems", {"TransactItems": []}, "Invalid length"),
        ("TransactWriteItems", {"TransactItems": [PUT | {"Delete": {}}]}, "Can only set one"),
    ],
)
def test_request__against_the_service_model_is_refused(
    emulator: str, operation: str, params: dict[str, Any], fault: str
) -> None:
    wire = wire_call(emulator, REGION, Credentials("test", "test"))
    with closing(wire), pytest.raises(AssertionError, match=fault):
        wire(operation, params)


@pytest.mark.parametrize("credentials", [Credentials("test", "another"), Credentials("test", "test", "a\ttoken")])
def test_request__with_another_signature_is_refused(emulator: str, credentials: Credentials) -> None:
    with closing(wire_call(emulator, REGION, credentials)) as wire, pytest.raises(AssertionError):
        wire("GetItem", {"TableName": "rollcall", "Key": KEY})
