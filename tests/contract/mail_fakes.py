"""The mail ports in memory, held to the same contract as the adapters."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from registration_core.domain.errors import SubmissionChangedError
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.journal import Journal, JournalEvent, JournalMail
from registration_core.domain.mail import MailState
from registration_core.domain.mail_errors import (
    AccountSuppressionsDeniedError,
    ChangesGoneError,
    MailAskedError,
    SendingNotFoundError,
)
from registration_core.domain.mail_ports import (
    AccountSuppressions,
    AskedMails,
    Changes,
    DeadLetters,
    MailOutcomes,
    Sendings,
    SuppressionList,
    Unsubscriptions,
)
from registration_core.domain.submission import Event, Status, email_key
from registration_core.services.reminders import ReminderService
from registration_core.services.send import SendService

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from contract.fakes import InMemorySubmissionRepository

    from registration_core.domain.dead_letters import ChangeSpan, DeadLetter
    from registration_core.domain.mail import Change, MailRequest, Notice
    from registration_core.domain.ports import Clock, MailQueue
    from registration_core.domain.sendings import Sending
    from registration_core.domain.submission import Submission

_WEIGHT = {state: weight for weight, state in enumerate(("sending", "sent", "delivered", "bounced", "complained"))}


@dataclass(slots=True)
class InMemorySuppressionList(SuppressionList):
    """Suppressed addresses in a dictionary."""

    clock: Clock
    until: dict[str, datetime] = field(default_factory=dict)
    repository: InMemorySubmissionRepository | None = None

    def add(self, address: str, *, reason: MailState, expires_at: datetime) -> None:
        assert reason in (MailState.BOUNCED, MailState.COMPLAINED)
        key = email_key(address)
        self.until[key] = max(expires_at, self.until.get(key, expires_at))

    def holds(self, address: str) -> bool:
        until = self.until.get(email_key(address))
        return until is not None and until > self.clock.now()

    def lift(self, address: str, *, entries: Sequence[Submission], by: str) -> None:
        self.until.pop(email_key(address), None)
        now = self.clock.now()
        for entry in entries if self.repository is not None else ():
            event = Event(new_ulid(now, os.urandom), now, "suppression lifted", by, entry.status, entry.version)
            self.repository._events[entry.id].append(event)  # type: ignore[union-attr]


@dataclass(slots=True)
class InMemoryUnsubscriptions(Unsubscriptions):
    """Refused forms in a dictionary."""

    clock: Clock
    until: dict[tuple[str, str], datetime] = field(default_factory=dict)
    repository: InMemorySubmissionRepository | None = None

    def add(self, entry: Submission, *, expires_at: datetime) -> None:
        if not self.holds(entry):
            self._note(entry, "mail unsubscribed", "registrant")
        self.until.setdefault((entry.form, email_key(entry.email)), expires_at)

    def holds(self, entry: Submission) -> bool:
        until = self.until.get((entry.form, email_key(entry.email)))
        return until is not None and until > self.clock.now()

    def lift(self, entry: Submission, *, by: str) -> None:
        self.until.pop((entry.form, email_key(entry.email)), None)
        self._note(entry, "mail subscribed again", by)

    def _note(self, entry: Submission, what: str, by: str) -> None:
        if self.repository is not None:
            now = self.clock.now()
            event = Event(new_ulid(now, os.urandom), now, what, by, entry.status, entry.version)
            self.repository._events[entry.id].append(event)


@dataclass(slots=True)
class InMemoryAccountSuppressions(AccountSuppressions):
    """A provider's list in a set. denied: whether nobody may see it."""

    addresses: set[str] = field(default_factory=set)
    denied: bool = False

    def holds(self, address: str) -> bool:
        if self.denied:
            raise AccountSuppressionsDeniedError("ses:GetSuppressedDestination")
        return address in self.addresses

    def lift(self, address: str) -> bool:
        held = self.holds(address)
        self.addresses.discard(address)
        return held


@dataclass(slots=True)
class InMemorySendings(Sendings):
    """Sendings in a dictionary."""

    clock: Clock
    kept: dict[str, Sending] = field(default_factory=dict)

    def get(self, sending: str) -> Sending:
        record = self.kept.get(sending)
        if record is None or record.expires_at <= self.clock.now():
            raise SendingNotFoundError(sending)
        return record

    def of(self, digest: str) -> Sequence[Sending]:
        records = [each for each in self.kept.values() if each.digest == digest and each.expires_at > self.clock.now()]
        return sorted(records, key=lambda each: each.number)

    def begin(self, sending: Sending) -> bool:
        if any(each.number == sending.number for each in self.of(sending.digest)):
            self.kept[sending.id] = replace(self.kept[sending.id], ended_at=None)
            return False
        self.kept[sending.id] = sending
        return True

    def end(self, sending: Sending, *, at: datetime) -> None:
        if sending.id in self.kept:
            self.kept[sending.id] = replace(self.kept[sending.id], ended_at=at, expires_at=sending.expires_at)


