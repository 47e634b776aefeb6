"""The journal of all submissions: the same contract in memory and on a table."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from contract.entries import an_entry, cancel, change, put
from contract.fakes import START, CountedRandomness, InMemorySubmissionRepository
from contract.mail_fakes import InMemoryAskedMails, InMemoryJournal, InMemoryMailOutcomes

from registration_core.adapters.dynamodb.asked_mails import DynamoAskedMails
from registration_core.adapters.dynamodb.journal import DynamoJournal
from registration_core.adapters.dynamodb.outcomes import DynamoMailOutcomes
from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from contract.fakes import StoppedClock

    from registration_core.adapters.dynamodb.table import Table
    from registration_core.domain.journal import Journal
    from registration_core.domain.mail_ports import AskedMails, MailOutcomes
    from registration_core.domain.ports import ManagedRepository

LONG_AGO = START - timedelta(days=60)


@dataclass
class Office:
    """A repository with everything that writes what the journal reads."""

    repository: ManagedRepository
    journal: Journal
    outcomes: MailOutcomes
    asked: AskedMails
    clock: StoppedClock

    def mail(self, entry_id: str, kind: MailKind = MailKind.CONFIRMED, version: int = 1) -> MailRequest:
        """Start sending a mail."""
        request = MailRequest(entry_id, kind, version)
        until, expires_at = self.clock.at + timedelta(seconds=90), self.clock.at + timedelta(days=30)
        assert self.repository.lease_mail(request, holder="w", until=until, expires_at=expires_at)
        return request

    def send(self, entry_id: str, kind: MailKind = MailKind.CONFIRMED) -> MailRequest:
        request = self.mail(entry_id, kind)
        self.repository.mark_mail_sent(request, holder="w", message_id="m")
        return request

    def open(self) -> list[tuple[str, str]]:
        return [(each.id, each.mail.state) for each in self.journal.open_mails(since=LONG_AGO)]

    def done(self) -> list[tuple[str, str]]:
        return [(each.id, each.mail.state) for each in self.journal.mails(since=LONG_AGO)]


@pytest.fixture
def office(repository: ManagedRepository, clock: StoppedClock) -> Office:
    if isinstance(repository, InMemorySubmissionRepository):
        outcomes, asked = InMemoryMailOutcomes(repository), InMemoryAskedMails(repository)
        return Office(repository, InMemoryJournal(repository), outcomes, asked, clock)
    table: Table = repository._table  # type: ignore[attr-defined]
    asked_mails = DynamoAskedMails(table, clock=clock, randomness=CountedRandomness(table.name))
    outcomes = DynamoMailOutcomes(table, clock=clock)
    return Office(repository, DynamoJournal(table, clock=clock), outcomes, asked_mails, clock)


def test_events__list_a_forms_changes_newest_first(office: Office) -> None:
    """Each event names its submission and both statuses; other forms and earlier events are left out."""
    first = an_entry()
    put(office.repository, first)
    put(office.repository, an_entry(form="contact", option=None))
    office.clock.forward(hours=1)
    between = office.clock.at
    second = an_entry(Status.CONFIRMED)
    put(office.repository, replace(second, submitted_at=office.clock.at))
    office.clock.forward(hours=1)
    cancel(office.repository, first.id)

    events = list(office.journal.events("course", since=START))
    assert [(each.id, each.event.what, each.event.was, each.event.status) for each in events] == [
        (first.id, "cancelled", Status.CONFIRMED, Status.CANCELLED),
        (second.id, "submitted", None, Status.CONFIRMED),
        (first.id, "submitted", None, Status.CONFIRMED),
    ]
    assert [each.id for each in office.journal.events("course", since=between)] == [first.id, second.id]
    assert [each.id for each in office.journal.events("course", since=START, until=between)] == [first.id]
    assert list(office.journal.events("nothing", since=START)) == []


def test_events__reach_back_over_months(office: Office) -> None:
    """Events of submissions that have expired are left out."""
    old = an_entry()
    put(office.repository, old)
    office.clock.forward(days=29)
    new = an_entry(submitted_at=office.clock.at, expires_at=office.clock.at.replace(microsecond=0) + timedelta(days=30))
    put(office.repository, new)

    assert [each.id for each in office.journal.events("course", since=LONG_AGO)] == [new.id, old.id]
    office.clock.forward(days=2)
    assert [each.id for each in office.journal.events("course", since=LONG_AGO)] == [new.id]


def test_journal__since_before_1970_lists_everything(office: Office) -> None:
    """If `until` is earlier still, the list is empty and no range ends before it begins."""
    entry = an_entry()
    put(office.repository, entry)
    office.send(entry.id)
    since = START.replace(year=1926)

    assert [each.id for each in office.journal.events("course", since=since)] == [entry.id]
    assert list(office.journal.events("course", since=since, until=since.replace(month=12))) == []
    assert [each.id for each in office.journal.mails(since=since)] == [entry.id]
    assert list(office.journal.open_mails(since=since)) == []
    assert list(office.journal.spam("course", since=since, until=START)) == []


def test_events__name_the_option_before_and_after(office: Office) -> None:
    entry = an_entry()
    put(office.repository, entry)
    office.repository.make_quotas("course", {"b": 2})
    office.clock.forward(minutes=1)
    change(office.repository, entry.id, "edited day", option="b")

    last = next(iter(office.journal.events("course", since=START))).event
    assert (last.what, last.moved, last.was) == ("edited day", ("a", "b"), None)
    assert office.repository.details(entry.id).events[-1].moved == ("a", "b")


def test_mails__are_open_until_sent(office: Office) -> None:
    entry = an_entry()
    put(office.repository, entry)
    office.mail(entry.id)
    assert (office.open(), office.done()) == ([(entry.id, "sending")], [])
    office.repository.mark_mail_sent(MailRequest(entry.id, MailKind.CONFIRMED, 1), holder="w", message_id="m")
    assert (office.open(), office.done()) == ([], [(entry.id, "sent")])


def test_mails__asked_for_by_staff_are_open(office: Office) -> None:
    entry = an_entry()
    put(office.repository, entry)
    request = MailRequest(entry.id, MailKind.CONFIRMED, 1, 1)
    office.asked.ask(request, entry, what="mail resent: confirmed", by="kim")
    assert office.open() == [(entry.id, "queued")]


@pytest.mark.parametrize("state", [MailState.BOUNCED, MailState.COMPLAINED, MailState.REJECTED])
def test_mails__that_bounced_are_open_again(office: Office, state: MailState) -> None:
    """They are open from the moment of the bounce, and sorted by it."""
    first, second = an_entry(), an_entry()
    for entry in (first, second):
        put(office.repository, entry)
    request = office.send(first.id)
    office.clock.forward(minutes=1)
    office.send(second.id)
    office.clock.forward(minutes=1)
    assert office.outcomes.note(request, state)

    assert (office.open(), office.done()) == ([(first.id, state.value)], [(second.id, "sent")])
    (bounced,) = office.journal.open_mails(since=office.clock.at - timedelta(seconds=1))
    assert (bounced.at, bounced.mail.kind) == (office.clock.at, "confirmed")
    assert list(office.journal.open_mails(since=office.clock.at + timedelta(seconds=1))) == []


def test_mails__delivered_are_closed(office: Office) -> None:
    """This also holds if the delivery is reported before the sending was noted."""
    early, late = an_entry(), an_entry()
    for entry in (early, late):
        put(office.repository, entry)
    request = office.mail(early.id)
    assert office.outcomes.note(request, MailState.DELIVERED)
    office.repository.mark_mail_sent(request, holder="w", message_id="m")
    office.outcomes.note(office.send(late.id), MailState.DELIVERED)
    assert (office.open(), sorted(office.done())) == ([], sorted([(early.id, "delivered"), (late.id, "delivered")]))


@pytest.mark.parametrize(("state", "stays"), [(MailState.SUPPRESSED, True), (MailState.OUTDATED, False)])
def test_mails__that_failed_stay_open_if_staff_should_look(office: Office, state: MailState, *, stays: bool) -> None:
    entry = an_entry()
    put(office.repository, entry)
    office.repository.end_mail(office.mail(entry.id), holder="w", state=state)
    open_mails = [(entry.id, state.value)]
    assert (office.open(), office.done()) == ((open_mails, []) if stays else ([], open_mails))


def test_mails__of_an_erased_submission_are_gone(office: Office) -> None:
    entry = an_entry()
    put(office.repository, entry)
    office.outcomes.note(office.send(entry.id), MailState.BOUNCED)
    office.repository.erase(office.repository.get(entry.id), by="kim")
    assert (office.open(), office.done()) == ([], [])


def test_spam__is_listed_while_it_is_suspected(office: Office) -> None:
    """The list is newest first, by form and time; an erasure removes the reason too."""
    office.repository.make_quotas("course", {"a": 2})
    entries = []
    for _ in range(3):
        entry = an_entry(Status.SPAM, submitted_at=office.clock.at, spam_sign="honeypot")
        entry = replace(entry, id=f"crs_{_ulid(office.clock)}")
        entries.append(entry)
        put(office.repository, entry)
        office.clock.forward(hours=1)
    put(office.repository, an_entry(Status.SPAM, form="contact", option=None))
    ids = [entry.id for entry in entries]

    assert list(office.journal.spam("course")) == ids[::-1]
    spam = office.journal.spam("course", since=START + timedelta(minutes=30), until=START + timedelta(minutes=90))
    assert list(spam) == [ids[1]]
    assert office.repository.get(ids[0]).spam_sign == "honeypot"

    change(office.repository, ids[0], "marked genuine", status=Status.CONFIRMED)
    office.repository.erase(office.repository.get(ids[1]), by="kim")
    assert list(office.journal.spam("course")) == [ids[2]]
    assert office.repository.get(ids[0]).spam_sign == "honeypot"
    assert office.repository.get(ids[1]).spam_sign is None


def _ulid(clock: StoppedClock) -> str:
    from registration_core.domain.identifiers import new_ulid  # noqa: PLC0415 - only here

    return new_ulid(clock.at, os.urandom)
