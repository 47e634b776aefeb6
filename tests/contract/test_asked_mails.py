"""Mails that staff ask for, and bulk sendings: the same contract in memory and on a table."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from contract.fakes import CountedRandomness, InMemorySubmissionRepository, StoppedClock
from contract.mail_fakes import InMemoryAskedMails, InMemorySendings
from unit.core.builders import a_form, an_entry

from registration_core.adapters.dynamodb.asked_mails import DynamoAskedMails
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.sendings import DynamoSendings
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.errors import SubmissionChangedError
from registration_core.domain.identifiers import new_submission_id
from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.domain.mail_errors import MailAskedError, SendingNotFoundError
from registration_core.domain.sendings import Sending, sending_digest
from registration_core.domain.submission import Idempotency, Status

if TYPE_CHECKING:
    from registration_core.domain.mail_ports import AskedMails, Sendings
    from registration_core.domain.ports import SubmissionRepository

STAFF = "arn:aws:iam::000000000000:user/staff"


@dataclass
class World:
    """One stored submission, and the mails that staff ask for it."""

    clock: StoppedClock
    repository: SubmissionRepository
    asked: AskedMails
    sendings: Sendings

    def __post_init__(self) -> None:
        self.entry = an_entry(
            a_form(),
            {"name": "Åsa"},
            id=new_submission_id("crs", self.clock.at, os.urandom),
            expires_at=self.clock.at + timedelta(days=30),
        )
        key = Idempotency("key-1", "f", self.clock.at + timedelta(days=1))
        self.repository.add(self.entry, once=None, idempotency=key)
        self.copy = MailRequest(self.entry.id, MailKind.CONFIRMED, 1, copy=1)

    def ask(self, request: MailRequest) -> None:
        self.clock.forward(milliseconds=1)  # events in the same millisecond have no order
        self.asked.ask(request, self.entry, what=f"mail resent: {request.kind}", by=STAFF, key="k-1")

    def lease(self, request: MailRequest) -> bool:
        until = self.clock.at + timedelta(seconds=90)
        return self.repository.lease_mail(request, holder="one", until=until, expires_at=self.entry.expires_at)


@pytest.fixture(params=["memory", "table"])
def world(request: pytest.FixtureRequest) -> World:
    clock = StoppedClock()
    if request.param == "memory":
        repository = InMemorySubmissionRepository(clock, CountedRandomness())
        return World(clock, repository, InMemoryAskedMails(repository), InMemorySendings(clock))
    call, table = sdk_call(request.getfixturevalue("dynamodb")), request.getfixturevalue("table")
    return World(
        clock,
        DynamoSubmissionRepository(Table(call, table), clock=clock),
        DynamoAskedMails(Table(call, table), clock=clock, randomness=os.urandom),
        DynamoSendings(Table(call, table), clock=clock),
    )


def test_ask__records_the_mail_and_who_asked(world: World) -> None:
    world.ask(world.copy)

    details = world.repository.details(world.entry.id)
    (mail,) = details.mails
    assert (mail.kind, mail.version, mail.copy, mail.state) == ("confirmed", 1, 1, "queued")
    assert (mail.asked_at, mail.attempts, mail.sent_at, mail.asked_key) == (world.clock.at, 0, None, "k-1")
    event = details.events[-1]
    assert (event.what, event.by, event.status, event.version) == (
        "mail resent: confirmed",
        STAFF,
        Status.CONFIRMED,
        1,
    )


def test_ask__leases_and_sends_the_mail_once(world: World) -> None:
    world.ask(world.copy)
    assert world.lease(world.copy)
    world.repository.mark_mail_sent(world.copy, holder="one", message_id="m-1")

    assert not world.lease(world.copy)
    (mail,) = world.repository.details(world.entry.id).mails
    assert (mail.state, mail.copy, mail.attempts, mail.message_id) == ("sent", 1, 1, "m-1")


def test_ask__refuses_the_same_request_and_adds_no_history(world: World) -> None:
    world.ask(world.copy)
    with pytest.raises(MailAskedError):
        world.ask(world.copy)
    assert len(world.repository.details(world.entry.id).events) == 2


def test_ask__treats_copies_and_sendings_as_separate_mails(world: World) -> None:
    sent = MailRequest(world.entry.id, "moved", 1, sending="abc-1", statuses=frozenset({Status.CONFIRMED}))
    assert world.lease(replace(world.copy, copy=0))
    for request in (world.copy, replace(world.copy, copy=2), sent, replace(sent, sending="abc-2")):
        world.ask(request)
        assert world.lease(request)

    mails = world.repository.details(world.entry.id).mails
    assert sorted((mail.kind, mail.copy, mail.sending or "") for mail in mails) == [
        ("confirmed", 0, ""),
        ("confirmed", 1, ""),
        ("confirmed", 2, ""),
        ("moved", 0, "abc-1"),
        ("moved", 0, "abc-2"),
    ]


def test_ask__refuses_a_submission_changed_since_it_was_read(world: World) -> None:
    world.entry = replace(world.entry, version=2)
    with pytest.raises(SubmissionChangedError):
        world.ask(world.copy)
    assert world.repository.details(world.entry.id).mails == ()


def test_lease__counts_attempts_and_keeps_the_last_error(world: World) -> None:
    for _ in range(2):
        world.lease(world.copy)
        world.repository.release_mail(world.copy, holder="one", problem="mailer")
    (mail,) = world.repository.details(world.entry.id).mails
    assert (mail.state, mail.attempts, mail.problem) == ("sending", 2, "mailer")

    world.lease(world.copy)
    world.repository.mark_mail_sent(world.copy, holder="one", message_id="m-1")
    (mail,) = world.repository.details(world.entry.id).mails
    assert (mail.attempts, mail.problem) == (3, None)


def test_states__cover_all_recorded_mails(world: World) -> None:
    other = replace(world.copy, copy=7)
    world.ask(world.copy)
    assert world.asked.states([world.copy, other]) == {(world.entry.id, "confirmed#1#1"): MailState.QUEUED}
    assert world.asked.states([]) == {}


def test_states__read_more_than_one_batch(world: World) -> None:
    copies = [replace(world.copy, copy=number) for number in range(1, 131)]
    world.ask(copies[-1])
    assert list(world.asked.states(copies)) == [(world.entry.id, "confirmed#1#130")]


def a_sending(clock: StoppedClock, number: int = 1) -> Sending:
    return Sending(
        digest=sending_digest("course", "moved", {"room": "Kuggen 2"}),
        number=number,
        form="course",
        template="moved",
        values={"room": "Kuggen 2"},
        by=STAFF,
        at=clock.at,
        expires_at=clock.at.replace(microsecond=0) + timedelta(days=30),
    )


def test_sendings__are_stored_once_and_found_by_id_and_digest(world: World) -> None:
    first, second = a_sending(world.clock), a_sending(world.clock, 2)
    assert world.sendings.of(first.digest) == []
    assert [world.sendings.begin(each) for each in (first, second, first)] == [True, True, False]
    assert world.sendings.get(first.id) == first
    assert world.sendings.of(first.digest) == [first, second]

    world.sendings.end(first, at=world.clock.at)
    assert world.sendings.get(first.id) == replace(first, ended_at=world.clock.at)
    longer = replace(first, expires_at=first.expires_at + timedelta(days=9))
    world.sendings.end(longer, at=world.clock.at)
    assert world.sendings.get(first.id) == replace(longer, ended_at=world.clock.at)


def test_sending__begun_again__has_not_ended(world: World) -> None:
    """So a run that is broken off is known as such, even if one before it came to its end."""
    sending = a_sending(world.clock)
    world.sendings.begin(sending)
    world.sendings.end(sending, at=world.clock.at)
    assert not world.sendings.begin(sending)
    assert world.sendings.get(sending.id).ended_at is None


@pytest.mark.parametrize("unknown", ["0123-1", "nothing", "x-y", ""])
def test_sendings__raise_for_an_unknown_id(world: World, unknown: str) -> None:
    with pytest.raises(SendingNotFoundError):
        world.sendings.get(unknown)


def test_sendings__expire(world: World) -> None:
    sending = a_sending(world.clock)
    world.sendings.begin(sending)
    world.clock.forward(days=30)
    with pytest.raises(SendingNotFoundError):
        world.sendings.get(sending.id)
    assert world.sendings.of(sending.digest) == []
    assert world.sendings.begin(replace(sending, expires_at=world.clock.at + timedelta(days=1)))
