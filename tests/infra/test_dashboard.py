"""The dashboard and the site's access logs: what CloudWatch and CloudFront accept, about this stack only.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from guide import OPERATORS
from infra.planned import Plan, block
from infra.test_alarms import METRICS

from lambda_handlers.log import Metrics
from lambda_handlers.notify import MAIL_FAILED, MAIL_SENT
from lambda_handlers.submit_function import TOO_MANY_REQUESTS, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = 24
OF_METRICS = {"metrics", "region", "view", "stacked", "stat", "period", "title", "yAxis"}
OF_A_LINE = {"id", "label", "stat", "visible", "yAxis", "expression"}
STATISTIC = re.compile(r"Sum|Average|Minimum|Maximum|SampleCount|p\d{1,2}(\.\d+)?")

SHOWN = METRICS | {
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    ("AWS/ApiGateway", "Count"): ({"ApiName", "Stage"}, "Count"),
    ("AWS/ApiGateway", "4XXError"): ({"ApiName", "Stage"}, "Count"),
    ("AWS/ApiGateway", "Latency"): ({"ApiName", "Stage"}, "Milliseconds"),
    # https://docs.aws.amazon.com/ses/latest/dg/monitor-sending-activity-metrics.html
    ("AWS/SES", "Bounce"): (set(), "Count"),
    ("AWS/SES", "Complaint"): (set(), "Count"),
}
OURS = (stored(1), TOO_MANY_REQUESTS, MAIL_SENT, MAIL_FAILED, Metrics(("form",), SeatsTaken=0, Waiting=0))


@pytest.fixture
def dashboard(watched: Plan) -> dict[str, Any]:
    """The dashboard's body."""
    body: dict[str, Any] = json.loads(
        watched.one("module.dashboard[0].aws_cloudwatch_dashboard.this")["dashboard_body"]
    )
    return body


