"""Alarms: which there are, that each watches a metric that exists, and that each says what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT

from lambda_handlers.submit_function import TOO_MANY_REQUESTS, stored

if TYPE_CHECKING:
    from infra.planned import Plan

    from lambda_handlers.log import Metrics

GUIDE = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")

ALWAYS = {
    "mail-dead-letters", "stream-dead-letters", "feedback-dead-letters", "mail-waits", "stream-waits",
    "api-errors", "sweep-stopped", "bounces", "complaints",
}  # fmt: skip
FUNCTIONS = {"submit": 10, "links": 15, "sweep": 240, "dispatch": 30, "notify": 45, "feedback": 15}
"""After how many seconds Lambda stops each."""

DAYS = 5

# The end of an alarm's name: namespace, metric, statistic, how it compares, the length of a period, how many, and what
# it means that there is no data.
ABOVE, AT_LEAST, BELOW = "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold"
MEANS = {
    "dead-letters": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", ABOVE, 0, 300, 1, "notBreaching"),
    "mail-waits": ("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", ABOVE, 900, 300, 1, "notBreaching"),
    "stream-waits": ("AWS/Lambda", "IteratorAge", "Maximum", ABOVE, 900_000, 300, 1, "notBreaching"),
    "sweep-stopped": ("AWS/Lambda", "Errors", "Sum", ABOVE, 0, 300, 3, "breaching"),
    "api-errors": ("AWS/ApiGateway", "5XXError", "Sum", ABOVE, 0, 300, 1, "notBreaching"),
    "bounces": ("AWS/SES", "Reputation.BounceRate", "Average", AT_LEAST, 0.05, 3600, 1, "ignore"),
    "complaints": ("AWS/SES", "Reputation.ComplaintRate", "Average", AT_LEAST, 0.001, 3600, 1, "ignore"),
    "api-throttles": ("Rollcall/prod", "TooManyRequests", "Sum", ABOVE, 10, 300, 1, "notBreaching"),
    "no-submissions": ("Rollcall/prod", "Submissions", "Sum", BELOW, 1, 86_400, DAYS, "breaching"),
    "errors": ("AWS/Lambda", "Errors", "Sum", ABOVE, 0, 300, 1, "notBreaching"),
    "throttles": ("AWS/Lambda", "Throttles", "Sum", ABOVE, 0, 300, 1, "notBreaching"),
    "submit-slow": ("AWS/Lambda", "Duration", "p99", ABOVE, 8_000, 300, 1, "notBreaching"),
    "links-slow": ("AWS/Lambda", "Duration", "p99", ABOVE, 12_000, 300, 1, "notBreaching"),
    "sweep-slow": ("AWS/Lambda", "Duration", "p99", ABOVE, 192_000, 300, 1, "notBreaching"),
    "dispatch-slow": ("AWS/Lambda", "Duration", "p99", ABOVE, 24_000, 300, 1, "notBreaching"),
    "notify-slow": ("AWS/Lambda", "Duration", "p99", ABOVE, 36_000, 300, 1, "notBreaching"),
    "feedback-slow": ("AWS/Lambda", "Duration", "p99", ABOVE, 12_000, 300, 1, "notBreaching"),
}

METRICS = {
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ({"QueueName"}, "Count"),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): ({"QueueName"}, "Seconds"),
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    ("AWS/Lambda", "Errors"): ({"FunctionName"}, "Count"),
    ("AWS/Lambda", "Throttles"): ({"FunctionName"}, "Count"),
    ("AWS/Lambda", "Duration"): ({"FunctionName"}, "Milliseconds"),
    ("AWS/Lambda", "IteratorAge"): ({"FunctionName"}, "Milliseconds"),
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    ("AWS/ApiGateway", "5XXError"): ({"ApiName", "Stage"}, "Count"),
    # https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-cloudwatch-alarm.html
    ("AWS/SES", "Reputation.BounceRate"): (set(), "None"),
    ("AWS/SES", "Reputation.ComplaintRate"): (set(), "None"),
}
"""AWS's own metrics: the dimensions that tell one from another, and the unit."""


def alarms_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return the planned alarms by the end of their names."""
    prefix = f"rollcall-{plan.variables['stack']}-"
    alarms = plan.all("aws_cloudwatch_metric_alarm").values()
    assert all(alarm["alarm_name"].startswith(prefix) for alarm in alarms)
    return {alarm["alarm_name"].removeprefix(prefix): alarm for alarm in alarms}


def test_alarms__are_the_same_nine_for_every_stack(plan: Plan) -> None:
    assert alarms_of(plan).keys() == ALWAYS


def test_alarms__of_functions_and_counts_are_chosen(watched: Plan) -> None:
    of_functions = {f"{name}-{kind}" for name in FUNCTIONS for kind in ("errors", "throttles", "slow")}

    assert alarms_of(watched).keys() == ALWAYS | of_functions | {"api-throttles", "no-submissions"}


def test_alarms__fire_on_what_their_names_say(watched: Plan) -> None:
    for name, alarm in alarms_of(watched).items():
        means = next(means for ending, means in MEANS.items() if name.endswith(ending))
        assert (
            alarm["namespace"], alarm["metric_name"], alarm["statistic"] or alarm["extended_statistic"],
            alarm["comparison_operator"], alarm["threshold"], alarm["period"], alarm["evaluation_periods"],
            alarm["treat_missing_data"],
        ) == means, name  # fmt: skip
        assert alarm["actions_enabled"] is True, name
        assert alarm["datapoints_to_alarm"] is None, name  # all of the periods


def test_alarms__look_back_no_further_than_cloudwatch(watched: Plan) -> None:
    """Seven days, or one day of periods shorter than an hour.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    for name, alarm in alarms_of(watched).items():
        most = 604_800 if alarm["period"] >= 3600 else 86_400
        assert alarm["period"] * alarm["evaluation_periods"] <= most, name


