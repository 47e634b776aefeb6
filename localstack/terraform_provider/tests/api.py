"""A REST API for tests to hang things on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

API_CONFIG: dict[str, Any] = {
    "name": "rollcall",
    "description": "Takes forms.",
    "endpoint_configuration": [{"types": ["REGIONAL"]}],
    "tags": {"Part": "api"},
}


@dataclass
class Api:
    """An API, and a client to ask about it."""

    state: dict[str, Any]
    client: Any