def lines_of(body: dict[str, Any]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """Return each line of the graphs: the strings that name a metric, and the options."""
    for widget in body["widgets"]:
        for line in widget["properties"].get("metrics", ()):
            options = line[-1] if isinstance(line[-1], dict) else {}
            yield [part for part in line if isinstance(part, str)], options


def test_dashboard__is_a_body_that_cloudwatch_accepts(dashboard: dict[str, Any]) -> None:
    assert dashboard.keys() <= {"start", "end", "periodOverride", "widgets"}
    assert dashboard["start"] == "-P14D"
    assert dashboard["periodOverride"] in {"auto", "inherit"}
    assert 1 <= len(dashboard["widgets"]) <= 500
    for widget in dashboard["widgets"]:
        assert widget.keys() == {"type", "x", "y", "width", "height", "properties"}
        assert widget["type"] in {"alarm", "metric"}
        assert 0 <= widget["x"] <= COLUMNS - 1
        assert 1 <= widget["width"] <= COLUMNS
        assert widget["x"] + widget["width"] <= COLUMNS
        assert widget["y"] >= 0
        assert 1 <= widget["height"] <= 1000


def test_dashboard__has_no_widget_over_another(dashboard: dict[str, Any]) -> None:
    def cells(widget: dict[str, Any]) -> set[tuple[int, int]]:
        across = range(widget["x"], widget["x"] + widget["width"])
        down = range(widget["y"], widget["y"] + widget["height"])
        return set(itertools.product(across, down))

    places = [cells(widget) for widget in dashboard["widgets"]]
    assert sum(map(len, places)) == len(set().union(*places))


def test_dashboard__draws_lines_that_cloudwatch_accepts(dashboard: dict[str, Any]) -> None:
    graphs = [widget["properties"] for widget in dashboard["widgets"] if widget["type"] == "metric"]
    for graph in graphs:
        assert graph.keys() <= OF_METRICS
        assert graph["region"] == "eu-north-1"
        assert graph["view"] in {"timeSeries", "singleValue", "gauge", "bar", "pie"}
        assert graph["period"] % 60 == 0
        assert STATISTIC.fullmatch(graph["stat"])
    for names, options in lines_of(dashboard):
        assert options.keys() <= OF_A_LINE
        assert len(names) % 2 == 0, "a namespace, a metric, and a value for each dimension"
        assert bool(names) is ("expression" not in options)
        assert STATISTIC.fullmatch(options.get("stat", "Sum"))
        assert options.get("yAxis", "left") in {"left", "right"}


def test_dashboard__shows_every_alarm(watched: Plan, dashboard: dict[str, Any]) -> None:
    (shown,) = (widget["properties"]["alarms"] for widget in dashboard["widgets"] if widget["type"] == "alarm")

    alarms = {alarm["alarm_name"] for alarm in watched.all("aws_cloudwatch_metric_alarm").values()}
    assert set(shown) == {f"arn:aws:cloudwatch:eu-north-1:000000000000:alarm:{name}" for name in alarms}
    assert len(shown) <= 100


def test_dashboard__computes_only_from_its_own_lines(dashboard: dict[str, Any]) -> None:
    ids = {options["id"] for _, options in lines_of(dashboard) if "id" in options}
    expressions = [options["expression"] for _, options in lines_of(dashboard) if "expression" in options]

    assert {name for text in expressions for name in re.findall(r"[a-z]\w*", text)} == ids


def test_dashboard__shows_metrics_that_exist(watched: Plan, dashboard: dict[str, Any]) -> None:
    """AWS's own by its documentation, ours by what the functions write; each of a resource of the same plan."""
    ours = {
        ("Rollcall/prod", name, frozenset(by))
        for metrics in OURS
        for by in metrics.dimensions
        for name in metrics.values
    }
    values = {
        "QueueName": {queue["name"] for queue in watched.all("aws_sqs_queue").values()},
        "FunctionName": {function["function_name"] for function in watched.all("aws_lambda_function").values()},
        "ApiName": {"rollcall-prod"},
        "Stage": {"v1"},
        "form": set(watched.variables["forms"]),
    }
    for names, _ in lines_of(dashboard):
        if not names:
            continue
        namespace, metric, *rest = names
        dimensions = dict(zip(rest[::2], rest[1::2], strict=True))
        if (namespace, metric) in SHOWN:
            assert dimensions.keys() == SHOWN[namespace, metric][0], names
        else:
            assert (namespace, metric, frozenset(dimensions)) in ours, names
        assert all(value in values[name] for name, value in dimensions.items()), names


def test_dashboard__shows_all_that_the_functions_count(dashboard: dict[str, Any]) -> None:
    """A metric that nobody sees would cost money for nothing."""
    shown = {names[1] for names, _ in lines_of(dashboard) if names}

    assert {name for metrics in OURS for name in metrics.values} <= shown


def test_dashboard__has_as_many_metrics_as_the_guide_says(watched: Plan, dashboard: dict[str, Any]) -> None:
    """AWS gives three dashboards with up to 50 metrics each for free."""
    metrics = {tuple(names) for names, _ in lines_of(dashboard) if names}
    forms = len(watched.variables["forms"])
    chapter = " ".join(OPERATORS.partition("\n## Dashboard\n")[2].partition("\n## ")[0].split())
    (fixed, each) = re.findall(r"this one has (\d+), and (\d+) for each form", chapter)[0]

    assert len(metrics) == int(fixed) + int(each) * forms
    assert len(metrics) <= 50


PERSONAL = {
    "c-ip", "c-port", "x-forwarded-for", "cs(Cookie)", "cs(Referer)", "cs(User-Agent)", "cs-uri-query", "c-country",
    "asn",
}  # fmt: skip
"""Of CloudFront's fields: what says who asked, or what somebody typed."""

FIELDS = {
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
    "date", "time", "x-edge-location", "sc-bytes", "cs-method", "cs(Host)", "cs-uri-stem", "sc-status",
    "x-edge-result-type", "x-edge-request-id", "x-host-header", "cs-protocol", "cs-bytes", "time-taken", "ssl-protocol",
    "ssl-cipher", "x-edge-response-result-type", "cs-protocol-version", "fle-status", "fle-encrypted-fields",
    "time-to-first-byte", "x-edge-detailed-result-type", "sc-content-type", "sc-content-len", "sc-range-start",
    "sc-range-end", *PERSONAL,
}  # fmt: skip

LOGS = "module.site_logs[0]"


def test_site_logs__hold_nothing_about_who_asked(watched: Plan) -> None:
    fields = set(watched.one(f"{LOGS}.aws_cloudwatch_log_delivery.this")["record_fields"])

    assert fields <= FIELDS
    assert not fields & PERSONAL
    assert {"date", "time", "cs-uri-stem", "sc-status"} <= fields


def test_site_logs__go_from_the_distribution_to_a_private_bucket(watched: Plan) -> None:
    source = watched.one(f"{LOGS}.aws_cloudwatch_log_delivery_source.this")
    bucket = watched.one(f"{LOGS}.module.bucket.aws_s3_bucket.this")
    access = watched.one(f"{LOGS}.module.bucket.aws_s3_bucket_public_access_block.this")

    assert source["log_type"] == "ACCESS_LOGS"
    assert watched.references(f"{LOGS}.aws_cloudwatch_log_delivery_source.this", "resource_arn") == [
        "var.distribution_arn"
    ]
    assert bucket["bucket"] == "rollcall-prod-site-logs-000000000000"
    assert bucket["force_destroy"] is False
    assert [access[name] for name in access if name.startswith(("block_", "ignore_", "restrict_"))] == [True] * 4


def test_site_logs__are_delivered_from_us_east_1(watched: Plan) -> None:
    """CloudFront's deliveries are there, wherever the bucket is."""
    for kind in ("log_delivery_source", "log_delivery_destination", "log_delivery"):
        configured = watched.configured(f"{LOGS}.aws_cloudwatch_{kind}.this")
        assert configured["provider_config_key"].endswith("aws.global"), kind
    bucket = watched.configured(f"{LOGS}.module.bucket.aws_s3_bucket.this")
    assert bucket["provider_config_key"] == "aws"


def test_site_logs__are_deleted_after_the_days(watched: Plan) -> None:
    life_cycle = watched.one(f"{LOGS}.module.bucket.aws_s3_bucket_lifecycle_configuration.this")

    rule = block(life_cycle, "rule")
    assert rule["status"] == "Enabled"
    assert block(rule, "expiration")["days"] == 30


def test_site_logs__are_written_only_by_this_delivery(watched: Plan) -> None:
    (statement,) = watched.policies[f"{LOGS}.data.aws_iam_policy_document.deliver"]

    assert statement.actions == {"s3:PutObject"}
    assert statement.resources >= {"arn:aws:s3:::rollcall-prod-site-logs-000000000000/*"}
    assert statement.principals == ({"type": "Service", "identifiers": ["delivery.logs.amazonaws.com"]},)
    assert statement.conditions["StringEquals", "aws:SourceAccount"] == ["000000000000"]
    assert ("ArnEquals", "aws:SourceArn") in statement.conditions


def test_throttled_requests__are_counted_in_the_gateways_log(watched: Plan) -> None:
    """Into the same metric as submit's own refusals, which the filter doesn't match."""
    (log_filter,) = watched.all("aws_cloudwatch_log_metric_filter").values()
    transformation = block(log_filter, "metric_transformation")
    (stage,) = watched.all("aws_api_gateway_stage").values()
    logged = json.loads(block(stage, "access_log_settings")["format"])

    assert log_filter["log_group_name"] == "/aws/apigateway/rollcall-prod"
    (field, value) = re.fullmatch(r'\{ \$\.(\w+) = "(\w+)" \}', log_filter["pattern"]).groups()  # type: ignore[union-attr]
    assert (logged[field], value) == ("$context.error.responseType", "THROTTLED")
    assert (transformation["namespace"], transformation["name"]) == ("Rollcall/prod", "TooManyRequests")
    assert transformation["default_value"] is None, "without one the metric costs nothing while nobody is refused"
