"""EventBridge rules and their targets.

Replacement and defaults: terraform-provider-aws, website/docs/r/cloudwatch_event_rule.html.markdown and
cloudwatch_event_target.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, ClassVar

from standin.errors import StandInError
from standin.resource import Resource, removed_tags, resource, tag_list, tag_map, unique_name

from .blocks import name_prefix, only

if TYPE_CHECKING:
    from standin.values import State

_DEFAULT_BUS = "default"


@resource
class Rule(Resource):
    """A rule, on a schedule or for events of a pattern."""

    type = "aws_cloudwatch_event_rule"
    supported = frozenset({
        "description", "event_bus_name", "event_pattern", "force_destroy", "is_enabled", "name", "name_prefix",
        "role_arn", "schedule_expression", "state",
    })  # fmt: skip
    force_new = frozenset({"event_bus_name", "name", "name_prefix"})
    defaults: ClassVar = {"event_bus_name": _DEFAULT_BUS, "force_destroy": False}
    json_attributes = frozenset({"event_pattern"})
    enums: ClassVar = {"state": ("events", "RuleState")}
    echoed = frozenset({"force_destroy"})  # used only for the deletion

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - the base's hook
        """Keep the state when none is configured; is_enabled is its old name."""
        if planned["state"] is not None:
            planned["is_enabled"] = planned["state"] != "DISABLED"
        elif planned["is_enabled"] is not None:
            planned["state"] = "ENABLED" if planned["is_enabled"] else "DISABLED"
        elif prior is not None:
            planned["state"], planned["is_enabled"] = prior["state"], prior["is_enabled"]
        if planned["schedule_expression"] is None and planned["event_pattern"] is None:
            self.refuse("schedule_expression", "a rule needs a schedule_expression or an event_pattern")
        if prior is not None and prior["role_arn"] and not planned["role_arn"]:
            self.refuse("role_arn", "the emulator can't take a rule's role away; destroy the rule first")

    def create(self, planned: State) -> State:
        """Put the rule with its tags."""
        name = unique_name(planned["name"], planned["name_prefix"])
        self._put({**planned, "name": name}, Tags=tag_list(planned["tags_all"]))
        bus = planned["event_bus_name"]
        return {"id": name if bus == _DEFAULT_BUS else f"{bus}/{name}", "name": name}

    def read(self, state: State) -> State | None:
        """Read the rule and its tags."""
        client = self.client("events")
        rule = client.describe_rule(Name=state["name"], EventBusName=state["event_bus_name"])
        return {
            "id": state["id"],
            "name": rule["Name"],
            "name_prefix": name_prefix(rule["Name"]),
            "arn": rule["Arn"],
            "description": rule.get("Description", ""),
            "event_bus_name": state["event_bus_name"],
            "event_pattern": rule.get("EventPattern", ""),
            "is_enabled": rule["State"] != "DISABLED",
            "role_arn": rule.get("RoleArn", ""),
            "schedule_expression": rule.get("ScheduleExpression", ""),
            "state": rule["State"],
            "tags_all": tag_map(client.list_tags_for_resource(ResourceARN=rule["Arn"]).get("Tags")),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Put the rule again, and change tags."""
        client = self.client("events")
        if changed - {"force_destroy", "tags", "tags_all"}:
            self._put(planned)
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_resource(ResourceARN=prior["arn"], TagKeys=gone)
            client.tag_resource(ResourceARN=prior["arn"], Tags=tag_list(planned["tags_all"]))
        return None

    def delete(self, state: State) -> None:
        """Delete the rule."""
        force = {"Force": True} if state["force_destroy"] else {}
        self.client("events").delete_rule(Name=state["name"], EventBusName=state["event_bus_name"], **force)

    def import_state(self, identifier: str) -> State:
        """Accept RULE or BUS/RULE."""
        bus, _, name = identifier.rpartition("/")
        return {"id": identifier, "event_bus_name": bus or _DEFAULT_BUS, "name": name}

    def _put(self, planned: State, **more: Any) -> None:  # noqa: ANN401 - arguments of the call
        optional = {
            "EventPattern": planned["event_pattern"],
            "RoleArn": planned["role_arn"],
            "ScheduleExpression": planned["schedule_expression"],
            "State": planned["state"],
        }
        self.client("events").put_rule(
            Name=planned["name"],
            EventBusName=planned["event_bus_name"],
            Description=planned["description"] or "",
            **{member: value for member, value in optional.items() if value},
            **more,
        )


