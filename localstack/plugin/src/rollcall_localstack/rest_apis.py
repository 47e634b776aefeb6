"""LocalStack's API Gateway, with one set of tags for each REST API.

LocalStack keeps the tags that an API was created with apart from those that TagResource adds
(2026.3.0). In AWS both are the API's tags: API Gateway API Reference, GetTags and RestApi.
"""

from __future__ import annotations

from typing import Any

from localstack.aws.api import handler
from localstack.services.apigateway.next_gen.provider import ApigatewayNextGenProvider


class TaggedRestApis(ApigatewayNextGenProvider):  # type: ignore[misc]
    """LocalStack's API Gateway."""

    @handler("CreateRestApi", expand=False)  # type: ignore[untyped-decorator]
    def create_rest_api(self, context: Any, request: dict[str, Any]) -> Any:  # noqa: ANN401 - LocalStack's classes
        """Create it, and keep its tags where TagResource keeps them."""
        made = super().create_rest_api(context, request)
        if tags := request.get("tags"):
            self.tag_resource(context, _arn(context, made["id"]), tags)
        return made

    @handler("GetRestApi")  # type: ignore[untyped-decorator]
    def get_rest_api(self, context: Any, rest_api_id: str, **more: Any) -> Any:  # noqa: ANN401 - LocalStack's classes
        """Return it with the tags that it has now."""
        answer = super().get_rest_api(context, rest_api_id, **more)
        return answer | self.get_tags(context, _arn(context, rest_api_id))


def _arn(context: Any, identifier: str) -> str:  # noqa: ANN401 - LocalStack's class
    return f"arn:{context.partition}:apigateway:{context.region}::/restapis/{identifier}"
