"""The ports in memory: for tests without I/O, held to the same contract as the real adapters."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from contract.queues import Drawn, Queue

from registration_core.domain.errors import (
    AlreadyRegisteredError,
    InvalidCursorError,
    KeyReusedError,
    MailHeldError,
    MailLeaseLostError,
    MailQueueError,
    NoSeatError,
    QuotaNotFoundError,
    ReferenceTakenError,
    RollcallError,
    StorageUnavailableError,
    SubmissionNotFoundError,
    TicketSettledError,
    UnknownFormError,
)
from registration_core.domain.identifiers import new_ulid, ulid_milliseconds
from registration_core.domain.mail import MailRequest, OutgoingMail, RenderedMail
from registration_core.domain.ports import (
    Clock,
    FormCatalogue,
    Mailer,
    MailQueue,
    MailRenderer,
    Signer,
    SubmissionRepository,
)
from registration_core.domain.selection import Selection
from registration_core.domain.submission import (
    Event,
    Idempotency,
    MailRecord,
    Once,
    Receipt,
    Status,
    Submission,
    SubmissionDetails,
    SubmissionPage,
    email_key,
)
from registration_core.domain.transitions import ACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.groups import Newcomer, Share
    from registration_core.domain.mail import MailFacts, MailState
    from registration_core.domain.openings import Override, Overrides
    from registration_core.domain.quota import QuotaState

DONE = frozenset({"submitted", "imported", "noted", "note removed", *(act.what for act in ACTS)})
DONE_TO_PARTS = (
    "edited ",
    "labelled ",
    "unlabelled ",
    "checked in ",
    "check-in undone ",
    "mail sent: ",
    "mail resent: ",
    "file received: ",
    "file kept: ",
    "file refused: ",
)
"""How histories name what was done."""

START = datetime(2027, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)


class StoppedClock(Clock):
    """A clock that only a test moves."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, **distance: float) -> datetime:
        self.at += timedelta(**distance)
        return self.at


