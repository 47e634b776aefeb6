"""Connections to AWS with the SDK: clients and tables. Only calls load the SDK."""

# ruff: noqa: PLC0415 - see the docstring of the package

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from registration_core.adapters.dynamodb.table import Table


#: Seconds to connect, and to wait for a response: well below the functions' time-outs, so that there is time to retry.
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 3, 5


def staff_table(dynamodb_client: Any, name: str) -> Table:  # noqa: ANN401 - boto3 ships no types
    """Return a table for the command line, which retries longer than a visitor would wait."""
    from registration_core.adapters.dynamodb.retries import STAFF_RETRY_S

    return _sdk_table(dynamodb_client, name, STAFF_RETRY_S)


def functions_table(name: str) -> Table:
    """Return a table for a function that loads the SDK."""
    from registration_core.adapters.dynamodb.retries import FUNCTION_RETRY_S

    return _sdk_table(sdk_client("dynamodb"), name, FUNCTION_RETRY_S)


def _sdk_table(dynamodb_client: Any, name: str, retry_s: float) -> Table:  # noqa: ANN401 - boto3 ships no types
    from registration_core.adapters.dynamodb.sdk import sdk_call
    from registration_core.adapters.dynamodb.table import Table

    return Table(sdk_call(dynamodb_client), name, retry_s=retry_s)


def sdk_client(service: str, **options: Any) -> Any:  # noqa: ANN401 - boto3 ships no types
    """Return a function's client of a service. options: botocore's, instead of our time-outs."""
    import boto3
    from botocore.config import Config

    from registration_core.adapters.dynamodb.sdk import ONE_ATTEMPT

    config = Config(**{"connect_timeout": CONNECT_TIMEOUT_S, "read_timeout": READ_TIMEOUT_S} | options)
    return boto3.client(service, config=config.merge(ONE_ATTEMPT) if service == "dynamodb" else config)
