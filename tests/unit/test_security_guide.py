"""docs/security.md has a verdict for every control, and names only files, options and tests that exist."""

from __future__ import annotations

import re

import pytest
from shipped import ROOT

GUIDE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
VERDICTS = {"met", "option", "not met", "account", "nothing"}
ROW = re.compile(r"^\| ((?:[A-Z]\w+\.\d+(?:, )?)+) \| (.+?) \| (.+?) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)

CONTROLS = {
    "ACM": {1, 2},
    "APIGateway": {1, 2, 3, 4, 5, 8, 9},
    "Account": {1},
    "Backup": {1},
    "CloudFront": {1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 17},
    "CloudTrail": {1, 2, 3, 4, 5, 6, 7},
    "CodeBuild": {1, 2, 3, 4, 5, 7},
    "Cognito": {1, 2, 3, 4, 5, 6},
    "Config": {1},
    "DynamoDB": {1, 2, 3, 4, 6, 7},
    "EventBridge": {3},
    "GuardDuty": {1, 5, 6, 7, 8, 9, 10, 11, 12, 13},
    "IAM": {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 19, 21, 22, 26},
    "Inspector": {1, 2, 3, 4},
    "KMS": {1, 2, 3, 4, 5},
    "Lambda": {1, 2, 3, 5},
    "Macie": {1, 2},
    "Route53": {2},
    "S3": {1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 19, 20, 24, 25},
    "SES": {3},
    "SNS": {1, 2, 4},
    "SQS": {1, 3},
    "SecretsManager": {1, 2, 3, 4},
    "WAF": {1, 2, 3, 4, 6, 7, 8, 10, 11, 12},
}
"""The controls of the lists that the guide names, of the services that stacks and options use, and of the account."""

OPTIONS = {
    name
    for file in (ROOT / "infra" / "terraform").glob("variables*.tf")
    for name in re.findall(r'^variable "(\w+)"', file.read_text(encoding="utf-8"), re.MULTILINE)
}


def test_guide__has_one_verdict_for_each_control() -> None:
    told = [control for controls, *_ in ROW.findall(GUIDE) for control in controls.split(", ")]

    assert sorted(told) == sorted(f"{service}.{number}" for service, numbers in CONTROLS.items() for number in numbers)


@pytest.mark.parametrize("row", ROW.findall(GUIDE), ids=lambda row: row[0].split(",")[0])
def test_row__says_by_what_and_shows_it(row: tuple[str, ...]) -> None:
    """Met by a file or an option that exists, shown by a test that exists; or a reason why not."""
    _, _, verdict, reason, shown = row
    quoted = re.findall(r"`([^`]+)`", reason)

    assert verdict in VERDICTS
    assert len(reason.split()) > 2 or quoted
    if verdict == "met":
        assert any((ROOT / file).is_file() for file in quoted)
    if verdict == "option":
        assert OPTIONS & set(quoted)
    assert bool(shown) or verdict not in {"met", "option"}


def test_guide__names_what_exists() -> None:
    for file in re.findall(r"`((?:infra|docs|example)/[\w./-]+)`", GUIDE):
        assert (ROOT / file).is_file(), file
    for file, _, test in (name.partition("::") for name in re.findall(r"`(test_\w+\.py(?:::\w+)?)`", GUIDE)):
        (path,) = (ROOT / "tests").rglob(file)
        assert not test or re.search(rf"^def {test}\(", path.read_text(encoding="utf-8"), re.MULTILINE), test
    for options in re.findall(r"options? ([^.;|]*)", GUIDE):
        assert set(re.findall(r"`(\w+)`", options)) <= OPTIONS, options
