"""Calls that come so seldom that no test on a stack makes them, each made by an identity of its function or staff.

A recording of calls counts the user `as-submit` as the function submit.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from contract.identities import clients_of
from contract.test_guard_keys import COURSE, NEW, OLD, ROBIN, Signers

from registration_core.adapters.dynamodb.guard_keys import GuardKeys
from registration_core.adapters.dynamodb.outcomes import DynamoSuppressionList
from registration_core.adapters.dynamodb.rates import DynamoRateCounter
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.adapters.sqs import SqsMailQueue
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.services.submit import SubmitService
from rollcall_local.credentials import client

if TYPE_CHECKING:
    from contract.fakes import StoppedClock

    from rollcall_local.paths import Workspace


def table_of(who: str, emulator: Workspace, table: str) -> Table:
    """Return the table, connected as somebody who may do everything with it."""
    return Table(sdk_call(clients_of(who, emulator)("dynamodb")), table)


def test_submit__counts_a_senders_requests(bare_emulator: Workspace, table: str, clock: StoppedClock) -> None:
    """The stack of the tests has no limits."""
    rates = DynamoRateCounter(table_of("submit", bare_emulator, table))
    end = clock.now() + timedelta(hours=1)

    assert [rates.take("sender", "hour", most=1, expires_at=end) for _ in range(2)] == [True, False]


def test_submit__heeds_guards_of_older_keys(bare_emulator: Workspace, table: str, clock: StoppedClock) -> None:
    """While the guard keys change."""
    repository = DynamoSubmissionRepository(table_of("submit", bare_emulator, table), clock=clock)
    older, newer = (
        SubmitService(repository=repository, signer=signer, clock=clock, randomness=os.urandom)
        for signer in (Signers(OLD), Signers(NEW, OLD))
    )
    first = older.submit(COURSE, ROBIN, key="first", language="en")

    assert newer.submit(COURSE, ROBIN, key="first", language="en").id == first.id
    assert newer.submit(COURSE, ROBIN, key="second", language="en").repeated
    assert not newer.submit(COURSE, ROBIN | {"name": "Kim"}, key="third", language="en").repeated


def test_sweep__queues_a_mail_that_nobody_noted(bare_emulator: Workspace) -> None:
    """A mail counts as missed after minutes, which no test on a stack waits for."""
    sqs = client("sqs", bare_emulator)
    url = sqs.create_queue(QueueName="rollcall-local-mail")["QueueUrl"]

    SqsMailQueue(clients_of("sweep", bare_emulator)("sqs"), url).put([MailRequest("reg_1", MailKind.CONFIRMED, 1)])

    assert sqs.receive_message(QueueUrl=url)["Messages"]


@pytest.mark.parametrize("who", ["notify", "feedback", "manager", "staff"])
def test_guard_keys__are_made_by_whoever_is_first(
    bare_emulator: Workspace, table: str, clock: StoppedClock, who: str
) -> None:
    """After an upgrade, a mail may be on its way, or staff may import, before anyone submits."""
    connected = table_of(who, bare_emulator, table)
    signer = GuardKeys(connected)
    suppressions = DynamoSuppressionList(connected, signer=signer, clock=clock)

    assert not suppressions.holds("robin@example.org")
    assert len(signer.keys()) == 1
