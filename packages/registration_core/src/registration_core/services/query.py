"""Query: finds submissions, quotas and ranks for staff."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain, islice

from registration_core.domain.errors import (
    FormNotNamedError,
    InvalidCursorError,
    InvalidReferenceError,
    SubmissionNotFoundError,
    UnknownFormError,
)
from registration_core.domain.fields import FieldType
from registration_core.domain.forms import LONGEST_RETENTION_DAYS
from registration_core.domain.identifiers import display_reference, parse_reference
from registration_core.domain.quota import QuotaState
from registration_core.domain.search_text import fold, has_words, phone_digits, same_number
from registration_core.services.listing import Listing
from registration_core.services.ranks import Ranks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, SubmissionRepository
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Submission, SubmissionDetails

_LARGEST_PAGE = 500
_WAITING_PAGE = 100
_LONGEST_ID = 64
"""The database refuses to look for keys that are much longer, as if it were in trouble."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_SEARCHED: dict[FieldType, bool] = {
    FieldType.TEXT: True,
    FieldType.HIDDEN: True,
    FieldType.TEXTAREA: True,
    FieldType.EMAIL: True,
    FieldType.PHONE: True,
    FieldType.DATE: False,
    FieldType.NUMBER: False,
    FieldType.CHOICE: False,
    FieldType.CHOICES: False,
    FieldType.CONSENT: False,
    FieldType.FILE: False,
}
"""Whether a search looks at a type's answers: those that a person writes."""


