"""Intake: submissions that staff import from a file, by the form's rules."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta

from registration_core.domain.errors import (
    FieldError,
    InvalidAnswersError,
    InvalidReferenceError,
    SubmissionNotFoundError,
)
from registration_core.domain.identifiers import parse_reference
from registration_core.domain.staff_answers import validate_cells
from registration_core.domain.submission import Idempotency, Once, Status
from registration_core.services.seating import Seating
from registration_core.services.submit import new_submission, once_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Protocol

    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, ManagedRepository, Signer
    from registration_core.domain.submission import Receipt
    from registration_core.domain.values import Answer

    class Seen(Protocol):
        """Remembers the first row of each key. A dict works."""

        def setdefault(self, key: str, row: int, /) -> int:
            """Return the row stored for this key, after storing this one if there was none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    row: its number in a spreadsheet. line: where it begins. texts: field names to what stands there. language: the
    registrant's. origin: the ID or reference under which it was exported. submitted_at: when it came in, aware. The
    last three are None when the file doesn't say.
    """

    row: int
    line: int
    texts: Mapping[str, str]
    language: str | None = None
    origin: str | None = None
    submitted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A valid row.

    key: the same for the same answers, under a secret key. earlier: the same under older guard
    keys.
    """

    row: Row
    answers: Mapping[str, Answer]
    option: str | None
    once: Once | None
    key: str
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrongCell:
    """An error in a row. field: the field or column; empty if it is about the whole row."""

    row: int
    line: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """The result of checking a row. candidate: None if the row is invalid. wrong: its errors."""

    candidate: Candidate | None
    wrong: tuple[WrongCell, ...] = ()


class IntakeService:
    """Imports rows of a file. Importing the same file again adds nothing."""

    def __init__(
        self,
        *,
        repository: ManagedRepository,
        signer: Signer,
        clock: Clock,
        randomness: Callable[[int], bytes],
    ) -> None:
        self._repository = repository
        self._seating = Seating(repository=repository, clock=clock, randomness=randomness)
        self._signer = signer
        self._clock = clock
        self._randomness = randomness

    def check(self, form: Form, rows: Iterable[Row], seen: Seen) -> Iterator[CheckedRow]:
        """Check each row without writing anything.

        A row is also wrong if it repeats an earlier one, or registers the same person for the same
        option. seen: remembers the rows; a new one for each file.
        """
        for row in rows:
            try:
                candidate = self.candidate(form, row)
            except InvalidAnswersError as error:
                wrong = [WrongCell(row.row, row.line, each.field, each.message) for each in error.errors]
                yield CheckedRow(None, tuple(wrong))
                continue
            same = self._said_before(row, candidate, seen)
            yield CheckedRow(candidate, same)

    def known(self, form: Form, candidate: Candidate) -> str | None:
        """Return the ID of an existing submission: imported from this row, or of the same person."""
        if origin := self._exported(form, candidate.row.origin):
            return origin
        keys = (candidate.key, *candidate.earlier)
        known = (self._repository.known(form.name, once=candidate.once, key=key) for key in keys)
        return next(filter(None, known), None)

    def take(self, form: Form, candidate: Candidate, *, by: str, mails: bool) -> Receipt:
        """Store a row as a submission with a seat, otherwise a ticket. If it exists already, return its receipt.

        The staff vouch for the address, so that nothing is to be verified, and a form that is
        closed to visitors takes it too. by: see `Event`. mails: whether its coming is told by mail,
        as it would be of one that was sent by the page; what becomes of it later is told in any
        case. Raises StorageUnavailableError; asking again is safe.
        """
        now = self._clock.now()
        row = candidate.row
        came = min(now, row.submitted_at or now)
        language = row.language or form.languages[0]
        submission = new_submission(form, candidate.answers, language, now=came, randomness=self._randomness)
        submission = replace(submission, status=Status.CONFIRMED, verify_by=None, verified_at=now, quiet=not mails)
        return self._seating.add(
            submission,
            once=candidate.once,
            idempotency=Idempotency(
                candidate.key,
                candidate.key,
                submission.expires_at,
                imported=True,
                earlier=tuple((key, key) for key in candidate.earlier),
            ),
            capacity=form.capacities().get(submission.option or ""),
            imported_by=by,
        )

    def candidate(self, form: Form, row: Row) -> Candidate:
        """Return a valid row's candidate. Raises InvalidAnswersError."""
        now = self._clock.now()
        errors = list(_wrong_times(form, row.submitted_at, now))
        try:
            answers = validate_cells(form, row.texts, today=form.today(now))
        except InvalidAnswersError as error:
            raise InvalidAnswersError([*error.errors, *errors]) from error
        if errors:
            raise InvalidAnswersError(errors)
        content = json.dumps([form.name, answers], sort_keys=True, separators=(",", ":"))
        keys = tuple(f"import-{fingerprint}" for fingerprint in self._signer.fingerprints("import", content))
        return Candidate(
            row=row,
            answers=answers,
            option=form.counted_option(answers),
            once=once_for(form, answers, self._signer),
            key=keys[0],
            earlier=keys[1:],
        )

    def _said_before(self, row: Row, candidate: Candidate, seen: Seen) -> tuple[WrongCell, ...]:
        once = candidate.once
        first = seen.setdefault(candidate.key, row.row)
        persons = row.row if once is None else seen.setdefault(f"once {once.option} {once.person_fingerprint}", row.row)
        if first != row.row:
            return (WrongCell(row.row, row.line, "", f"This row is the same as row {first}."),)
        if persons != row.row:
            problem = f"This row registers the same person for the same option as row {persons}."
            return (WrongCell(row.row, row.line, "", problem),)
        return ()

    def _exported(self, form: Form, origin: str | None) -> str | None:
        """Return the ID of the submission that a row was exported from, if it is in this table."""
        if not origin:
            return None
        try:
            if "_" in origin:
                submission = self._repository.get(origin.strip())
            else:
                submission = self._repository.by_reference(parse_reference(origin))
        except (SubmissionNotFoundError, InvalidReferenceError):
            return None
        return submission.id if submission.form == form.name else None


def _wrong_times(form: Form, submitted_at: datetime | None, now: datetime) -> Iterator[FieldError]:
    """Yield the errors of a row's time of submission."""
    if submitted_at is None:
        return
    quoted = f'"{submitted_at:%Y-%m-%d %H:%M}"'
    if submitted_at > now:
        yield FieldError("submitted_at", "too_late", f"{quoted} is in the future.")
        return
    if submitted_at + timedelta(days=form.retention_days) <= now:
        retention = f"the form keeps submissions for {form.retention_days} days"
        yield FieldError("submitted_at", "too_early", f"{quoted} is too long ago: {retention}.")
