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
    """An API with one resource, and a client to ask about it."""

    state: dict[str, Any]
    resource: dict[str, Any]
    client: Any

    @property
    def here(self) -> dict[str, Any]:
        """Arguments that name the resource."""
        return {"rest_api_id": self.state["id"], "resource_id": self.resource["id"]}

    def method(self, verb: str) -> dict[str, Any]:
        """What the emulator has of a method."""
        answer: dict[str, Any] = self.client.get_method(
            restApiId=self.state["id"], resourceId=self.resource["id"], httpMethod=verb
        )
        return answer
