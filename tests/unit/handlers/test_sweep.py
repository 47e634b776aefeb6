"""Sweep's log: what it did in one line, and how many seats are taken in one for each form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from unit.handlers.emf import Metric, metrics_of

from lambda_handlers.log import Log
from lambda_handlers.sweep import sweep
from registration_core.services.sweep import SweepReport, SweepService

if TYPE_CHECKING:
    import pytest


class FakeSweepService(SweepService):
    """Returns a report without doing anything."""

    def __init__(self, report: SweepReport) -> None:
        self._report = report

    def sweep(self) -> SweepReport:
        return self._report


REPORT = SweepReport(lapsed=1, promoted=2, seats={"registration": (18, 3), "workshop": (0, 0)})


def test_sweep__logs_seats_and_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    answer = sweep(FakeSweepService(REPORT), Log("sweep"), request_id="r1")

    first, second, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert [(line["message"], line["form"], line["taken"], line["waiting"]) for line in (first, second)] == [
        ("seats", "registration", 18, 3),
        ("seats", "workshop", 0, 0),
    ]
    assert last["message"] == "swept"
    assert answer == {"lapsed": 1, "settled": 0, "promoted": 2, "mails": 0, "digests": 0, "reminders": 0}
    assert last.items() >= answer.items()


def test_sweep__counts_seats_by_form(capsys: pytest.CaptureFixture[str]) -> None:
    """None in all, because a sum over the sweeps would mean nothing."""
    sweep(FakeSweepService(REPORT), Log("sweep", metrics_namespace="Rollcall/test"), request_id="r1")

    lines = capsys.readouterr().out.splitlines()
    assert [metric for line in lines for metric in metrics_of(line)] == [
        Metric("Rollcall/test", "SeatsTaken", {"form": "registration"}, 18),
        Metric("Rollcall/test", "Waiting", {"form": "registration"}, 3),
        Metric("Rollcall/test", "SeatsTaken", {"form": "workshop"}, 0),
        Metric("Rollcall/test", "Waiting", {"form": "workshop"}, 0),
    ]
