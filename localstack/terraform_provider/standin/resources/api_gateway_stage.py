"""Deployments of a REST API, and the stages that serve them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, resource, without_none

from .api_gateway import api_arn, patches, retag, stage_place

if TYPE_CHECKING:
    from standin.values import State


@resource
class Deployment(Resource):
    """aws_api_gateway_deployment. Documentation page api_gateway_deployment."""

    type = "aws_api_gateway_deployment"
    supported = frozenset({"rest_api_id", "description", "triggers"})
    force_new = frozenset({"rest_api_id", "triggers"})
    # The provider's own: what it compares to know when to deploy again. AWS never sees it.
    echoed = frozenset({"triggers"})

    def create(self, planned: State) -> State:
        """Deploy the API as it stands."""
        answer = self.client("apigateway").create_deployment(
            **without_none({"restApiId": planned["rest_api_id"], "description": planned["description"]})
        )
        return {"id": answer["id"]}

    def read(self, state: State) -> State:
        """Read it."""
        answer = self.client("apigateway").get_deployment(restApiId=state["rest_api_id"], deploymentId=state["id"])
        return {
            "id": answer["id"],
            "rest_api_id": state["rest_api_id"],
            "description": answer.get("description", ""),
            "created_date": answer["createdDate"].isoformat(),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - the hook's form
        """Patch the description; any other change makes a new deployment."""
        self.client("apigateway").update_deployment(
            restApiId=planned["rest_api_id"],
            deploymentId=planned["id"],
            patchOperations=patches(changed, planned, {"description": "/description"}),
        )

    def delete(self, state: State) -> None:
        """Delete it."""
        self.client("apigateway").delete_deployment(restApiId=state["rest_api_id"], deploymentId=state["id"])

    def import_state(self, identifier: str) -> State:
        """Accept REST-API-ID/DEPLOYMENT-ID."""
        rest_api_id, _, deployment_id = identifier.partition("/")
        return {"id": deployment_id, "rest_api_id": rest_api_id}


@resource
class Stage(Resource):
    """aws_api_gateway_stage. Documentation page api_gateway_stage."""

    type = "aws_api_gateway_stage"
    patchable: ClassVar = {
        "deployment_id": "/deploymentId",
        "description": "/description",
        "xray_tracing_enabled": "/tracingEnabled",
    }
    supported = frozenset({
        "rest_api_id",
        "stage_name",
        "variables",
        "access_log_settings.destination_arn",
        "access_log_settings.format",
        *patchable,
    })  # fmt: skip
    force_new = frozenset({"rest_api_id", "stage_name"})

    def create(self, planned: State) -> State:
        """Create it, then set its log: the API takes that by a patch only."""
        client, place = self.client("apigateway"), stage_place(planned)
        client.create_stage(
            **place,
            **without_none({
                "deploymentId": planned["deployment_id"],
                "description": planned["description"],
                "tracingEnabled": planned["xray_tracing_enabled"],
                "variables": planned["variables"],
            }),
        )  # fmt: skip
        identifier = _identifier(planned)
        self.created(identifier)
        if planned["tags_all"]:
            client.tag_resource(resourceArn=self._arn(planned), tags=planned["tags_all"])
        if operations := _log_patches(planned):
            client.update_stage(**place, patchOperations=operations)
        return {"id": identifier}

    def _arn(self, state: State) -> str:
        path = f"/restapis/{state['rest_api_id']}/stages/{state['stage_name']}"
        return api_arn(self.provider.region, self.provider.partition, path)

    def read(self, state: State) -> State:
        """Read it, and its tags."""
        client, region, partition = self.client("apigateway"), self.provider.region, self.provider.partition
        rest_api_id, stage_name = state["rest_api_id"], state["stage_name"]
        answer: dict[str, Any] = client.get_stage(**stage_place(state))
        log = answer.get("accessLogSettings") or {}
        execution = f"execute-api:{region}:{self.provider.account_id}:{rest_api_id}/{stage_name}"
        return {
            "id": _identifier(state),
            "rest_api_id": rest_api_id,
            "stage_name": stage_name,
            "arn": self._arn(state),
            "access_log_settings": [{"destination_arn": log["destinationArn"], "format": log["format"]}] if log else [],
            "deployment_id": answer["deploymentId"],
            "description": answer.get("description", ""),
            "execution_arn": f"arn:{partition}:{execution}",
            "invoke_url": f"https://{rest_api_id}.execute-api.{region}.amazonaws.com/{stage_name}",
            "tags_all": client.get_tags(resourceArn=self._arn(state))["tags"],
            "variables": answer.get("variables", {}),
            "web_acl_arn": answer.get("webAclArn", ""),
            "xray_tracing_enabled": answer.get("tracingEnabled", False),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:
        """Patch what changed, and change tags."""
        client = self.client("apigateway")
        operations = patches(changed, planned, self.patchable)
        if "access_log_settings" in changed:
            operations += _log_patches(planned) or [{"op": "remove", "path": "/accessLogSettings"}]
        if "variables" in changed:
            operations += _variable_patches(prior["variables"] or {}, planned["variables"] or {})
        if operations:
            client.update_stage(**stage_place(planned), patchOperations=operations)
        if "tags_all" in changed:
            retag(client, self._arn(planned), prior, planned)

    def delete(self, state: State) -> None:
        """Delete it."""
        self.client("apigateway").delete_stage(**stage_place(state))

    def import_state(self, identifier: str) -> State:
        """Accept REST-API-ID/STAGE-NAME."""
        rest_api_id, _, stage_name = identifier.partition("/")
        place = {"rest_api_id": rest_api_id, "stage_name": stage_name}
        return {"id": _identifier(place), **place}


def _identifier(state: State) -> str:
    return f"ags-{state['rest_api_id']}-{state['stage_name']}"


def _log_patches(planned: State) -> list[dict[str, str]]:
    return [
        {"op": "replace", "path": f"/accessLogSettings/{member}", "value": log[name]}
        for log in planned["access_log_settings"]
        for name, member in (("destination_arn", "destinationArn"), ("format", "format"))
    ]


def _variable_patches(prior: dict[str, str], planned: dict[str, str]) -> list[dict[str, str]]:
    gone = [{"op": "remove", "path": f"/variables/{name}"} for name in sorted(set(prior) - set(planned))]
    return gone + [
        {"op": "replace", "path": f"/variables/{name}", "value": value} for name, value in sorted(planned.items())
    ]