class CountedRandomness:
    """Bytes that differ from call to call but are the same in every run."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed
        self._calls = 0

    def __call__(self, length: int) -> bytes:
        self._calls += 1
        return hashlib.sha256(f"{self._seed}:{self._calls}".encode()).digest()[:length]


class PlainSigner(Signer):
    """Fingerprints that need no secret."""

    def fingerprint(self, purpose: str, value: str) -> str:
        return hashlib.sha256(f"{purpose}\0{value}".encode()).hexdigest()


class GivenForms(FormCatalogue):
    """Forms held in memory."""

    def __init__(self, *forms: Form) -> None:
        self._forms = {form.name: form for form in forms}

    def get(self, name: str) -> Form:
        if name not in self._forms:
            raise UnknownFormError(name)
        return self._forms[name]

    def names(self) -> Sequence[str]:
        return sorted(self._forms)


@dataclass(slots=True)
class _Lease:
    holder: str
    until: datetime
    expires_at: datetime
    record: MailRecord
    at: datetime
    listed: bool = True


def _key(request: MailRequest) -> tuple[str, str]:
    return request.id, request.name


def _newest(once: Once | None) -> Once | None:
    return None if once is None else Once(once.option, once.person_fingerprint)


def _asked(request: MailRequest) -> MailRecord:
    return MailRecord(
        str(request.kind), request.version, "queued", copy=request.copy, sending=request.sending, attempts=0
    )


def ensure_key(text: str) -> None:
    """Refuse a key as DynamoDB does: 2,048 bytes are its most, and a prefix comes before it.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
    """
    if len(text.encode(errors="replace")) > 2000:
        raise StorageUnavailableError("The table can't be used: the key is too long.")


@dataclass(slots=True)
class _Kept:
    """A guard: what it holds and when it expires."""

    value: object
    expires_at: datetime


@dataclass(slots=True)
class InMemorySubmissionRepository(SubmissionRepository):
    """Submissions held in dictionaries."""

    clock: Clock
    randomness: Callable[[int], bytes]
    entries: dict[str, Submission] = field(default_factory=dict)
    _events: dict[str, list[Event]] = field(default_factory=dict)
    _references: dict[str, str] = field(default_factory=dict)
    _answers: dict[tuple[str, str], _Kept] = field(default_factory=dict)
    _once: dict[tuple[str, Once], _Kept] = field(default_factory=dict)
    _leases: dict[tuple[str, str], _Lease] = field(default_factory=dict)
    _queues: dict[tuple[str, str], Queue] = field(default_factory=dict)
    _guards: dict[str, tuple[Once | None, str | None]] = field(default_factory=dict)
    _rows: dict[str, str] = field(default_factory=dict)
    notices: list[tuple[str, str]] = field(default_factory=list)
    openings: list[tuple[str, str, Override]] = field(default_factory=list)

    def overrides(self, form: str) -> Overrides:
        return {option: override for other, option, override in self.openings if other == form}

    def seats_and_overrides(self, form: str, options: Sequence[str]) -> tuple[Mapping[str, QuotaState], Overrides]:
        return self.quotas(form, options), self.overrides(form)

    def add(
        self,
        submission: Submission,
        *,
        once: Once | None,
        idempotency: Idempotency,
        imported_by: str | None = None,
        first: tuple[str, str, datetime] | None = None,
    ) -> Receipt:
        keys = (idempotency.key, *(key for key, _ in idempotency.earlier))
        answered = next(filter(None, (self._live(self._answers.get((submission.form, key))) for key in keys)), None)
        if answered is not None:
            fingerprint, receipt = answered
            if fingerprint not in idempotency.fingerprints:
                raise KeyReusedError
            return replace(receipt, repeated=receipt.id != submission.id)
        standing_once = once if submission.status is not Status.SPAM else None
        holder = self._holder(submission.form, standing_once)
        if holder != (first and first[0]):
            raise AlreadyRegisteredError(str(holder))
        if submission.reference in self._references:
            raise ReferenceTakenError
        receipt = Receipt(submission.id, submission.reference, submission.status, submission.position)
        if first is not None:
            if submission.seated and not self._quota(submission).open:
                raise NoSeatError(submission.form, str(submission.option))
            self._references[submission.reference] = first[0]
            notice = (first[0], self.clock.now().date().isoformat())
            self.notices.extend([notice] if notice not in self.notices else [])
        else:
            self._move(None, submission)
            if standing_once is not None:
                self._once[submission.form, _newest(standing_once)] = _Kept(submission.id, submission.expires_at)
            self._guards[submission.id] = (_newest(once), idempotency.key if idempotency.of_answers else None)
            if idempotency.imported:
                self._rows[submission.id] = idempotency.key
            self._references[submission.reference] = submission.id
            self.entries[submission.id] = submission
            arrived = ("submitted", "registrant") if imported_by is None else ("imported", imported_by)
            self._events[submission.id] = [self._event(submission, *arrived)]
        self._answers[submission.form, idempotency.key] = _Kept(
            (idempotency.fingerprint, receipt), idempotency.expires_at
        )
        return replace(receipt, repeated=first is not None)

    def add_group(
        self, newcomers: Sequence[Newcomer], shares: Mapping[str, Share], *, idempotency: Idempotency
    ) -> Receipt:
        before = copy.deepcopy(self._stored())
        try:
            return self._add_all(newcomers, shares, idempotency)
        except RollcallError:
            for name, value in before.items():
                setattr(self, name, value)
            raise

    def _add_all(self, newcomers: Sequence[Newcomer], shares: Mapping[str, Share], idempotency: Idempotency) -> Receipt:
        form = newcomers[0].submission.form
        for option, share in shares.items():
            queue = self._queue(form, option)
            changed = share.tickets and queue.state(form, option) != share.state
            if changed or queue.state(form, option).left < share.seats:
                raise NoSeatError(form, option)
        receipts = []
        for number, each in enumerate(newcomers):
            position, option = each.submission.position, str(each.submission.option)
            if position is not None and shares[option].tickets:  # the seats before it are taken by now
                self._queue(form, option).drawn[position] = Drawn(self.clock.now())
            key = replace(idempotency, key=f"{idempotency.key}#{number}") if number else idempotency
            receipt = self.add(each.submission, once=each.once, idempotency=key, first=each.first)
            if number == 0 and receipt.id != each.submission.id:
                return receipt
            self._answers.pop((form, key.key), None)
            if each.submission.id in self._guards:
                self._guards[each.submission.id] = (
                    _newest(each.once),
                    idempotency.key if idempotency.of_answers else None,
                )
            receipts.append(replace(receipt, repeated=False))
        whole = replace(receipts[0], repeated=all(each.first is not None for each in newcomers), group=tuple(receipts))
        self._answers[form, idempotency.key] = _Kept((idempotency.fingerprint, whole), idempotency.expires_at)
        return whole

    def _stored(self) -> dict[str, object]:
        names = ("entries", "_events", "_references", "_answers", "_once", "_queues", "_guards", "_rows", "notices")
        return {name: getattr(self, name) for name in names}

    def standing(self, form: str, once: Once) -> tuple[str, str, datetime] | None:
        holder = self._holder(form, once)
        return None if holder is None else (str(holder), once.person_fingerprint, self.get(str(holder)).expires_at)

    def take_ticket(self, form: str, option: str, *, holder: str) -> int | None:
        return self._queue(form, option).draw(holder, self.clock.now())

    def settle_ticket(self, form: str, option: str, ticket: int) -> None:
        self._queue(form, option).settle(ticket)

    def make_quotas(self, form: str, capacities: Mapping[str, int]) -> None:
        for option, capacity in capacities.items():
            self._queues.setdefault((form, option), Queue(capacity))

    def get(self, submission_id: str) -> Submission:
        ensure_key(submission_id)
        submission = self.entries.get(submission_id)
        if submission is None or submission.expires_at <= self.clock.now():
            raise SubmissionNotFoundError(submission_id)
        return submission

    def by_reference(self, reference: str) -> Submission:
        if reference not in self._references:
            raise SubmissionNotFoundError(reference)
        return self.get(self._references[reference])

    def details(self, submission_id: str) -> SubmissionDetails:
        submission = self.get(submission_id)
        mails = [lease.record for (entry, _), lease in self._leases.items() if entry == submission_id]
        mails.sort(key=lambda mail: (mail.kind, mail.version))
        return SubmissionDetails(submission, tuple(self._events[submission_id]), tuple(mails))

    def list(self, form: str, *, since: datetime, limit: int, cursor: str | None = None) -> SubmissionPage:
        submissions = list(self.newest(form, since=since, cursor=cursor))
        return SubmissionPage(
            tuple(submissions[:limit]), submissions[limit - 1].id if len(submissions) > limit else None
        )

    def newest(
        self,
        form: str,
        *,
        since: datetime,
        until: datetime | None = None,
        statuses: frozenset[Status] = frozenset(),
        option: str | None = None,
        cursor: str | None = None,
        page_size: int = 500,  # noqa: ARG002 - nothing is read in pages here
    ) -> Iterator[Submission]:
        if cursor is not None:
            ensure_key(cursor)
            try:
                ulid_milliseconds(cursor.rpartition("_")[2])
            except ValueError as error:
                raise InvalidCursorError(f'"{cursor[:60]}" is not a cursor of a list.') from error
        selection = Selection(form, statuses, since, until, option)
        submissions = [entry for entry in self._newest_first() if selection.admits(entry)]
        return iter([entry for entry in submissions if cursor is None or entry.id < cursor])

    def by_email(self, address: str, *, limit: int) -> tuple[Submission, ...]:
        ensure_key(address)
        submissions = [entry for entry in self._newest_first() if email_key(entry.email) == email_key(address)]
        return tuple(submissions[:limit])

    def lease_mail(self, request: MailRequest, *, holder: str, until: datetime, expires_at: datetime) -> bool:
        assert self.clock.now() <= until <= expires_at
        lease = self._leases.get(_key(request))
        before = _asked(request) if lease is None else lease.record
        if lease is not None and before.state != "queued":
            if before.state != "sending":
                return False
            if lease.until > self.clock.now() and lease.holder != holder:
                raise MailHeldError
        record = replace(before, state="sending", lease_until=until, attempts=before.attempts + 1)
        self._leases[_key(request)] = _Lease(holder, until, expires_at, record, self.clock.now())
        return True

    def note_asked(self, request: MailRequest, *, at: datetime, expires_at: datetime, key: str | None = None) -> bool:
        """Note a mail that staff asked for. Return False if it was already noted."""
        if _key(request) in self._leases:
            return False
        self._leases[_key(request)] = _Lease(
            "", at, expires_at, replace(_asked(request), asked_at=at, asked_key=key), at
        )
        return True

    def mark_mail_sent(self, request: MailRequest, *, holder: str, message_id: str) -> None:
        lease = self._leases.get(_key(request))
        if lease is None or lease.holder != holder:
            raise MailLeaseLostError
        state = "sent" if lease.record.state == "sending" else lease.record.state
        lease.at = self.clock.now() if lease.record.state == "sending" else lease.at
        lease.record = replace(
            lease.record,
            state=state,
            message_id=message_id,
            sent_at=self.clock.now(),
            lease_until=None,
            problem=None,
        )

    def end_mail(self, request: MailRequest, *, holder: str, state: MailState) -> None:
        lease = self._leases.get(_key(request))
        if lease is not None and lease.holder == holder and lease.record.state == "sending":
            lease.record = replace(lease.record, state=state.value, lease_until=None)
            lease.at = self.clock.now()

    def release_mail(self, request: MailRequest, *, holder: str, problem: str) -> None:
        lease = self._leases.get(_key(request))
        if lease is not None and lease.holder == holder and lease.record.state == "sending":
            lease.until = datetime(1970, 1, 1, tzinfo=UTC)
            lease.record = replace(lease.record, lease_until=lease.until, problem=problem)

    def quotas(self, form: str, options: Sequence[str]) -> Mapping[str, QuotaState]:
        queues = {option: self._queues.get((form, option)) for option in options}
        return {option: queue.state(form, option) for option, queue in queues.items() if queue is not None}

    def rank(self, form: str, option: str, ticket: int) -> int:
        return sum(number <= ticket for number in self._queues[form, option].waiting())

    def waiting(self, form: str, option: str) -> Mapping[str, int]:
        waiting = self._queue(form, option).waiting() if (form, option) in self._queues else {}
        return {submission: ticket for ticket, submission in waiting.items()}

    def several(self, submission_ids: Iterable[str]) -> Mapping[str, Submission]:
        ids = list(submission_ids)
        for each in ids:
            ensure_key(each)
        return {each: self.entries[each] for each in ids if self._alive(each)}

    def _queue(self, form: str, option: str) -> Queue:
        """Return a quota without the submissions that have expired."""
        if (form, option) not in self._queues:
            raise QuotaNotFoundError(form, option)
        queue = self._queues[form, option]
        for ticket in queue.drawn.values():
            if ticket.submission is not None and not ticket.departed and not self._alive(ticket.submission):
                ticket.submission = None
        return queue

    def _alive(self, submission_id: str) -> bool:
        try:
            return bool(self.get(submission_id))
        except SubmissionNotFoundError:
            return False

    def _move(self, before: Submission | None, after: Submission) -> None:
        """Move a submission between a seat and the waiting list; change nothing if no seat is free."""
        if after.option is None:
            return
        sat, waited = (before.seated, before.position) if before is not None else (False, None)
        moves = after.seated != sat or after.position != waited
        queue = self._queue(after.form, after.option) if moves else Queue(0)
        if after.seated and not sat:
            state = queue.state(after.form, after.option)
            if not (state.free if waited is not None else state.open):
                raise NoSeatError(after.form, after.option)
            queue.seats.add(after.id)
        elif sat and not after.seated:
            queue.seats.discard(after.id)
        if waited is not None and after.position != waited:
            queue.drawn[waited].departed = True
        if after.position is not None and after.position != waited:
            ticket = queue.drawn[after.position]
            if ticket.submission is not None or ticket.departed:
                raise TicketSettledError(after.id)
            ticket.submission = after.id

    def _quota(self, submission: Submission) -> QuotaState:
        form, option = submission.form, str(submission.option)
        return self._queue(form, option).state(form, option)

    def _event(self, submission: Submission, what: str, by: str, before: Submission | None = None) -> Event:
        assert by
        assert what in DONE or what.startswith(DONE_TO_PARTS), f"docs/statuses.md has no {what!r}"
        at = self.clock.now()
        was = before.status if before is not None and before.status is not submission.status else None
        moves = before is not None and before.option != submission.option
        moved = (before.option or "", submission.option or "") if before is not None and moves else None
        event_id = new_ulid(at, self.randomness)
        return Event(event_id, at, what, by, submission.status, submission.version, was=was, moved=moved)

    def _newest_first(self) -> list[Submission]:
        alive = [entry for entry in self.entries.values() if entry.expires_at > self.clock.now()]
        return sorted(alive, key=lambda entry: (entry.submitted_at, entry.id), reverse=True)

    def _holder(self, form: str, once: Once | None) -> object:
        """Return whose guard stands for this person, whichever key it was made with."""
        persons = () if once is None else (once.person_fingerprint, *once.earlier)
        holders = (self._live(self._once.get((form, Once(once.option, person)))) for person in persons if once)
        return next(filter(None, holders), None)

    def _live(self, guard: _Kept | None) -> object:
        return guard.value if guard is not None and guard.expires_at > self.clock.now() else None


@dataclass(slots=True)
class ListedMailQueue(MailQueue):
    """A queue that keeps its requests. refusing: accepts nothing."""

    requests: list[MailRequest] = field(default_factory=list)
    refusing: bool = False

    def put(self, requests: Sequence[MailRequest]) -> None:
        if self.refusing:
            raise MailQueueError("refused")
        self.requests.extend(requests)


@dataclass(slots=True)
class ListedMailer(Mailer):
    """A mailer that keeps its mails. failures: raised one per mail, before anything is kept."""

    sent: list[OutgoingMail] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def send(self, mail: OutgoingMail) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(mail)
        return f"message-{len(self.sent)}"


class PlainRenderer(MailRenderer):
    """A renderer that only names what it was asked for."""

    def render(self, kind: str, form: Form, submission: Submission, facts: MailFacts) -> RenderedMail:
        values = "" if facts.values is None else f" {dict(facts.values)}"
        return RenderedMail(f"{kind} {form.name}{values}", str(facts.my_url), submission.id)


def settings(**changes: str) -> Mapping[str, str]:
    """Return an environment with every setting that the functions need."""
    return {
        "STACK": "test",
        "TABLE": "rollcall-test",
        "SITE_URL": "http://localhost:8080/",
        "API_URL": "http://localhost:4566/v1/",
        "ALLOWED_ORIGINS": "http://localhost:8080",
        "MAIL_QUEUE_URL": "http://localhost/queue",
        "SENDER": "Academy <office@example.org>",
        "CONFIGURATION_SET": "rollcall-test",
        "SIGNING_KEY_SECRET": "rollcall/test/signing-key",
        **changes,
    }
