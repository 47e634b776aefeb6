"""DynamoDB through boto3: the same answers and errors as through our own client."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
    UnauthorizedSSOTokenError,
    UnknownServiceError,
)
from botocore.stub import Stubber

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.errors import StorageDeniedError, StorageUnavailableError

KEY = {"pk": {"S": "SUB#1"}, "sk": {"S": "SUB"}}


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "dynamodb", region_name="eu-north-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret"
    )


def test_call__returns_only_the_answer_in_wire_format(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_response("get_item", {"Item": KEY}, {"TableName": "table", "Key": KEY})

        assert sdk_call(client)("GetItem", {"TableName": "table", "Key": KEY}) == {"Item": KEY}


def test_call__says_why_a_transaction_was_cancelled(client: Any) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": KEY}]
    with Stubber(client) as stub:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            "no",
            modeled_fields={"CancellationReasons": reasons},
        )

        with pytest.raises(AwsCallError) as caught:
            sdk_call(client)("TransactWriteItems", {"TransactItems": [{"Delete": {"TableName": "table", "Key": KEY}}]})

    assert caught.value.code == "TransactionCanceledException"
    assert caught.value.cancellation_reasons == tuple(reasons)
    assert not caught.value.retryable


def test_call__returns_the_item_that_stood_in_the_way(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("put_item", "ConditionalCheckFailedException", "no", modeled_fields={"Item": KEY})

        with pytest.raises(AwsCallError) as caught:
            sdk_call(client)("PutItem", {"TableName": "table", "Item": KEY})

    assert caught.value.item == KEY


UNTRUSTED = SSLError(endpoint_url="https://x", error="[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")


class Failing:
    """A client whose calls all raise one error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def get_item(self, **_: Any) -> dict[str, Any]:
        raise self._error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NoRegionError(), "could not be made (NoRegionError: You must specify a region"),
        (ParamValidationError(report="Unknown parameter"), "could not be made (ParamValidationError: "),
        (UnknownServiceError(service_name="x", known_service_names="y"), "could not be made (UnknownServiceError: "),
        (UNTRUSTED, "could not be made (SSLError: "),
        (NoCredentialsError(), "can't be used with these credentials (NoCredentialsError: "),
        (UnauthorizedSSOTokenError(), "can't be used with these credentials (UnauthorizedSSOTokenError: "),
    ],
    ids=lambda value: type(value).__name__,
)
def test_misconfiguration__is_one_clear_error_at_once(error: Exception, sentence: str) -> None:
    """Waiting doesn't help against a wrong region or a wrong request."""

    def forbidden(_: float) -> None:
        pytest.fail("It waited.")

    with pytest.raises(StorageDeniedError) as caught:
        Table(sdk_call(Failing(error)), "rollcall", sleep=forbidden).get(("a", "b"))

    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="https://x"),
        ConnectTimeoutError(endpoint_url="https://x"),
        ReadTimeoutError(endpoint_url="https://x"),
        ConnectionClosedError(endpoint_url="https://x"),
        ProxyConnectionError(proxy_url="http://x"),
        SSLError(endpoint_url="https://x", error="EOF occurred in violation of protocol"),
        IncompleteReadError(actual_bytes=1, expected_bytes=2),
    ],
    ids=lambda value: type(value).__name__,
)
def test_lost_connection__is_retried(error: Exception) -> None:
    pauses: list[float] = []
    now = iter(range(99))

    with pytest.raises(StorageUnavailableError, match="can't be used at the moment"):
        Table(sdk_call(Failing(error)), "rollcall", sleep=pauses.append, monotonic=lambda: next(now)).get(("a", "b"))

    assert pauses
