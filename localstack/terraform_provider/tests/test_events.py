"""EventBridge rules and targets, at the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness import Harness

RULE, TARGET = "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"
ROLE = "arn:aws:iam::000000000000:role/events"
QUEUE = "arn:aws:sqs:eu-north-1:000000000000:woken"


@pytest.fixture
def bus(aws: Callable[[str], Any]) -> Iterator[str]:
    """A bus beside the default one."""
    aws("events").create_event_bus(Name="beside")
    yield "beside"
    aws("events").delete_event_bus(Name="beside")


def test_rule__on_a_schedule_arrives_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {
        "name": "sweep", "schedule_expression": "rate(5 minutes)", "description": "Tidies up", "role_arn": ROLE,
        "state": "DISABLED", "tags": {"Part": "sweep"},
    }  # fmt: skip

    state = tf.apply(RULE, config)

    found = aws("events").describe_rule(Name="sweep")
    assert (found["ScheduleExpression"], found["State"]) == ("rate(5 minutes)", "DISABLED")
    assert (found["Description"], found["RoleArn"]) == ("Tidies up", ROLE)
    tags = aws("events").list_tags_for_resource(ResourceARN=state["arn"])["Tags"]
    assert tags == [{"Key": "Part", "Value": "sweep"}]
    assert tf.changes(RULE, state, config) == set()
    assert tf.import_then_plan(RULE, "sweep", config) == set()


def test_rule__for_a_pattern_on_a_bus_arrives_and_imports(tf: Harness, aws: Callable[[str], Any], bus: str) -> None:
    pattern = json.dumps({"source": ["aws.s3"]})
    config = {"name": "patterned", "event_bus_name": bus, "event_pattern": pattern}

    state = tf.apply(RULE, config)

    found = aws("events").describe_rule(Name="patterned", EventBusName=bus)
    assert json.loads(found["EventPattern"]) == {"source": ["aws.s3"]}
    assert state["id"] == "beside/patterned"
    assert tf.changes(RULE, state, config) == set()
    assert tf.import_then_plan(RULE, "beside/patterned", config) == set()
    tf.destroy(RULE, state)


def test_rule__update_changes_in_place(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(
        RULE, {"name": "changes", "schedule_expression": "rate(5 minutes)", "description": "Old", "tags": {"Old": "1"}}
    )
    after = {"name": "changes", "event_pattern": json.dumps({"source": ["x"]}), "tags": {"New": "2"}}

    state = tf.apply(RULE, after, state)

    found = aws("events").describe_rule(Name="changes")
    assert json.loads(found["EventPattern"]) == {"source": ["x"]}
    assert not found.get("ScheduleExpression")
    assert not found.get("Description")
    assert aws("events").list_tags_for_resource(ResourceARN=state["arn"])["Tags"] == [{"Key": "New", "Value": "2"}]
    assert tf.changes(RULE, state, after) == set()


@pytest.mark.parametrize("off", [{"state": "DISABLED"}, {"is_enabled": False}])
def test_rule__is_turned_off_and_stays_so_when_nothing_is_said(
    tf: Harness, aws: Callable[[str], Any], off: dict[str, Any]
) -> None:
    config = {"name": "turned", "schedule_expression": "rate(5 minutes)"}
    state = tf.apply(RULE, config)
    assert (state["state"], state["is_enabled"]) == ("ENABLED", True)

    state = tf.apply(RULE, {**config, **off}, state)

    assert aws("events").describe_rule(Name="turned")["State"] == "DISABLED"
    assert tf.changes(RULE, state, {**config, **off}) == set()
    assert tf.changes(RULE, state, config) == set()


def test_rule__drift_and_loss_are_seen(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = {"name": "drifts", "schedule_expression": "rate(5 minutes)", "state": "ENABLED"}
    state = tf.apply(RULE, config)

    aws("events").put_rule(Name="drifts", ScheduleExpression="rate(1 hour)", State="DISABLED")
    assert tf.changes(RULE, state, config) == {"schedule_expression", "state", "is_enabled"}

    aws("events").delete_rule(Name="drifts")
    assert tf.refresh(RULE, state) is None


def test_rule__what_is_not_carried_out_is_refused_at_plan(tf: Harness) -> None:
    config = {"name": "roled", "schedule_expression": "rate(5 minutes)", "role_arn": ROLE}
    state = tf.apply(RULE, config)

    assert tf.plan(RULE, state, {**config, "name": "other"})[1] == ["name"]
    with pytest.raises(ProviderRefusedError, match="can't take a rule's role away"):
        tf.plan(RULE, state, {"name": "roled", "schedule_expression": "rate(5 minutes)"})
    with pytest.raises(ProviderRefusedError, match="needs a schedule_expression or an event_pattern"):
        tf.plan(RULE, None, {"name": "empty"})
    with pytest.raises(ProviderRefusedError, match="state must be one of"):
        tf.plan(RULE, None, {"name": "odd", "schedule_expression": "rate(5 minutes)", "state": "ON"})


@pytest.fixture
def rule(tf: Harness) -> str:
    """A rule for targets."""
    name: str = tf.apply(RULE, {"name": "waking", "schedule_expression": "rate(5 minutes)"})["name"]
    return name


def target(aws: Callable[[str], Any], rule: str) -> dict[str, Any]:
    (found,) = aws("events").list_targets_by_rule(Rule=rule)["Targets"]
    return dict(found)


def test_target__arrives_whole_and_imports(tf: Harness, aws: Callable[[str], Any], rule: str) -> None:
    config = {
        "rule": rule, "target_id": "it", "arn": QUEUE, "role_arn": ROLE, "input": json.dumps({"a": 1}),
        "retry_policy": [{"maximum_event_age_in_seconds": 60, "maximum_retry_attempts": 2}],
        "dead_letter_config": [{"arn": QUEUE}], "sqs_target": [{"message_group_id": "g"}],
    }  # fmt: skip

    state = tf.apply(TARGET, config)

    assert target(aws, rule) == {
        "Id": "it", "Arn": QUEUE, "RoleArn": ROLE, "Input": '{"a": 1}', "DeadLetterConfig": {"Arn": QUEUE},
        "RetryPolicy": {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 2},
        "SqsParameters": {"MessageGroupId": "g"},
    }  # fmt: skip
    assert state["id"] == "waking-it"
    assert tf.changes(TARGET, state, config) == set()
    assert tf.import_then_plan(TARGET, "waking/it", config) == set()


def test_target__update_changes_in_place(tf: Harness, aws: Callable[[str], Any], rule: str) -> None:
    state = tf.apply(TARGET, {"rule": rule, "target_id": "it", "arn": QUEUE, "input": "{}"})
    transformer = [{"input_paths": {"x": "$.detail"}, "input_template": '"<x>"'}]
    after = {"rule": rule, "target_id": "it", "arn": QUEUE, "input_transformer": transformer}

    state = tf.apply(TARGET, after, state)

    assert target(aws, rule) == {
        "Id": "it", "Arn": QUEUE,
        "InputTransformer": {"InputPathsMap": {"x": "$.detail"}, "InputTemplate": '"<x>"'},
    }  # fmt: skip
    assert tf.changes(TARGET, state, after) == set()


def test_target__gets_an_id_of_its_own(tf: Harness, aws: Callable[[str], Any], rule: str) -> None:
    config = {"rule": rule, "arn": QUEUE, "input_path": "$.detail"}

    state = tf.apply(TARGET, config)

    assert target(aws, rule)["Id"] == state["target_id"] != ""
    assert tf.changes(TARGET, state, config) == set()


def test_target__on_another_bus_arrives_and_imports(tf: Harness, aws: Callable[[str], Any], bus: str) -> None:
    held = tf.apply(RULE, {"name": "far", "event_bus_name": bus, "event_pattern": json.dumps({"source": ["x"]})})
    config = {"rule": "far", "event_bus_name": bus, "target_id": "it", "arn": QUEUE}

    state = tf.apply(TARGET, config)

    (found,) = aws("events").list_targets_by_rule(Rule="far", EventBusName=bus)["Targets"]
    assert found["Arn"] == QUEUE
    assert tf.import_then_plan(TARGET, "beside/far/it", config) == set()
    tf.destroy(TARGET, state)
    tf.destroy(RULE, held)


def test_target__drift_and_loss_are_seen(tf: Harness, aws: Callable[[str], Any], rule: str) -> None:
    config = {"rule": rule, "target_id": "it", "arn": QUEUE}
    state = tf.apply(TARGET, config)

    aws("events").put_targets(Rule=rule, Targets=[{"Id": "it", "Arn": f"{QUEUE}-2"}])
    assert tf.changes(TARGET, state, config) == {"arn"}

    aws("events").remove_targets(Rule=rule, Ids=["it"])
    assert tf.refresh(TARGET, state) is None


def test_target__other_kinds_of_target_are_refused(tf: Harness) -> None:
    config = {"rule": "r", "arn": QUEUE, "ecs_target": [{"task_definition_arn": "a"}]}

    with pytest.raises(ProviderRefusedError, match=r"ecs_target\.task_definition_arn"):
        tf.plan(TARGET, None, config)
