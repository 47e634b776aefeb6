"""DynamoDB through boto3, for code that loads it anyway: the command line and notify."""

from __future__ import annotations

import re

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from registration_core.adapters.dynamodb.call import RETRYABLE_CODES, AwsCallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call

NO_ACCESS = frozenset(
    {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError"}
)

_SERVERS_FAULT = 500
ONE_ATTEMPT = Config(retries={"mode": "standard", "total_max_attempts": 1})
"""The client's configuration; see `dynamodb.retries`."""


def sdk_call(boto3_client: Any) -> Call:  # noqa: ANN401 - boto3 ships no types
    """Return a `Call` from a low-level boto3 DynamoDB client.

    Create the client with `ONE_ATTEMPT`, because the table has its own retries. Safe for threads,
    as the client is.
    """

    def call(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(boto3_client, _method(operation))(**params)
        except ClientError as error:
            raise _translated(error) from error
        except BotoCoreError as error:
            kind = type(error).__name__
            raise AwsCallError(kind if kind in NO_ACCESS else "ConnectionLost", str(error)) from error
        answer.pop("ResponseMetadata", None)
        return answer

    return call


def _method(operation: str) -> str:
    """`TransactWriteItems` is `transact_write_items` in Python."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


def _translated(error: ClientError) -> AwsCallError:
    details = error.response.get("Error", {})
    code = str(details.get("Code", "Unknown"))
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= _SERVERS_FAULT:
        code = code if code in RETRYABLE_CODES else "ServiceUnavailable"
    return AwsCallError(
        code,
        str(details.get("Message", error)),
        error.response.get("CancellationReasons") or (),
        item=error.response.get("Item"),
    )
