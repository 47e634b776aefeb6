"""A stage's settings for its methods: throttling, logs, metrics, caching."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from standin.resource import Resource, resource

from .api_gateway import as_text, stage_place

if TYPE_CHECKING:
    from standin.values import State

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
        self.client("apigateway").update_stage(**stage_place(planned), patchOperations=operations)

    def create(self, planned: State) -> State:
        """Set what is given; the gateway fills in the rest."""
        self._put(planned)
        return {"id": f"{planned['rest_api_id']}-{planned['stage_name']}-{planned['method_path']}"}

    def read(self, state: State) -> State | None:
        """Read the stage's settings for these methods."""
        answer = self.client("apigateway").get_stage(**stage_place(state))
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
        self.client("apigateway").update_stage(**stage_place(state), patchOperations=[operation])

    def import_state(self, identifier: str) -> State:
        """Accept REST-API-ID/STAGE-NAME/METHOD-PATH."""
        rest_api_id, stage_name, method_path = identifier.split("/", 2)
        return {
            "id": f"{rest_api_id}-{stage_name}-{method_path}",
            "rest_api_id": rest_api_id,
            "stage_name": stage_name,
            "method_path": method_path,
        }
