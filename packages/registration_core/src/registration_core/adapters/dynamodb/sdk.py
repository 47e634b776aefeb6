"""DynamoDB through boto3, for code that loads it anyway: the command line and notify."""

from __future__ import annotations

import re

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ChecksumError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own
    HTTPClientError,
    IncompleteReadError,
)

from registration_core.adapters.dynamodb.call import AwsCallError, code_of
from registration_core.adapters.dynamodb.failures import NO_ACCESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call

_LOST = (ChecksumError, ConnectionError, HTTPClientError, IncompleteReadError)
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
            raise _not_answered(error) from error
        answer.pop("ResponseMetadata", None)
        return answer

    return call


def _method(operation: str) -> str:
    """`TransactWriteItems` is `transact_write_items` in Python."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


def _not_answered(error: BotoCoreError) -> AwsCallError:
    kind = type(error).__name__
    if kind in NO_ACCESS:
        return AwsCallError(kind, str(error))
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return AwsCallError("EndpointNotTrusted", f"{kind}: {error}")
    return AwsCallError("ConnectionLost" if isinstance(error, _LOST) else "NotSent", f"{kind}: {error}")


def _translated(error: ClientError) -> AwsCallError:
    details = error.response.get("Error", {})
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return AwsCallError(
        code_of(str(details.get("Code", "Unknown")), status),
        str(details.get("Message", error)),
        error.response.get("CancellationReasons") or (),
        item=error.response.get("Item"),
    )
