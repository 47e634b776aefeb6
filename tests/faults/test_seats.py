"""Five hundred visitors for twenty seats at the same moment, with a table that fails."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import InMemorySubmissionRepository, ListedMailQueue, StoppedClock
from contract.mail_fakes import InMemoryAskedMails, InMemoryJournal, reminders_in_memory
from faults.clone import FORM, ROUNDS, option
from faults.conftest import ORIGIN
from faults.proxy import AtRandom, Fault
from faults.seats import VISITORS, Gaps, check_round, posts_of
from faults.visitors import FunctionDoor, all_at_once

from registration_core.adapters.compiled_forms import CompiledForms
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.services.manage import ManageService
from registration_core.services.sweep import SweepService

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from faults.functions import Function
    from faults.proxy import FaultProxy
    from faults.table_contents import Books

    from registration_core.services.sweep import SweepReport

IN_MAKE_TEST = 1
every_round = pytest.mark.parametrize(
    "round_number",
    [pytest.param(n, marks=() if n <= IN_MAKE_TEST else pytest.mark.full) for n in range(1, ROUNDS + 1)],
)


@pytest.fixture
def sweep_later(package: Path, dynamodb: Any, table: str) -> Callable[[], SweepReport]:
    """Sweep as the five-minute rule does, three minutes from now."""
    clock, forms = StoppedClock(datetime.now(UTC) + timedelta(minutes=3)), CompiledForms(package / "forms")
    repository = ManagedDynamoRepository(Table(sdk_call(dynamodb), table), clock=clock)
    manage = ManageService(forms=forms, repository=repository, clock=clock, randomness=os.urandom)
    queue = ListedMailQueue()
    nothing = InMemorySubmissionRepository(clock, os.urandom)  # no digest is sent here
    return SweepService(
        forms=forms,
        repository=repository,
        manage=manage,
        queue=queue,
        journal=InMemoryJournal(nothing),
        asked=InMemoryAskedMails(nothing),
        reminders=reminders_in_memory(nothing, InMemoryAskedMails(nothing), queue, clock),
        clock=clock,
    ).sweep


@every_round
def test_submit__gives_each_seat_once_and_tickets_to_the_rest(
    submit: Function, read_books: Callable[[], Books], round_number: int
) -> None:
    outcome = all_at_once(FunctionDoor(submit, ORIGIN), posts_of(round_number))
    check_round(read_books(), outcome, round_number)


@every_round
def test_submit__with_random_faults__gives_each_seat_once(
    submit: Function,
    proxy: FaultProxy,
    read_books: Callable[[], Books],
    sweep_later: Callable[[], SweepReport],
    round_number: int,
) -> None:
    """The sweep counts the tickets that were lost. A quarter as many visitors come: each fault costs them a retry."""
    proxy.plan = AtRandom(f"seats {round_number}", share=0.2, faults=Fault, outage=range(200, 450))

    outcome = all_at_once(FunctionDoor(submit, ORIGIN), posts_of(round_number, VISITORS // 4))

    assert set(proxy.met) == set(Fault)
    assert outcome.counts[503, "storage_unavailable"] > 0, (
        "the outage outlasted submit's patience, and the visitors' did not"
    )
    before = read_books().quota(option(round_number))
    report = sweep_later()
    books = read_books()
    after = books.quota(option(round_number))
    assert report.settled == after["departed"] - before["departed"]
    assert (report.promoted, report.lapsed, report.mails) == (0, 0, 2 * (VISITORS // 4))
    check_round(books, outcome, round_number, gaps=Gaps.SETTLED)
    assert {entry["form"] for entry in books.entries} == {FORM}
