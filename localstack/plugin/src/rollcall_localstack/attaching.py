"""LocalStack's own DynamoDB and streams, on a DynamoDB Local that runs already at ROLLCALL_DYNAMODB_URL.

LocalStack would start one itself, and that one listens on every interface.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import localstack.config
from localstack.aws.forwarder import HttpFallbackDispatcher
from localstack.services.dynamodb.server import DynamodbServer
from localstack.services.dynamodb.v2.provider import DynamoDBProvider
from localstack.services.dynamodbstreams.v2.provider import DynamoDBStreamsProvider
from localstack.services.plugins import Service

from rollcall_localstack.forwarding import URL


def dynamodb() -> Any:  # noqa: ANN401 - LocalStack's class
    """Return LocalStack's service for tables."""
    _attach()
    return Service.for_provider(
        DynamoDBProvider(),
        dispatch_table_factory=lambda provider: HttpFallbackDispatcher(provider, provider.get_forward_url),
    )


def dynamodbstreams() -> Any:  # noqa: ANN401 - LocalStack's class
    """Return LocalStack's service for streams."""
    _attach()
    return Service.for_provider(DynamoDBStreamsProvider())


def _attach() -> None:
    localstack.config.DYNAMODB_LOCAL_PORT = urlsplit(os.environ[URL]).port
    DynamodbServer.start_dynamodb = lambda _self: True
    DynamodbServer.stop_dynamodb = lambda _self: None
