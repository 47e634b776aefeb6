"""Embedded metric format: what CloudWatch Logs reads from a line.

By the words and the JSON schema of
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import botocore.session

UNITS = botocore.session.get_session().get_service_model("cloudwatch").shape_for("StandardUnit").enum


class Metric(NamedTuple):
    """One metric that a line publishes."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    value: float


def metrics_of(line: str) -> list[Metric]:
    """Return the metrics of a log line; none if it is no document of the format. Fails for what is not as specified."""
    root: dict[str, Any] = json.loads(line)
    if "_aws" not in root:
        return []
    metadata = root["_aws"]
    assert metadata.keys() == {"Timestamp", "CloudWatchMetrics"}
    assert isinstance(metadata["Timestamp"], int)
    assert len(str(metadata["Timestamp"])) == 13, "milliseconds since 1970"
    return [metric for directive in metadata["CloudWatchMetrics"] for metric in _published(root, directive)]


def _published(root: dict[str, Any], directive: dict[str, Any]) -> list[Metric]:
    assert directive.keys() == {"Namespace", "Dimensions", "Metrics"}
    assert 1 <= len(directive["Namespace"]) <= 255
    assert directive["Dimensions"], "at least one set, which may be empty"
    assert 1 <= len(directive["Metrics"]) <= 100
    published = []
    for dimension_set in directive["Dimensions"]:
        assert isinstance(dimension_set, list)
        assert len(dimension_set) <= 30
        dimensions = {name: root[name] for name in dimension_set}
        assert all(isinstance(value, str) and value for value in dimensions.values())
        for definition in directive["Metrics"]:
            assert definition.keys() <= {"Name", "Unit", "StorageResolution"}
            assert definition.get("Unit", "None") in UNITS
            value = root[definition["Name"]]
            assert isinstance(value, int | float)
            assert not isinstance(value, bool)
            published.append(Metric(directive["Namespace"], definition["Name"], dimensions, value))
    return published
