"""DynamoDB and its streams, served by another emulator behind LocalStack's address.

Event source mappings, which read through LocalStack, find the same streams. ROLLCALL_DYNAMODB_URL
says where the other emulator listens.
"""

from __future__ import annotations

import os
from typing import Any

from localstack.aws.forwarder import AwsRequestProxy
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.plugins import Service

URL = "ROLLCALL_DYNAMODB_URL"


def service(name: str) -> Any:  # noqa: ANN401 - LocalStack's class
    """Return a service whose every call goes to the other emulator as it came."""
    spec, proxy = load_service(name), AwsRequestProxy(os.environ[URL])

    def forward(context: Any, _request: Any) -> Any:  # noqa: ANN401 - LocalStack's classes
        return proxy(context)

    return Service(name=name, skeleton=Skeleton(spec, dict.fromkeys(spec.operation_names, forward)))
