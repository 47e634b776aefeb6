"""Deployments of a REST API, the stages that serve them, and a stage's settings for its methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, resource, without_none

from .api_gateway import api_arn, as_text, patches, retag

if TYPE_CHECKING:
    from standin.values import State


@resource
class Deployment(Resource):
    """aws_api_gateway_deployment. Documentation page api_gateway_deployment."""

    type = "aws_api_gateway_deployment"
    supported = frozenset({"rest_api_id", "description", "triggers"})
    force_new = frozenset({"rest_api_id", "triggers"})
    # The provider's own: what it compares to know when to deploy anew. AWS never sees it.
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
        """Patch the description; all else deploys anew."""
        self.client("apigateway").update_deployment(
            restApiId=planned["rest_api_id"],
            deploymentId=planned["id"],
            patchOperations=patches(changed, planned, {"description": "/description"}),
        )

    def delete(self, state: State) -> None:
        """Delete it."""
        self.client("apigateway").delete_deployment(restApiId=state["rest_api_id"], deploymentId=state["id"])

    def import_state(self, identifier: str) -> State:
        """Take REST-API-ID/DEPLOYMENT-ID."""
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
        client, place = self.client("apigateway"), _place(planned)
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
        answer: dict[str, Any] = client.get_stage(**_place(state))
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
        """Patch what changed, and tag anew."""
        client = self.client("apigateway")
        operations = patches(changed, planned, self.patchable)
        if "access_log_settings" in changed:
            operations += _log_patches(planned) or [{"op": "remove", "path": "/accessLogSettings"}]
        if "variables" in changed:
            operations += _variable_patches(prior["variables"] or {}, planned["variables"] or {})
        if operations:
            client.update_stage(**_place(planned), patchOperations=operations)
        if "tags_all" in changed:
            retag(client, self._arn(planned), prior, planned)

    def delete(self, state: State) -> None:
        """Delete it."""
        self.client("apigateway").delete_stage(**_place(state))

    def import_state(self, identifier: str) -> State:
        """Take REST-API-ID/STAGE-NAME."""
        rest_api_id, _, stage_name = identifier.partition("/")
        place = {"rest_api_id": rest_api_id, "stage_name": stage_name}
        return {"id": _identifier(place), **place}


def _place(state: State) -> dict[str, str]:
    return {"restApiId": state["rest_api_id"], "stageName": state["stage_name"]}


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


# The page, of both limits: "Default: -1 (throttling disabled)".
NO_LIMIT = -1


@resource
class MethodSettings(Resource):
    """aws_api_gateway_method_settings. Documentation page api_gateway_method_settings."""

    type = "aws_api_gateway_method_settings"
    # argument: (the patch's path below the method's, the member that GetStage answers with)
    settings: ClassVar[dict[str, tuple[str, str]]] = {
        "cache_data_encrypted": ("caching/dataEncrypted", "cacheDataEncrypted"),
        "cache_ttl_in_seconds": ("caching/ttlInSeconds", "cacheTtlInSeconds"),
        "caching_enabled": ("caching/enabled", "cachingEnabled"),
        "data_trace_enabled": ("logging/dataTrace", "dataTraceEnabled"),
        "logging_level": ("logging/loglevel", "loggingLevel"),
        "metrics_enabled": ("metrics/enabled", "metricsEnabled"),
        "require_authorization_for_cache_control": (
            "caching/requireAuthorizationForCacheControl",
            "requireAuthorizationForCacheControl",
        ),
        "throttling_burst_limit": ("throttling/burstLimit", "throttlingBurstLimit"),
        "throttling_rate_limit": ("throttling/rateLimit", "throttlingRateLimit"),
        "unauthorized_cache_control_header_strategy": (
            "caching/unauthorizedCacheControlHeaderStrategy",
            "unauthorizedCacheControlHeaderStrategy",
        ),
    }
    supported = frozenset({"rest_api_id", "stage_name", "method_path", *(f"settings.{name}" for name in settings)})
    force_new = frozenset({"rest_api_id", "stage_name", "method_path"})
    defaults: ClassVar = {
        "settings.throttling_burst_limit": NO_LIMIT,
        "settings.throttling_rate_limit": NO_LIMIT,
    }

    def _put(self, planned: State) -> None:
        given = [
            (f"/{planned['method_path']}/{path}", block[name])
            for block in planned["settings"]
            for name, (path, _) in self.settings.items()
            if block[name] is not None
        ]
        # The emulator takes -1 for a limit of none at all, and AWS for no limit of its own: there the entry goes.
        operations = [
            {"op": "replace", "path": path, "value": as_text(value)} for path, value in given if value != NO_LIMIT
        ]
        operations += [{"op": "remove", "path": path} for path, value in given if value == NO_LIMIT]
        self.client("apigateway").update_stage(**_place(planned), patchOperations=operations)

    def create(self, planned: State) -> State:
        """Set what is given; the gateway fills in the rest."""
        self._put(planned)
        return {"id": f"{planned['rest_api_id']}-{planned['stage_name']}-{planned['method_path']}"}

    def read(self, state: State) -> State | None:
        """Read the stage's settings for these methods."""
        answer = self.client("apigateway").get_stage(**_place(state))
        found = answer.get("methodSettings", {}).get(state["method_path"])
        if found is None:
            return None
        place = {name: state[name] for name in ("rest_api_id", "stage_name", "method_path")}
        return {
            "id": "-".join(place.values()),
            **place,
            "settings": [
                {
                    name: found.get(member, NO_LIMIT if name.startswith("throttling") else None)
                    for name, (_, member) in self.settings.items()
                }
            ],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - set as a whole
        """Set all of it again."""
        self._put(planned)

    def delete(self, state: State) -> None:
        """Leave the methods to the gateway's own settings."""
        operation = {"op": "remove", "path": f"/{state['method_path']}"}
        self.client("apigateway").update_stage(**_place(state), patchOperations=[operation])

    def import_state(self, identifier: str) -> State:
        """Take REST-API-ID/STAGE-NAME/METHOD-PATH."""
        rest_api_id, stage_name, method_path = identifier.split("/", 2)
        return {
            "id": f"{rest_api_id}-{stage_name}-{method_path}",
            "rest_api_id": rest_api_id,
            "stage_name": stage_name,
            "method_path": method_path,
        }
