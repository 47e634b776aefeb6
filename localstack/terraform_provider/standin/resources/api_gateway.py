"""A REST API, its resources, and what the gateway itself answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, removed_tags, resource, without_none

from . import members

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from standin.values import State


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
    supported = frozenset({"name", "description", "endpoint_configuration.types", "body"})
    json_attributes = frozenset({"body"})
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
                "tags": planned["tags_all"] or None,
            })
        )  # fmt: skip
        self.created(answer["id"])
        self._put(answer["id"], planned)
        return {"id": answer["id"]}

    def _put(self, identifier: str, planned: State) -> None:
        """Put the definition in the place of all that the API holds, as the provider does by default."""
        if planned["body"]:
            self.client("apigateway").put_rest_api(restApiId=identifier, mode="overwrite", body=planned["body"])

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
            "disable_execute_api_endpoint": answer.get("disableExecuteApiEndpoint", False),
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
            "policy": answer.get("policy", ""),
            "root_resource_id": answer["rootResourceId"],
            "security_policy": answer.get("securityPolicy", ""),
            "tags_all": client.get_tags(resourceArn=arn)["tags"],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:
        """Put the definition, then patch name and description, and change tags."""
        client = self.client("apigateway")
        if "body" in changed:
            self._put(planned["id"], planned)
        if operations := patches(changed, planned, {"name": "/name", "description": "/description"}):
            client.update_rest_api(restApiId=planned["id"], patchOperations=operations)
        if "tags_all" in changed:
            retag(client, planned["arn"], prior, planned)

    def delete(self, state: State) -> None:
        """Delete it, with all that belongs to it."""
        self.client("apigateway").delete_rest_api(restApiId=state["id"])


@resource
class ApiResource(Resource):
    """aws_api_gateway_resource: one part of a path. Documentation page api_gateway_resource."""

    type = "aws_api_gateway_resource"
    supported = frozenset({"rest_api_id", "parent_id", "path_part"})
    force_new = frozenset({"rest_api_id"})
    on_change: ClassVar = {"path": ("path_part", "parent_id")}

    def create(self, planned: State) -> State:
        """Create it."""
        answer = self.client("apigateway").create_resource(
            restApiId=planned["rest_api_id"], parentId=planned["parent_id"], pathPart=planned["path_part"]
        )
        return {"id": answer["id"]}

    def read(self, state: State) -> State:
        """Read it."""
        answer = self.client("apigateway").get_resource(restApiId=state["rest_api_id"], resourceId=state["id"])
        return {
            "id": answer["id"],
            "rest_api_id": state["rest_api_id"],
            "parent_id": answer.get("parentId", ""),
            "path_part": answer.get("pathPart", ""),
            "path": answer["path"],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - the hook's form
        """Patch its place in the path."""
        self.client("apigateway").update_resource(
            restApiId=planned["rest_api_id"],
            resourceId=planned["id"],
            patchOperations=patches(changed, planned, {"path_part": "/pathPart", "parent_id": "/parentId"}),
        )

    def delete(self, state: State) -> None:
        """Delete it."""
        self.client("apigateway").delete_resource(restApiId=state["rest_api_id"], resourceId=state["id"])

    def import_state(self, identifier: str) -> State:
        """Accept REST-API-ID/RESOURCE-ID."""
        rest_api_id, _, resource_id = identifier.partition("/")
        return {"id": resource_id, "rest_api_id": rest_api_id}


@resource
class GatewayResponse(Resource):
    """aws_api_gateway_gateway_response: what the gateway itself answers. Page api_gateway_gateway_response."""

    type = "aws_api_gateway_gateway_response"
    arguments: ClassVar[members.Members] = {
        "response_type": ("responseType", None),
        "status_code": ("statusCode", ""),
        "response_parameters": ("responseParameters", {}),
        "response_templates": ("responseTemplates", {}),
    }
    supported = frozenset({"rest_api_id", *arguments})
    force_new = frozenset({"rest_api_id", "response_type"})
    enums: ClassVar = {"response_type": ("apigateway", "GatewayResponseType")}

    def _put(self, planned: State) -> None:
        arguments = members.write(planned, self.arguments)
        self.client("apigateway").put_gateway_response(restApiId=planned["rest_api_id"], **arguments)

    def create(self, planned: State) -> State:
        """Put it in the place of the gateway's own."""
        self._put(planned)
        return {"id": f"aggr-{planned['rest_api_id']}-{planned['response_type']}"}

    def read(self, state: State) -> State | None:
        """Read it; the gateway's own answer means that ours is gone."""
        rest_api_id, response_type = state["rest_api_id"], state["response_type"]
        answer = self.client("apigateway").get_gateway_response(restApiId=rest_api_id, responseType=response_type)
        if answer.get("defaultResponse"):
            return None
        return {
            "id": f"aggr-{rest_api_id}-{response_type}",
            "rest_api_id": rest_api_id,
            **members.read(answer, self.arguments),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - put as a whole
        """Put it again, as a whole."""
        self._put(planned)

    def delete(self, state: State) -> None:
        """Leave the gateway its own answer."""
        self.client("apigateway").delete_gateway_response(
            restApiId=state["rest_api_id"], responseType=state["response_type"]
        )

    def import_state(self, identifier: str) -> State:
        """Accept REST-API-ID/RESPONSE-TYPE."""
        rest_api_id, _, response_type = identifier.partition("/")
        return {"id": identifier, "rest_api_id": rest_api_id, "response_type": response_type}