@resource
class Target(Resource):
    """The target of a rule: a function, a queue, a topic."""

    type = "aws_cloudwatch_event_target"
    supported = frozenset({
        "arn", "dead_letter_config.arn", "event_bus_name", "force_destroy", "input", "input_path",
        "input_transformer.input_paths", "input_transformer.input_template",
        "retry_policy.maximum_event_age_in_seconds", "retry_policy.maximum_retry_attempts", "role_arn", "rule",
        "sqs_target.message_group_id", "target_id",
    })  # fmt: skip
    force_new = frozenset({"event_bus_name", "rule", "target_id"})
    defaults: ClassVar = {"event_bus_name": _DEFAULT_BUS, "force_destroy": False}
    json_attributes = frozenset({"input"})
    echoed = frozenset({"force_destroy"})  # used only for the removal

    def create(self, planned: State) -> State:
        """Put the target on the rule."""
        identifier = planned["target_id"] or f"terraform-{secrets.token_hex(13)}"
        self._put({**planned, "target_id": identifier})
        bus = "" if planned["event_bus_name"] == _DEFAULT_BUS else f"{planned['event_bus_name']}-"
        return {"id": f"{bus}{planned['rule']}-{identifier}", "target_id": identifier}

    def read(self, state: State) -> State | None:
        """Find the target among the rule's."""
        rule, bus = state["rule"], state["event_bus_name"]
        pages = self.client("events").get_paginator("list_targets_by_rule").paginate(Rule=rule, EventBusName=bus)
        targets = (target for page in pages for target in page["Targets"])
        found = next((target for target in targets if target["Id"] == state["target_id"]), None)
        if found is None:
            return None
        return {**_read(found), "id": state["id"], "event_bus_name": bus, "rule": rule}

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Put it again."""
        if changed - {"force_destroy"}:
            self._put({**planned, "target_id": prior["target_id"]})
        return None

    def delete(self, state: State) -> None:
        """Remove the target from the rule."""
        force = {"Force": True} if state["force_destroy"] else {}
        answer = self.client("events").remove_targets(
            Rule=state["rule"], EventBusName=state["event_bus_name"], Ids=[state["target_id"]], **force
        )
        _check(answer)

    def import_state(self, identifier: str) -> State:
        """Accept RULE/TARGET or BUS/RULE/TARGET."""
        rest, _, target = identifier.rpartition("/")
        bus, _, rule = rest.rpartition("/")
        name = f"{rule}-{target}" if not bus else f"{bus}-{rule}-{target}"
        return {"id": name, "event_bus_name": bus or _DEFAULT_BUS, "rule": rule, "target_id": target}

    def _put(self, planned: State) -> None:
        answer = self.client("events").put_targets(
            Rule=planned["rule"], EventBusName=planned["event_bus_name"], Targets=[_target(planned)]
        )
        _check(answer)


def _target(planned: State) -> dict[str, Any]:
    transformer, retry = only(planned["input_transformer"]), only(planned["retry_policy"])
    optional: dict[str, Any] = {
        "RoleArn": planned["role_arn"],
        "Input": planned["input"],
        "InputPath": planned["input_path"],
        "DeadLetterConfig": _members({"Arn": only(planned["dead_letter_config"]).get("arn")}),
        "SqsParameters": _members({"MessageGroupId": only(planned["sqs_target"]).get("message_group_id")}),
        "RetryPolicy": _members({
            "MaximumEventAgeInSeconds": retry.get("maximum_event_age_in_seconds"),
            "MaximumRetryAttempts": retry.get("maximum_retry_attempts"),
        }),
        "InputTransformer": _members({
            "InputPathsMap": transformer.get("input_paths") or None,
            "InputTemplate": transformer.get("input_template"),
        }),
    }  # fmt: skip
    return {
        "Id": planned["target_id"],
        "Arn": planned["arn"],
        **{member: value for member, value in optional.items() if value},
    }


def _members(members: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in members.items() if value is not None}


def _read(target: dict[str, Any]) -> State:
    letters, fifo = target.get("DeadLetterConfig"), target.get("SqsParameters")
    retry, transformer = target.get("RetryPolicy"), target.get("InputTransformer")
    return {
        "arn": target["Arn"],
        "target_id": target["Id"],
        "role_arn": target.get("RoleArn", ""),
        "input": target.get("Input", ""),
        "input_path": target.get("InputPath", ""),
        "dead_letter_config": [{"arn": letters.get("Arn")}] if letters else [],
        "sqs_target": [{"message_group_id": fifo.get("MessageGroupId")}] if fifo else [],
        "retry_policy": [
            {
                "maximum_event_age_in_seconds": retry.get("MaximumEventAgeInSeconds"),
                "maximum_retry_attempts": retry.get("MaximumRetryAttempts"),
            }
        ]
        if retry
        else [],
        "input_transformer": [
            {
                "input_paths": transformer.get("InputPathsMap", {}),
                "input_template": transformer["InputTemplate"],
            }
        ]
        if transformer
        else [],
    }


def _check(answer: dict[str, Any]) -> None:
    """Raise for entries that failed: the call itself succeeds all the same."""
    if failed := answer.get("FailedEntries"):
        raise StandInError("; ".join(f"{each['TargetId']}: {each['ErrorMessage']}" for each in failed))
