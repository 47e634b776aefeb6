"""Intake: entries that the staff take from a file, by the rules of the form's own page."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC

from registration_core.domain.cells import raw_answer
from registration_core.domain.errors import (
    InvalidAnswersError,
    InvalidReferenceError,
    RollcallError,
    SubmissionNotFoundError,
)
from registration_core.domain.identifiers import parse_reference
from registration_core.domain.submission import Idempotency, Once, Status
from registration_core.domain.validation import validate
from registration_core.services.submit import new_submission, once_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, ManagedRepository, Signer
    from registration_core.domain.submission import Receipt
    from registration_core.domain.values import Answer


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    line: where it begins. texts: field names to what stands there. language: the registrant's; None when the file
    doesn't say. origin: the ID or reference under which it was exported; None when the file doesn't say.
    """

    line: int
    texts: Mapping[str, str]
    language: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that the form takes.

    key: the same for the same answers, under a secret key. earlier: the same under older guard keys.
    """

    row: Row
    answers: Mapping[str, Answer]
    option: str | None
    once: Once | None
    key: str
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrongCell:
    """What is wrong in a row. field: empty when it is about the whole row."""

    line: int
    field: str
    message: str


class InvalidRowsError(RollcallError):
    """Some rows cannot be taken; nothing was stored. wrong: every wrong cell, in the file's order; never empty."""

    code = "invalid_rows"

    def __init__(self, wrong: Sequence[WrongCell]) -> None:
        super().__init__(f"{len({each.line for each in wrong})} rows cannot be taken.")
        self.wrong = tuple(wrong)


class IntakeService:
    """Takes rows of a file in. Whoever takes the same file in again adds nothing."""

    def __init__(
        self,
        *,
        repository: ManagedRepository,
        signer: Signer,
        clock: Clock,
        randomness: Callable[[int], bytes],
    ) -> None:
        self._repository = repository
        self._signer = signer
        self._clock = clock
        self._randomness = randomness

    def check(self, form: Form, rows: Iterable[Row]) -> list[Candidate]:
        """Return what the form takes of a file: all of it; nothing is written.

        Raises InvalidRowsError with every wrong cell, and with each row that says the same as one before, or is the
        same person's for the same option.
        """
        candidates: list[Candidate] = []
        wrong: list[WrongCell] = []
        seen: dict[object, int] = {}
        for row in rows:
            try:
                candidate = self._candidate(form, row)
            except InvalidAnswersError as error:
                wrong.extend(WrongCell(row.line, each.field, each.message) for each in error.errors)
                continue
            if candidate.key in seen:
                wrong.append(WrongCell(row.line, "", f"This row says the same as line {seen[candidate.key]}."))
            elif candidate.once in seen:
                told = "This row is the same person's for the same option as line"
                wrong.append(WrongCell(row.line, "", f"{told} {seen[candidate.once]}."))
            for key in (candidate.key, candidate.once):
                if key is not None:
                    seen.setdefault(key, row.line)
            candidates.append(candidate)
        if wrong:
            raise InvalidRowsError(wrong)
        return candidates

    def known(self, form: Form, candidate: Candidate) -> str | None:
        """Return the ID of the entry that is there already: taken from this row before, or the same person's."""
        if origin := self._exported(form, candidate.row.origin):
            return origin
        keys = (candidate.key, *candidate.earlier)
        known = (self._repository.known(form.name, once=candidate.once, key=key) for key in keys)
        return next(filter(None, known), None)

    def take(self, form: Form, candidate: Candidate, *, by: str, mails: bool) -> Receipt:
        """Store a row as an entry: with a seat, or else a ticket; what is there already is answered with that.

        The staff vouch for the address, so that nothing is to be verified, and a form that is closed to visitors takes
        it too. by: see `Event`. mails: whether its coming is told by mail, as it would be of one that was sent by the
        page; what becomes of it later is told in any case. Raises StorageUnavailableError; asking again is safe.
        """
        now = self._now()
        language = candidate.row.language or form.languages[0]
        entry = new_submission(form, candidate.answers, language, now=now, randomness=self._randomness)
        entry = replace(entry, status=Status.CONFIRMED, verify_by=None, verified_at=now, quiet=not mails)
        return self._repository.add(
            entry,
            once=candidate.once,
            idempotency=Idempotency(
                candidate.key,
                candidate.key,
                entry.expires_at,
                imported=True,
                earlier=tuple((key, key) for key in candidate.earlier),
            ),
            capacity=form.capacities().get(entry.option or ""),
            imported_by=by,
        )

    def _candidate(self, form: Form, row: Row) -> Candidate:
        """Return what the form makes of a row. Raises InvalidAnswersError."""
        fields = {field.name: field for field in form.fields}
        raw = {name: raw_answer(fields[name], text) if name in fields else text for name, text in row.texts.items()}
        answers = validate(form, raw, form.language_for("en"), today=form.today(self._clock.now()))
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

    def _exported(self, form: Form, origin: str | None) -> str | None:
        """Return the ID of the entry that a row was exported from, if this table holds it."""
        if not origin:
            return None
        try:
            if "_" in origin:
                found = self._repository.get(origin.strip())
            else:
                found = self._repository.by_reference(parse_reference(origin))
        except (SubmissionNotFoundError, InvalidReferenceError):
            return None
        return found.id if found.form == form.name else None

    def _now(self) -> datetime:
        now = self._clock.now().astimezone(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
