"""Logs: one line of JSON per event, without anything that a visitor typed."""

from __future__ import annotations

import json
import re

import pytest

from lambda_handlers.log import Log
from registration_core.domain.errors import SettingsError


def test_info__is_one_line_of_json_with_time_level_and_facts(capsys: pytest.CaptureFixture[str]) -> None:
    Log("submit").info("stored", request_id="r1", submission_id="reg_01J")

    lines = capsys.readouterr().out.splitlines()
    event = json.loads(lines[0])
    assert len(lines) == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event.pop("timestamp"))
    assert event == {
        "level": "INFO",
        "message": "stored",
        "function": "submit",
        "request_id": "r1",
        "submission_id": "reg_01J",
    }


@pytest.mark.parametrize(
    ("level", "written"),
    [("DEBUG", 3), ("INFO", 3), ("WARNING", 2), ("WARN", 2), ("error", 1), ("nonsense", 3)],
)
def test_level__hides_lower_levels(level: str, written: int, capsys: pytest.CaptureFixture[str]) -> None:
    log = Log("submit", level)
    log.info("a")
    log.warning("b")
    log.fault("c", ValueError("x"))

    assert len(capsys.readouterr().out.splitlines()) == written


def test_fault__names_errors_and_places_but_not_their_messages(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        try:
            raise KeyError("anna@example.org")  # noqa: TRY301 - the errors are what is tested
        except KeyError as error:
            raise ValueError("anna@example.org is no number") from error
    except ValueError as error:
        Log("submit").fault("failed", error)

    written = capsys.readouterr().out
    assert "anna" not in written
    assert json.loads(written)["error"] == ["ValueError", "KeyError"]
    assert json.loads(written)["trace"][0].startswith("test_log.py:")


def test_fault__of_a_setting__names_it_and_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    """The operator's guide sends operators to this sentence in the log."""
    Log("submit").fault("failed", SettingsError("HTTPS_PROXY is set. Name the endpoint."))

    assert json.loads(capsys.readouterr().out)["detail"] == "HTTPS_PROXY is set. Name the endpoint."
