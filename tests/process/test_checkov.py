"""What checkov says of infra/. Each exception stands beside its resource, with its reason."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest
from shipped import ROOT

CHECKOV = ROOT / ".venvs" / "checkov" / "bin" / "checkov"
INFRA = ROOT / "infra"
EXCEPTION = re.compile(r"checkov:skip=(\w+):(.*)")


@pytest.fixture(scope="module")
def results() -> dict[str, list[dict[str, Any]]]:
    """What it passed, failed and skipped, from the files alone: it asks no server for rules or modules."""
    assert CHECKOV.is_file(), "checkov is not installed: make test-process installs it."
    options = ("--framework", "terraform", "--skip-download", "--download-external-modules", "false")
    ran = subprocess.run(
        [CHECKOV, "--directory", INFRA, *options, "--output", "json"], capture_output=True, text=True, check=False
    )
    assert ran.returncode in {0, 1}, ran.stderr
    report: dict[str, Any] = json.loads(ran.stdout)
    assert report["results"]["parsing_errors"] == []
    findings: dict[str, list[dict[str, Any]]] = report["results"]
    return findings


def test_checkov__has_no_objection(results: dict[str, list[dict[str, Any]]]) -> None:
    objections = [
        f"{one['file_path']}:{one['file_line_range'][0]} {one['check_id']} {one['check_name']}"
        for one in results["failed_checks"]
    ]

    assert objections == []
    assert len(results["passed_checks"]) > 400


def test_exceptions__are_needed_and_say_why(results: dict[str, list[dict[str, Any]]]) -> None:
    used = {(one["file_path"], one["check_id"]) for one in results["skipped_checks"]}
    written = {
        (f"/{file.relative_to(INFRA)}", check): reason
        for file in INFRA.rglob("*.tf")
        for check, reason in EXCEPTION.findall(file.read_text(encoding="utf-8"))
    }

    assert written.keys() == used
    assert [place for place, reason in written.items() if len(reason.split()) < 4] == []
