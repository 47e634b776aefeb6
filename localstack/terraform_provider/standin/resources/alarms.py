"""CloudWatch alarms on one metric.

Replacement and defaults: terraform-provider-aws, website/docs/r/cloudwatch_metric_alarm.html.markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, removed_tags, resource, tag_list, tag_map, without_none

if TYPE_CHECKING:
    from standin.values import State

# Argument -> member, for values that are the same on both sides; an unset argument removes the member.
_PLAIN = {
    "actions_enabled": "ActionsEnabled",
    "alarm_description": "AlarmDescription",
    "comparison_operator": "ComparisonOperator",
    "datapoints_to_alarm": "DatapointsToAlarm",
    "evaluation_periods": "EvaluationPeriods",
    "extended_statistic": "ExtendedStatistic",
    "metric_name": "MetricName",
    "namespace": "Namespace",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "treat_missing_data": "TreatMissingData",
    "unit": "Unit",
}
_ACTIONS = {
    "alarm_actions": "AlarmActions",
    "insufficient_data_actions": "InsufficientDataActions",
    "ok_actions": "OKActions",
}
_ONE_METRIC = ("metric_name", "namespace", "period")


@resource
class MetricAlarm(Resource):
    """An alarm. The emulator drops metric_query, threshold_metric_id and evaluate_low_sample_count_percentiles
    (written, and not in the answer), so they aren't supported.
    """

    type = "aws_cloudwatch_metric_alarm"
    supported = frozenset({*_PLAIN, *_ACTIONS, "alarm_name", "dimensions"})
    force_new = frozenset({"alarm_name"})
    defaults: ClassVar = {"actions_enabled": True, "treat_missing_data": "missing"}
    enums: ClassVar = {
        "comparison_operator": ("cloudwatch", "ComparisonOperator"),
        "statistic": ("cloudwatch", "Statistic"),
        "unit": ("cloudwatch", "StandardUnit"),
    }
    import_key = "alarm_name"

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - the base's hook
        """Refuse what CloudWatch would."""
        for name in (*_ONE_METRIC, "comparison_operator", "evaluation_periods"):
            if planned[name] is None:
                self.refuse(name, "an alarm on a metric needs it")
        if (planned["statistic"] is None) == (planned["extended_statistic"] is None):
            self.refuse("statistic", "an alarm needs either statistic or extended_statistic")

    def create(self, planned: State) -> State:
        """Put the alarm with its tags."""
        self._put(planned, Tags=tag_list(planned["tags_all"]))
        return {"id": planned["alarm_name"]}

    def read(self, state: State) -> State | None:
        """Read the alarm and its tags."""
        client = self.client("cloudwatch")
        found = client.describe_alarms(AlarmNames=[state["alarm_name"] or state["id"]])["MetricAlarms"]
        if not found:
            return None
        alarm = found[0]
        # The emulator says Average beside an extended statistic; CloudWatch knows but one of them.
        statistic = None if alarm.get("ExtendedStatistic") else alarm.get("Statistic")
        return {
            **{name: alarm.get(member) for name, member in _PLAIN.items()},
            **{name: alarm.get(member, []) for name, member in _ACTIONS.items()},
            "id": alarm["AlarmName"],
            "alarm_name": alarm["AlarmName"],
            "arn": alarm["AlarmArn"],
            "dimensions": {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])},
            "evaluate_low_sample_count_percentiles": alarm.get("EvaluateLowSampleCountPercentile", ""),
            "statistic": statistic,
            "tags_all": tag_map(client.list_tags_for_resource(ResourceARN=alarm["AlarmArn"]).get("Tags")),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Put the alarm again; arguments that are not set are removed."""
        client = self.client("cloudwatch")
        if changed - {"tags", "tags_all"}:
            self._put(planned)
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_resource(ResourceARN=prior["arn"], TagKeys=gone)
            client.tag_resource(ResourceARN=prior["arn"], Tags=tag_list(planned["tags_all"]))
        return None

    def delete(self, state: State) -> None:
        """Delete the alarm."""
        self.client("cloudwatch").delete_alarms(AlarmNames=[state["alarm_name"]])

    def _put(self, planned: State, **more: Any) -> None:  # noqa: ANN401 - arguments of the call
        self.client("cloudwatch").put_metric_alarm(
            AlarmName=planned["alarm_name"],
            Dimensions=[{"Name": name, "Value": value} for name, value in (planned["dimensions"] or {}).items()],
            **{member: sorted(planned[name] or []) for name, member in _ACTIONS.items()},
            **without_none({member: planned[name] for name, member in _PLAIN.items()}),
            **more,
        )