def test_alarms__watch_metrics_that_exist(watched: Plan) -> None:
    """AWS's own by its documentation, ours by what the functions write; each of a resource of the same plan."""
    ours = {("Rollcall/prod", name) for metrics in (stored(1), TOO_MANY_REQUESTS) for name in totals(metrics)}
    resources = {
        "QueueName": {queue["name"] for queue in watched.all("aws_sqs_queue").values()},
        "FunctionName": {function["function_name"] for function in watched.all("aws_lambda_function").values()},
        "ApiName": {api["name"] for api in watched.all("aws_api_gateway_rest_api").values()},
        "Stage": {stage["stage_name"] for stage in watched.all("aws_api_gateway_stage").values()},
    }
    for name, alarm in alarms_of(watched).items():
        metric, dimensions = (alarm["namespace"], alarm["metric_name"]), alarm["dimensions"] or {}
        expected, _ = METRICS.get(metric, (set(), "Count"))
        assert metric in METRICS.keys() | ours, name
        assert dimensions.keys() == expected, name
        for dimension, value in dimensions.items():
            assert value in resources[dimension], name


def totals(metrics: Metrics) -> set[str]:
    """Return the metrics that a function counts without a dimension."""
    return set(metrics.values) if () in metrics.dimensions else set()


def test_alarms__watch_what_their_names_say(watched: Plan) -> None:
    alarms = alarms_of(watched)

    for queue in ("mail-dead-letters", "stream-dead-letters", "feedback-dead-letters"):
        assert alarms[queue]["dimensions"] == {"QueueName": f"rollcall-prod-{queue}"}
    assert alarms["mail-waits"]["dimensions"] == {"QueueName": "rollcall-prod-mail"}
    assert alarms["stream-waits"]["dimensions"] == {"FunctionName": "rollcall-prod-dispatch"}
    assert alarms["sweep-stopped"]["dimensions"] == {"FunctionName": "rollcall-prod-sweep"}
    assert alarms["api-errors"]["dimensions"] == {"ApiName": "rollcall-prod", "Stage": "v1"}
    for function in FUNCTIONS:
        for kind in ("errors", "throttles", "slow"):
            assert alarms[f"{function}-{kind}"]["dimensions"] == {"FunctionName": f"rollcall-prod-{function}"}


def test_dead_letters__of_every_queue_are_watched(prod: Plan) -> None:
    """A queue that is somebody's destination for failures."""
    queues = {queue["name"] for queue in prod.all("aws_sqs_queue").values()} - {"rollcall-prod-mail"}

    assert {f"rollcall-prod-{name}" for name in alarms_of(prod) if name.endswith("dead-letters")} == queues


NEXT_STEP = re.compile(r"(?:[.;:] )(Read|See|Find|Run|Ask|Send|If)\b")


def test_alarms__say_what_happened_and_what_to_do(watched: Plan) -> None:
    """In the mail itself: AWS allows 1,024 characters. The place in the guide exists."""
    headings = re.findall(r"^##+ (.*)$", GUIDE, re.MULTILINE)

    for name, alarm in alarms_of(watched).items():
        description = alarm["alarm_description"]
        (place,) = re.findall(r" More: docs/operator\.md, (.*)\.$", description)
        assert place in headings, name
        assert NEXT_STEP.search(description), name
        assert len(description) <= 1024, name


def test_alarms__each_have_a_row_in_the_guide(watched: Plan) -> None:
    chapter = GUIDE.partition("\n## Alarms\n")[2].partition("\n## ")[0]
    rows = [row.split(" | ") for row in re.findall(r"^\| (`-.*) \|$", chapter, re.MULTILINE)]
    named = {name for alarms, _, _ in rows for name in re.findall(r"`-([a-z-]+)`", alarms)}

    for function in FUNCTIONS:  # one row for all functions
        named |= {f"{function}-{kind}" for kind in ("errors", "throttles", "slow") if kind in named}
    assert named - {"errors", "throttles", "slow"} == alarms_of(watched).keys() | {
        "files-dead-letters",
        "webhooks-dead-letters",
    }
    assert all(means and todo for _, means, todo in rows)


def test_alarms__notify_their_topic_of_start_and_end(watched: Plan) -> None:
    for address in watched.all("aws_cloudwatch_metric_alarm"):
        for argument in ("alarm_actions", "ok_actions"):
            assert "local.actions" in watched.references(address, argument), address


def test_alarms__mail_the_given_address(prod: Plan) -> None:
    subscription = prod.one("module.alarms.aws_sns_topic_subscription.this[0]")

    assert (subscription["protocol"], subscription["endpoint"]) == ("email", "operators@kuggen.se")


def test_alarms__mail_nobody_without_an_address(plans: dict[str, Plan]) -> None:
    assert list(plans["local"].all("aws_sns_topic")) == ["module.mail.aws_sns_topic.feedback"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions__count_only_what_is_looked_at(prod: Plan, watched: Plan, function: str) -> None:
    """Each metric costs money."""
    counting = {"submit", "sweep", "notify"}

    def namespace(plan: Plan) -> str | None:
        (environment,) = plan.one(f"module.{function}.aws_lambda_function.this")["environment"]
        value: str | None = (environment.get("variables") or {}).get("METRICS_NAMESPACE")
        return value

    assert namespace(prod) is None
    assert namespace(watched) == ("Rollcall/prod" if function in counting else None)
