"""CloudWatch alarms, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

KIND = "aws_cloudwatch_metric_alarm"
TOPIC = "arn:aws:sns:eu-north-1:000000000000:alarms"


def alarm(name: str, **more: Any) -> dict[str, Any]:
    return {
        "alarm_name": name, "namespace": "AWS/SQS", "metric_name": "ApproximateNumberOfMessagesVisible",
        "statistic": "Maximum", "period": 300, "evaluation_periods": 1, "threshold": 0,
        "comparison_operator": "GreaterThanThreshold", **more,
    }  # fmt: skip


def whole(name: str) -> dict[str, Any]:
    return alarm(
        name, alarm_description="Letters wait", dimensions={"QueueName": "letters"}, datapoints_to_alarm=1,
        treat_missing_data="notBreaching", unit="Count", alarm_actions=[TOPIC], ok_actions=[TOPIC],
        insufficient_data_actions=[TOPIC], tags={"Part": "alarms"},
    )  # fmt: skip


def described(aws: Callable[[str], Any], name: str) -> dict[str, Any]:
    (found,) = aws("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return dict(found)


def test_alarm__arrives_whole_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = whole("whole")

    state = tf.apply(KIND, config)

    found = described(aws, "whole")
    assert (found["Namespace"], found["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert (found["Statistic"], found["Period"], found["EvaluationPeriods"]) == ("Maximum", 300, 1)
    assert (found["Threshold"], found["ComparisonOperator"]) == (0.0, "GreaterThanThreshold")
    assert found["Dimensions"] == [{"Name": "QueueName", "Value": "letters"}]
    assert (found["AlarmDescription"], found["TreatMissingData"]) == ("Letters wait", "notBreaching")
    assert (found["Unit"], found["DatapointsToAlarm"], found["ActionsEnabled"]) == ("Count", 1, True)
    assert found["AlarmActions"] == found["OKActions"] == found["InsufficientDataActions"] == [TOPIC]
    tags = aws("cloudwatch").list_tags_for_resource(ResourceARN=state["arn"])["Tags"]
    assert tags == [{"Key": "Part", "Value": "alarms"}]
    assert tf.changes(KIND, state, config) == set()
    assert tf.import_then_plan(KIND, "whole", config) == set()


def test_alarm__update_changes_in_place_and_takes_away(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(KIND, whole("changes"))
    after = alarm("changes", threshold=2.5, actions_enabled=False, tags={"Other": "x"})

    state = tf.apply(KIND, after, state)

    found = described(aws, "changes")
    assert (found["Threshold"], found["ActionsEnabled"], found["TreatMissingData"]) == (2.5, False, "missing")
    assert found["AlarmActions"] == found["OKActions"] == found["Dimensions"] == []
    assert found["AlarmDescription"] == ""
    tags = aws("cloudwatch").list_tags_for_resource(ResourceARN=state["arn"])["Tags"]
    assert tags == [{"Key": "Other", "Value": "x"}]
    assert tf.changes(KIND, state, after) == set()


def test_alarm__an_extended_statistic_arrives(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = alarm("extended", statistic=None, extended_statistic="p99")

    state = tf.apply(KIND, config)

    assert described(aws, "extended")["ExtendedStatistic"] == "p99"
    assert tf.changes(KIND, state, config) == set()


def test_alarm__drift_and_loss_are_seen(tf: Harness, aws: Callable[[str], Any]) -> None:
    config = alarm("drifts")
    state = tf.apply(KIND, config)
    client = aws("cloudwatch")

    client.put_metric_alarm(
        AlarmName="drifts", Namespace="AWS/SQS", MetricName="ApproximateNumberOfMessagesVisible", Statistic="Maximum",
        Period=60, EvaluationPeriods=1, Threshold=9, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    assert tf.changes(KIND, state, config) == {"period", "threshold"}

    client.delete_alarms(AlarmNames=["drifts"])
    assert tf.refresh(KIND, state) is None


def test_alarm__a_name_replaces(tf: Harness) -> None:
    state = tf.apply(KIND, alarm("named"))

    assert tf.plan(KIND, state, alarm("other"))[1] == ["alarm_name"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"statistic": None}, "either statistic or extended_statistic"),
        ({"metric_name": None}, "an alarm on a metric needs it"),
        ({"comparison_operator": "Above"}, "comparison_operator must be one of"),
        ({"metric_query": [{"id": "e1", "expression": "m1*2"}]}, r"metric_query\.expression"),
        ({"evaluate_low_sample_count_percentiles": "ignore"}, "evaluate_low_sample_count_percentiles"),
    ],
)
def test_alarm__what_is_not_carried_out_is_refused_at_plan(tf: Harness, more: dict[str, Any], words: str) -> None:
    with pytest.raises(ProviderRefusedError, match=words):
        tf.plan(KIND, None, {**alarm("refused"), **more})
