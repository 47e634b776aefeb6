"""Event source mappings, from a table's stream or from a queue to a function.

Replacement and defaults: terraform-provider-aws, website/docs/r/lambda_event_source_mapping.html.markdown.
"""

from __future__ import annotations

from typing import Any, ClassVar

from standin.resource import Resource, removed_tags, resource
from standin.values import UNKNOWN, State

from .blocks import only

_BATCH_SIZES = {"dynamodb": 100, "kinesis": 100, "sqs": 10}
_STREAMS = frozenset({"dynamodb", "kinesis"})
# Argument -> member of the call, for numbers and booleans that are sent as they are.
_PLAIN = {
    "batch_size": "BatchSize",
    "bisect_batch_on_function_error": "BisectBatchOnFunctionError",
    "maximum_batching_window_in_seconds": "MaximumBatchingWindowInSeconds",
    "maximum_record_age_in_seconds": "MaximumRecordAgeInSeconds",
    "maximum_retry_attempts": "MaximumRetryAttempts",
    "parallelization_factor": "ParallelizationFactor",
}
_PLAIN_STREAM_DEFAULTS = {
    "maximum_record_age_in_seconds": -1,
    "maximum_retry_attempts": -1,
    "parallelization_factor": 1,
}


@resource
class EventSourceMapping(Resource):
    """A mapping. The emulator drops these, so they aren't supported: kms_key_arn, metrics_config,
    provisioned_poller_config, tumbling_window_in_seconds (written, and not in the answer).
    """

    type = "aws_lambda_event_source_mapping"
    supported = frozenset({
        *_PLAIN, "destination_config.on_failure.destination_arn", "enabled", "event_source_arn",
        "filter_criteria.filter.pattern", "function_name", "function_response_types",
        "scaling_config.maximum_concurrency", "starting_position",
    })  # fmt: skip
    force_new = frozenset({"event_source_arn", "starting_position"})
    defaults: ClassVar = {"enabled": True}
    on_change: ClassVar = {
        "last_modified": ("*",),
        "function_arn": ("function_name",),
        "state": ("enabled",),
    }
    enums: ClassVar = {"starting_position": ("lambda", "EventSourcePosition")}

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - the base's hook
        """Accept AWS's batch size for the kind of source when none is configured; refuse what AWS would."""
        source = planned["event_source_arn"]
        if source is UNKNOWN:
            return
        if source is None:
            self.refuse("event_source_arn", "only streams and queues are supported, by their ARN")
        kind = _service(source)
        if planned["batch_size"] is None:
            planned["batch_size"] = _BATCH_SIZES.get(kind)
        if kind in _STREAMS and planned["starting_position"] is None:
            self.refuse("starting_position", "a stream needs one: TRIM_HORIZON or LATEST")

    def create(self, planned: State) -> State:
        """Create the mapping."""
        source = planned["event_source_arn"]
        arguments = _arguments(planned)
        arguments.setdefault("BatchSize", _BATCH_SIZES.get(_service(source)))
        if planned["starting_position"]:
            arguments["StartingPosition"] = planned["starting_position"]
        if planned["tags_all"]:
            arguments["Tags"] = planned["tags_all"]
        answer = self.client("lambda").create_event_source_mapping(EventSourceArn=source, **arguments)
        return {"id": answer["UUID"], "uuid": answer["UUID"]}

    def read(self, state: State) -> State | None:
        """Read the mapping and its tags."""
        client = self.client("lambda")
        answer = client.get_event_source_mapping(UUID=state["uuid"] or state["id"])
        arn, function_arn = answer["EventSourceMappingArn"], answer["FunctionArn"]
        stream = _service(answer["EventSourceArn"]) in _STREAMS
        unset: dict[str, Any] = _PLAIN_STREAM_DEFAULTS if stream else {}
        failures = answer.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        filters = answer.get("FilterCriteria", {}).get("Filters")
        concurrency = answer.get("ScalingConfig", {}).get("MaximumConcurrency")
        return {
            **{name: answer.get(member, unset.get(name)) for name, member in _PLAIN.items()},
            "id": answer["UUID"],
            "uuid": answer["UUID"],
            "arn": arn,
            "destination_config": [{"on_failure": [{"destination_arn": failures}]}] if failures else [],
            "enabled": answer["State"] not in ("Disabled", "Disabling"),
            "event_source_arn": answer["EventSourceArn"],
            "filter_criteria": [{"filter": [{"pattern": each["Pattern"]} for each in filters]}] if filters else [],
            "function_arn": function_arn,
            "function_name": _spelled_as(state.get("function_name"), function_arn),
            "function_response_types": answer.get("FunctionResponseTypes", []),
            "last_modified": answer["LastModified"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "last_processing_result": answer.get("LastProcessingResult", ""),
            "scaling_config": [{"maximum_concurrency": concurrency}] if concurrency else [],
            "starting_position": answer.get("StartingPosition"),
            "state": answer["State"],
            "state_transition_reason": answer.get("StateTransitionReason", ""),
            "tags_all": client.list_tags(Resource=arn).get("Tags", {}),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Write every argument again; what is no longer configured is set back."""
        client = self.client("lambda")
        if changed - {"tags", "tags_all"}:
            cleared: dict[str, Any] = {
                "FilterCriteria": {"Filters": []},
                "DestinationConfig": {},
                "FunctionResponseTypes": [],
                "ScalingConfig": {},
            }
            source = _service(planned["event_source_arn"])
            if source in _STREAMS:
                cleared["BisectBatchOnFunctionError"] = False
                del cleared["ScalingConfig"]
            else:
                del cleared["DestinationConfig"]
            client.update_event_source_mapping(
                UUID=prior["uuid"], **{**cleared, "MaximumBatchingWindowInSeconds": 0, **_arguments(planned)}
            )
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_resource(Resource=prior["arn"], TagKeys=gone)
            client.tag_resource(Resource=prior["arn"], Tags=planned["tags_all"] or {})
        return None

    def delete(self, state: State) -> None:
        """Delete the mapping, and wait until it is gone: Lambda deletes it gradually, and reads from it until then."""
        client, uuid = self.client("lambda"), state["uuid"]
        client.delete_event_source_mapping(UUID=uuid)

        def gone() -> bool:
            try:
                client.get_event_source_mapping(UUID=uuid)
            except client.exceptions.ResourceNotFoundException:
                return True
            return False

        self.wait_until(gone, f"the mapping {uuid} to be gone")


def _arguments(planned: State) -> dict[str, Any]:
    """Return what is set, in the call's words."""
    arguments: dict[str, Any] = {"FunctionName": planned["function_name"], "Enabled": planned["enabled"]}
    arguments |= {member: planned[name] for name, member in _PLAIN.items() if planned[name] is not None}
    if planned["function_response_types"]:
        arguments["FunctionResponseTypes"] = planned["function_response_types"]
    if filters := only(planned["filter_criteria"]).get("filter"):
        arguments["FilterCriteria"] = {"Filters": [{"Pattern": each["pattern"]} for each in filters]}
    if failures := only(only(planned["destination_config"]).get("on_failure")):
        arguments["DestinationConfig"] = {"OnFailure": {"Destination": failures["destination_arn"]}}
    if concurrency := only(planned["scaling_config"]).get("maximum_concurrency"):
        arguments["ScalingConfig"] = {"MaximumConcurrency": concurrency}
    return arguments


def _service(arn: str) -> str:
    return arn.split(":")[2]


def _spelled_as(before: str | None, arn: str) -> str:
    """Return the function as the configuration spells it, by name or ARN, when it is the same one; else its ARN."""
    own_name = arn.split(":function:", 1)[-1]
    return before if before and before.split(":function:", 1)[-1] == own_name else arn
