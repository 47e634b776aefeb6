"""A REST API for tests to hang things on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

API_CONFIG: dict[str, Any] = {
    "name": "rollcall",
    "description": "Takes forms.",
    "endpoint_configuration": [{"types": ["REGIONAL"]}],
    "tags": {"Part": "api"},
}


_ANSWER = {"type": "mock", "responses": {"default": {"statusCode": "204"}}}
BODY = json.dumps(
    {
        "openapi": "3.0.1",
        "info": {"title": "rollcall", "version": "1"},
        "paths": {"/": {"get": {"x-amazon-apigateway-integration": _ANSWER}}},
    }
)
"""One method: API Gateway deploys no API without any."""


@dataclass
class Api:
    """An API, and a client to ask about it."""

    state: dict[str, Any]
    client: Any
