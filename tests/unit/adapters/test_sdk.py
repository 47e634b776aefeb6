"""DynamoDB through boto3: the same answers and errors as through our own client."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from botocore.stub import Stubber

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.sdk import sdk_call

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


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (NoCredentialsError(), "NoCredentialsError", False),
        (EndpointConnectionError(endpoint_url="https://x"), "ConnectionLost", True),
    ],
)
def test_call__tells_errors_before_an_answer_apart(error: Exception, code: str, *, retryable: bool) -> None:
    class Client:
        def get_item(self, **_: Any) -> dict[str, Any]:
            raise error

    with pytest.raises(AwsCallError) as caught:
        sdk_call(Client())("GetItem", {})

    assert (caught.value.code, caught.value.retryable) == (code, retryable)
