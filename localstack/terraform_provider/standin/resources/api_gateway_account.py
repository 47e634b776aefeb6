"""API Gateway's settings for the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standin.resource import Resource, resource

if TYPE_CHECKING:
    from standin.values import State


@resource
class Account(Resource):
    """aws_api_gateway_account: one a region. Documentation page api_gateway_account; destroying it resets the role."""

    type = "aws_api_gateway_account"
    supported = frozenset({"cloudwatch_role_arn"})

    def _put(self, role_arn: str | None) -> None:
        operation = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role_arn or ""}
        self.client("apigateway").update_account(patchOperations=[operation])

    def create(self, planned: State) -> State:
        """Set the role."""
        self._put(planned["cloudwatch_role_arn"])
        return {"id": "api-gateway-account"}

    def read(self, state: State) -> State:  # noqa: ARG002 - there is one only
        """Read the settings."""
        answer = self.client("apigateway").get_account()
        limits = answer.get("throttleSettings", {})
        return {
            "id": "api-gateway-account",
            "api_key_version": answer.get("apiKeyVersion", ""),
            "cloudwatch_role_arn": answer.get("cloudwatchRoleArn") or "",
            "features": answer.get("features", []),
            "throttle_settings": [{"burst_limit": limits.get("burstLimit"), "rate_limit": limits.get("rateLimit")}],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - the hook's form
        """Set the role."""
        self._put(planned["cloudwatch_role_arn"])

    def delete(self, state: State) -> None:  # noqa: ARG002 - there is one only
        """Remove the role."""
        self._put(None)
