"""A REST API, as its OpenAPI document defines it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from standin.resource import Resource, removed_tags, resource, without_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from standin.values import State


#: Arguments of an API that a patch changes, and where.
PATCHED = {
    "name": "/name",
    "description": "/description",
    "disable_execute_api_endpoint": "/disableExecuteApiEndpoint",
}


def api_arn(region: str, partition: str, path: str) -> str:
    """Return the ARN of something of API Gateway's, for its tags."""
    return f"arn:{partition}:apigateway:{region}::{path}"


def stage_place(state: State) -> dict[str, str]:
    """Return the arguments that name a stage."""
    return {"restApiId": state["rest_api_id"], "stageName": state["stage_name"]}


def patches(changed: Iterable[str], planned: State, where: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the patch operations that bring changed arguments to what is planned."""
    return [
        {"op": "replace", "path": where[name], "value": as_text(planned[name])}
        for name in sorted(changed)
        if name in where
    ]


def as_text(value: object) -> str:
    """Write a value as a patch operation holds it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def retag(client: Any, arn: str, prior: State, planned: State) -> None:  # noqa: ANN401 - boto3's clients have no types
    """Change tags to the planned ones."""
    if gone := removed_tags(prior, planned):
        client.untag_resource(resourceArn=arn, tagKeys=gone)
    if planned["tags_all"]:
        client.tag_resource(resourceArn=arn, tags=planned["tags_all"])


@resource
class RestApi(Resource):
    """aws_api_gateway_rest_api. Documentation page api_gateway_rest_api."""

    type = "aws_api_gateway_rest_api"
    supported = frozenset({
        "name", "description", "endpoint_configuration.types", "body", "disable_execute_api_endpoint", "policy",
    })  # fmt: skip
    json_attributes = frozenset({"body", "policy"})
    # Neither AWS nor the provider gives a definition back as it was put; the provider keeps what was written.
    echoed = frozenset({"body"})

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:
        """Refuse to move an API to another kind of endpoint: the emulators' patch would break it."""
        if prior is not None and "endpoint_configuration" in changed and planned["endpoint_configuration"]:
            self.refuse("endpoint_configuration", "the stand-in can't change it in place; destroy the API first")

    def create(self, planned: State) -> State:
        """Create it, with its tags: one of them may pin the API's id."""
        configuration = [{"types": block["types"]} for block in planned["endpoint_configuration"]]
        answer = self.client("apigateway").create_rest_api(
            **without_none({
                "name": planned["name"],
                "description": planned["description"],
                "endpointConfiguration": configuration[0] if configuration else None,
                "disableExecuteApiEndpoint": planned["disable_execute_api_endpoint"],
                "tags": planned["tags_all"] or None,
            })
        )  # fmt: skip
        self.created(answer["id"])
        self._put(answer["id"], planned)
        return {"id": answer["id"]}

    def _put(self, identifier: str, planned: State) -> None:
        """Put the definition in the place of all that the API holds, with its policy, as the provider does."""
        if planned["body"]:
            self.client("apigateway").put_rest_api(restApiId=identifier, mode="overwrite", body=planned["body"])
        if planned["policy"]:
            operation = {"op": "replace", "path": "/policy", "value": planned["policy"]}
            self.client("apigateway").update_rest_api(restApiId=identifier, patchOperations=[operation])

    def read(self, state: State) -> State:
        """Read it, and its tags."""
        client, region, partition = self.client("apigateway"), self.provider.region, self.provider.partition
        answer = client.get_rest_api(restApiId=state["id"])
        arn = api_arn(region, partition, f"/restapis/{answer['id']}")
        configuration = answer["endpointConfiguration"]
        size = answer.get("minimumCompressionSize")
        return {
            "id": answer["id"],
            "api_key_source": answer.get("apiKeySource", "HEADER"),
            "arn": arn,
            "binary_media_types": answer.get("binaryMediaTypes", []),
            "created_date": answer["createdDate"].isoformat(),
            "description": answer.get("description", ""),
            # ministack keeps what a patch brings as text.
            "disable_execute_api_endpoint": answer.get("disableExecuteApiEndpoint") in (True, "true"),
            "endpoint_configuration": [
                {
                    "types": configuration["types"],
                    "ip_address_type": configuration.get("ipAddressType", "ipv4"),
                    "vpc_endpoint_ids": configuration.get("vpcEndpointIds", []),
                }
            ],
            "execution_arn": f"arn:{partition}:execute-api:{region}:{self.provider.account_id}:{answer['id']}",
            "minimum_compression_size": "" if size is None else str(size),
            "name": answer["name"],
            "policy": json.loads(f'"{answer.get("policy", "")}"'),  # AWS answers with a JSON string's inside
            "root_resource_id": answer["rootResourceId"],
            "security_policy": answer.get("securityPolicy", ""),
            "tags_all": client.get_tags(resourceArn=arn)["tags"],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:
        """Put the definition, then patch the rest, and change tags."""
        client = self.client("apigateway")
        if changed & {"body", "policy"}:
            self._put(planned["id"], planned)
        if operations := patches(changed, planned, PATCHED):
            client.update_rest_api(restApiId=planned["id"], patchOperations=operations)
        if "tags_all" in changed:
            retag(client, planned["arn"], prior, planned)

    def delete(self, state: State) -> None:
        """Delete it, with all that belongs to it."""
        self.client("apigateway").delete_rest_api(restApiId=state["id"])
