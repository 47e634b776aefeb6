"""What API Gateway knows of an account in one Region.

Defaults: terraform-provider-aws, website/docs/r/api_gateway_account.html.markdown. There is always one: a create sets
it, and a delete sets it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from standin.resource import Resource, resource

if TYPE_CHECKING:
    from standin.values import State

ACCOUNT = "api-gateway-account"


@resource
class Account(Resource):
    """The role with which API Gateway writes logs."""

    type = "aws_api_gateway_account"
    supported = frozenset({"cloudwatch_role_arn"})

    def _set(self, role_arn: str) -> None:
        operation = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role_arn}
        self.client("apigateway").update_account(patchOperations=[operation])

    def create(self, planned: State) -> State:
        """Set the role."""
        self._set(planned["cloudwatch_role_arn"] or "")
        return {"id": ACCOUNT}

    def read(self, state: State) -> State | None:  # noqa: ARG002 - there is one
        """Read the account."""
        answer = self.client("apigateway").get_account()
        throttle = answer.get("throttleSettings", {})
        return {
            "id": ACCOUNT,
            "api_key_version": answer.get("apiKeyVersion", ""),
            "cloudwatch_role_arn": answer.get("cloudwatchRoleArn") or "",
            "features": answer.get("features", []),
            "throttle_settings": [{"burst_limit": throttle.get("burstLimit"), "rate_limit": throttle.get("rateLimit")}],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - only the role changes
        """Set another role."""
        self._set(planned["cloudwatch_role_arn"] or "")

    def delete(self, state: State) -> None:  # noqa: ARG002 - there is one
        """Take the role away."""
        self._set("")