class QueryService:
    """Lists and shows submissions.

    forms: the definitions at hand; without them (outside of a clone) a list must name its form, and
    looks back further. versions: gives all that a form ever was: an earlier version may have kept
    its submissions longer.
    """

    def __init__(
        self,
        *,
        forms: Mapping[str, Form] | None,
        repository: SubmissionRepository,
        clock: Clock,
        versions: Callable[[str], Sequence[Form]] | None = None,
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._clock = clock
        self._versions = versions

    def select(
        self,
        selection: Selection,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        page_size: int = _LARGEST_PAGE,
    ) -> Listing:
        """Return the selection's submissions, newest first, read on demand.

        Of all forms when it names none, and as far back as submissions are kept when it has no
        `since`. limit: at most so many; None means all. cursor: the one of a listing before, of the
        same selection. page_size: how many are read at once, where that is not known from the
        limit. Raises UnknownFormError, FormNotNamedError, InvalidCursorError, ValueError for a
        limit below 1; the listing raises StorageUnavailableError.
        """
        if limit is not None and limit < 1:
            raise ValueError("the limit must be 1 or more")
        names = self._names(selection.form)
        several = selection.form is None
        last_ids = self._last_ids(cursor, names, several=several)
        sure = not selection.sifting
        page_size = page_size if limit is None else min(limit + sure, _LARGEST_PAGE)
        streams = {name: self._stream(name, selection, last_ids.get(name), page_size) for name in names}
        return Listing(streams, limit=limit, last_ids=last_ids, several=several, sure=sure)

    def show(self, id_or_reference: str) -> SubmissionDetails:
        """Return a submission with its history and mails, by its ID or by a reference as a person wrote it.

        Raises SubmissionNotFoundError, StorageUnavailableError.
        """
        text = id_or_reference.strip()
        try:
            reference = parse_reference(text)
        except InvalidReferenceError as error:
            if "_" not in text or len(text) > _LONGEST_ID:
                raise SubmissionNotFoundError(text) from error
            return self._repository.details(text)
        try:
            return self._repository.details(self._repository.by_reference(reference).id)
        except SubmissionNotFoundError as error:
            raise SubmissionNotFoundError(display_reference(reference)) from error

    def named(self, words: str, submission: Submission) -> bool:
        """Whether the words are in one of a submission's answers or notes, or are its telephone number.

        Words match in any case and with or without accents; a number matches in any spelling.
        """
        form = self._forms.get(submission.form) if self._forms is not None else None
        folded, number = fold(words), phone_digits(words)
        answers = (
            answer for name, answer in submission.answers.items() if isinstance(answer, str) and _written(form, name)
        )
        return any(
            has_words(fold(text), folded) or (number is not None and _is_number(text, number))
            for text in chain(answers, (note.text for note in submission.notes))
        )

    def by_email(self, address: str, *, limit: int = 20) -> tuple[Submission, ...]:
        """Return an address's newest submissions, in any spelling, for all forms."""
        return self._repository.by_email(address.strip(), limit=limit)

    def quotas(self, form: Form) -> tuple[QuotaState, ...]:
        """Return the quotas of a form's counted options, in the form's order.

        A quota that isn't stored yet has the form file's capacity. Raises StorageUnavailableError.
        """
        capacities = form.capacities()
        stored = self._repository.quotas(form.name, list(capacities)) if capacities else {}
        return tuple(
            stored.get(option, QuotaState(form.name, option, capacity)) for option, capacity in capacities.items()
        )

    def rank(self, submission: Submission) -> int | None:
        """Return the rank, 1 for the next to be promoted; None if the submission isn't waitlisted."""
        if submission.option is None or submission.position is None:
            return None
        return self._repository.rank(submission.form, submission.option, submission.position)

    def waiting(self, form: str, option: str, *, after: int = 0) -> Iterator[Submission]:
        """Yield an option's waiting list, the next to be promoted first, read on demand.

        after: only higher tickets. Raises StorageUnavailableError.
        """
        line = (each for each, ticket in self._repository.waiting(form, option).items() if ticket > after)
        while batch := tuple(islice(line, _WAITING_PAGE)):
            yield from self._repository.several(batch).values()

    def several(self, submission_ids: Iterable[str]) -> Mapping[str, Submission]:
        """Return submissions by ID, without those that no longer exist. Raises StorageUnavailableError."""
        return self._repository.several(each for each in submission_ids if len(each) <= _LONGEST_ID)

    def ranks(self) -> Ranks:
        """Return a reader for the ranks of many submissions."""
        return Ranks(self._repository)

    def _stream(self, form: str, selection: Selection, cursor: str | None, page_size: int) -> Iterator[Submission]:
        """Return a form's submissions: first those within its retention, then older ones."""
        first = self._first(form)
        since = first if selection.since is None else max(first, selection.since)

        def between(since: datetime, until: datetime | None) -> Iterator[Submission]:
            found = self._repository.newest(
                form,
                since=since,
                until=until,
                statuses=selection.statuses,
                option=selection.option,
                cursor=cursor,
                page_size=page_size,
            )
            return found if selection.label is None else (each for each in found if selection.label in each.labels)

        def older() -> Iterator[Submission]:
            if self._versions is None or since > first:
                return
            kept_days = max((version.retention_days for version in self._versions(form)), default=0)
            oldest = max(self._clock.now() - timedelta(days=kept_days), selection.since or _LONG_AGO)
            if oldest < first:
                yield from between(oldest, min(first, selection.until or first))

        return chain(between(since, selection.until), older())

    def _first(self, form: str) -> datetime:
        """Return the earliest time of a form's submissions."""
        kept_days = LONGEST_RETENTION_DAYS
        if self._forms is not None:
            if form not in self._forms:
                raise UnknownFormError(form)
            kept_days = self._forms[form].retention_days
        return self._clock.now() - timedelta(days=kept_days)

    def _names(self, form: str | None) -> Sequence[str]:
        if form is not None:
            return [form]
        if self._forms is None:
            raise FormNotNamedError
        return sorted(self._forms)

    def _last_ids(self, cursor: str | None, names: Sequence[str], *, several: bool) -> dict[str, str]:
        """Return a cursor's last submission by form. Raises InvalidCursorError."""
        if cursor is None:
            return {}
        last_ids = {}
        for part in cursor.split(",") if several else [f"{names[0]}={cursor}"]:
            name, _, last = part.partition("=")
            prefix = self._forms[name].id_prefix if self._forms is not None and name in self._forms else ""
            fits = last.startswith(f"{prefix}_" if prefix else "") and len(last) <= _LONGEST_ID
            if name not in names or not fits:
                raise InvalidCursorError(f'"{cursor[:60]}" is not a cursor of this list.')
            last_ids[name] = last
        return last_ids


def _written(form: Form | None, field_name: str) -> bool:
    """Whether an answer is free text and not an option."""
    field = form.field(field_name) if form is not None else None
    return field is None or _SEARCHED[field.type]


def _is_number(answer: str, number: str) -> bool:
    digits = phone_digits(answer)
    return digits is not None and same_number(digits, number)