@dataclass(slots=True)
class InMemoryAskedMails(AskedMails):
    """Mails that staff asked for, noted beside the leases of a repository in memory."""

    repository: InMemorySubmissionRepository

    def ask(self, request: MailRequest, entry: Submission, *, what: str, by: str, key: str | None = None) -> None:
        stored = self.repository.entries.get(entry.id)
        if stored is None or stored.version != entry.version:
            raise SubmissionChangedError(entry.id)
        now = self.repository.clock.now()
        if not self.repository.note_asked(request, at=now, expires_at=entry.expires_at, key=key):
            raise MailAskedError("asked for already")
        event = Event(new_ulid(now, self.repository.randomness), now, what, by, entry.status, entry.version)
        self.repository._events[entry.id].append(event)

    def states(self, requests: Iterable[MailRequest]) -> Mapping[tuple[str, str], MailState]:
        places = [(request.id, request.name) for request in requests]
        leases = self.repository._leases
        return {place: MailState(leases[place].record.state) for place in places if place in leases}


@dataclass(slots=True)
class ListedDeadLetters(DeadLetters):
    """Dead letters in a list; one that is held is hidden from everybody else."""

    letters: list[DeadLetter] = field(default_factory=list)
    held: set[str] = field(default_factory=set)

    def hold(self) -> Sequence[DeadLetter]:
        available = [letter for letter in self.letters if letter.id not in self.held]
        self.held |= {letter.id for letter in available}
        return available

    def release(self, letters: Iterable[DeadLetter]) -> None:
        self.held -= {letter.id for letter in letters}

    def remove(self, letter: DeadLetter) -> None:
        assert letter.id in self.held
        self.letters.remove(letter)
        self.held.remove(letter.id)


@dataclass(slots=True)
class ListedChanges(Changes):
    """The changes of one part of the stream; None once the stream has dropped them."""

    changes: list[Change | Notice] | None = None

    def read(self, span: ChangeSpan) -> Sequence[Change | Notice]:
        assert span.count
        if self.changes is None:
            raise ChangesGoneError("gone")
        return self.changes


@dataclass(slots=True)
class InMemoryMailOutcomes(MailOutcomes):
    """Outcomes, noted beside the leases of a repository in memory."""

    repository: InMemorySubmissionRepository

    def note(self, request: MailRequest, state: MailState) -> bool:
        lease = self.repository._leases.get((request.id, request.name))
        weight = _WEIGHT["delivered" if state is MailState.REJECTED else state.value]
        if lease is None or _WEIGHT.get(lease.record.state, len(_WEIGHT)) >= weight:
            return False
        lease.record = replace(lease.record, state=state.value)
        lease.at = self.repository.clock.now()
        return True


_OPEN = frozenset({"queued", "sending", "bounced", "complained", "rejected", "suppressed"})


@dataclass(slots=True)
class InMemoryJournal(Journal):
    """The journal of all submissions in a repository in memory."""

    repository: InMemorySubmissionRepository

    def events(self, form: str, *, since: datetime, until: datetime | None = None) -> Iterator[JournalEvent]:
        all_events = [
            JournalEvent(submission_id, event)
            for submission_id, events in self.repository._events.items()
            for event in events
            if self.repository._alive(submission_id)
            and self.repository.entries[submission_id].form == form
            and event.at >= since
            and (until is None or event.at < until)
        ]
        yield from sorted(all_events, key=lambda each: each.event.id, reverse=True)

    def mails(self, *, since: datetime) -> Iterator[JournalMail]:
        yield from self._mails(since, open_=False)

    def open_mails(self, *, since: datetime) -> Iterator[JournalMail]:
        yield from self._mails(since, open_=True)

    def spam(self, form: str, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[str]:
        for entry in self.repository._newest_first():
            if entry.form == form and entry.status is Status.SPAM:
                at = entry.submitted_at
                if (since is None or at >= since) and (until is None or at < until):
                    yield entry.id

    def _mails(self, since: datetime, *, open_: bool) -> Iterator[JournalMail]:
        now = self.repository.clock.now()
        mails = [
            JournalMail(submission_id, lease.record, lease.at)
            for (submission_id, _), lease in self.repository._leases.items()
            if lease.listed and lease.at >= since and lease.expires_at > now and (lease.record.state in _OPEN) is open_
        ]
        yield from sorted(mails, key=lambda each: each.at, reverse=True)


def reminders_in_memory(
    repository: InMemorySubmissionRepository, asked: AskedMails, queue: MailQueue, clock: Clock
) -> ReminderService:
    """Return the service of the sweep's reminders over a repository in memory."""
    sendings = InMemorySendings(clock)
    return ReminderService(
        repository=repository,
        journal=InMemoryJournal(repository),
        sendings=sendings,
        send=SendService(asked=asked, sendings=sendings, queue=queue, clock=clock),
        clock=clock,
    )
