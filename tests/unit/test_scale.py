"""Scale on paper: the simulations keep the laws of any line, and docs/scale.md has their figures."""

from __future__ import annotations

import importlib
import math
import os
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import PlainSigner
from shipped import ROOT, SOURCES

from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.validation import example_submission
from registration_core.services.submit import SubmitService
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from collections.abc import Mapping

INDEX_KEYS = (("month", "id"), ("email_key", "id"), ("topic", "topic_id"))
RATE_COUNTERS = 2
"""Writes of the door before the submission: one for the network address, one for the e-mail address."""


@pytest.fixture
def scale(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The scripts of benchmarks/, by name: they import each other as a script's neighbours."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))

    class Scripts:
        def __getattr__(self, name: str) -> Any:
            return importlib.import_module(name)

    return Scripts()


@pytest.mark.parametrize("visitors", [1, 300, 700])
def test_race__ends_with_a_seat_a_ticket_or_a_503_for_everyone(scale: Any, visitors: int) -> None:
    """Nobody is counted twice, no seat is given twice, and no ticket is drawn twice."""
    arrivals = [5 * number / visitors for number in range(visitors)]

    outcome = scale.contention.simulate(arrivals, capacity=20, times=scale.contention.IN_AWS)

    assert outcome.seats + len(outcome.tickets) + outcome.gave_up == visitors
    assert outcome.seats == min(20, visitors)
    assert outcome.tickets == list(range(1, len(outcome.tickets) + 1))
    assert len(outcome.seconds) == outcome.stored


def test_race__follows_littles_law(scale: Any) -> None:
    """How many are inside, over time, is how long each was inside, added up."""
    outcome = scale.contention.simulate([n / 30 for n in range(300)], capacity=20, times=scale.contention.IN_AWS)

    assert outcome.gave_up == 0
    assert outcome.person_seconds == pytest.approx(sum(outcome.seconds))


def test_race__is_the_same_again_and_leaves_chance_alone(scale: Any) -> None:
    race, state = scale.contention, scale.contention.random.getstate()

    first, second = (race.simulate([0.0] * 50, capacity=9, times=race.IN_AWS, seed=3) for _ in range(2))

    assert first == second
    assert race.random.getstate() == state


def test_quota_item__serves_forty_per_second(scale: Any) -> None:
    """What scale_limits.py says of it, as far as the simulation knows."""

    def refused(per_s: float) -> float:
        arrivals = [number / per_s for number in range(int(20 * per_s))]
        return float(scale.contention.simulate(arrivals, capacity=20, times=scale.contention.IN_AWS).gave_up) / len(
            arrivals
        )

    allowed = scale.scale_limits.QUOTA_ITEM_PER_S
    assert refused(allowed) < 0.01 < refused(1.5 * allowed)


@pytest.mark.parametrize("crowd", [1, 1_234])
def test_mails__leave_once_each_by_littles_law(scale: Any, crowd: int) -> None:
    backlog = scale.backlog
    drained = backlog.drain(backlog.opening(crowd), *backlog.stations(backlog.Settings.read()))

    assert (drained.stream.left, drained.queue.left) == (crowd, 2 * crowd)
    assert (drained.stream.inside, drained.queue.inside) == (0, 0)
    assert drained.mail_s == pytest.approx(drained.queue.waited_s)


def test_settings__are_those_of_the_configuration(scale: Any) -> None:
    settings = scale.backlog.Settings.read()

    assert (settings.stream_batch, settings.stream_at_once) == (100, 1)
    assert (settings.mail_batch, settings.mail_at_once) == (10, 2)
    assert scale.scale_limits.stage_rate() == 50


def test_prices__follow_their_tiers(scale: Any) -> None:
    requests = scale.scale_costs.PRICES["api requests"]

    assert requests.of(333e6) == pytest.approx(1165.5)
    assert requests.of(334e6) == pytest.approx(1165.5 + 2.8)


def test_write_units__are_those_of_a_registration(scale: Any) -> None:
    """Twice per item of the transaction, once per index that has it, and the door's counters."""
    units = []

    def call(_operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        for write in params.get("TransactItems", ()):
            item = write.get("Put", {}).get("Item", {})
            size = len(str(item)) / 1024  # more than DynamoDB counts
            assert size < 2
            units.append(2 + sum({*keys} <= item.keys() for keys in INDEX_KEYS) * max(1, math.floor(size)))
        return {}

    form = compile_forms(SOURCES.forms)["registration"]
    service = SubmitService(
        repository=DynamoSubmissionRepository(Table(call, "table"), clock=SystemClock()),
        signer=PlainSigner(),
        clock=SystemClock(),
        randomness=os.urandom,
    )
    service.submit(form, dict(example_submission(form)), key="a" * 16, language="en")

    assert sum(units) + RATE_COUNTERS == 19
    assert scale.scale_costs.USED["write units"] == 19 + 2 * 8


def test_guide__has_the_figures_of_the_scripts(scale: Any) -> None:
    guide = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")

    missing = [title for title, rows in scale.simulate.TABLES.items() if scale.simulate.markdown(rows()) not in guide]
    assert missing == []
