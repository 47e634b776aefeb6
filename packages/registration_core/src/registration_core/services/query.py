"""Query: what staff look up."""

from __future__ import annotations

from datetime import timedelta

from registration_core.domain.errors import (
    FormNotNamedError,
    InvalidCursorError,
    InvalidReferenceError,
    SubmissionNotFoundError,
    UnknownFormError,
)
from registration_core.domain.forms import LONGEST_RETENTION_DAYS
from registration_core.domain.identifiers import parse_reference
from registration_core.domain.quota import QuotaState
from registration_core.domain.submission import Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, SubmissionRepository
    from registration_core.domain.submission import Submission, SubmissionDetails


class QueryService:
    """Lists and shows entries.

    forms: the definitions at hand; without them (outside of a clone) a list must name its form, and looks back further.
    """

    def __init__(self, *, forms: Mapping[str, Form] | None, repository: SubmissionRepository, clock: Clock) -> None:
        self._forms = forms
        self._repository = repository
        self._clock = clock

    def list(
        self, form: str | None = None, *, since: datetime | None = None, limit: int = 20, cursor: str | None = None
    ) -> Page:
        """Return entries, newest first: of one form, or of all when form is None.

        since: None means as far back as the form's entries are kept. cursor: what the page before gave, with the
        same form. Raises UnknownFormError, FormNotNamedError, InvalidCursorError, StorageUnavailableError,
        ValueError for a limit below 1.
        """
        if limit < 1:
            raise ValueError("a page holds one entry at least")
        if form is not None:
            return self._repository.list(form, since=since or self._first(form), limit=limit, cursor=cursor)
        if self._forms is None:
            raise FormNotNamedError
        return self._list_all(sorted(self._forms), since, limit, cursor)

    def show(self, id_or_reference: str) -> SubmissionDetails:
        """Return one entry, with its history and mails, by its ID or by its reference as a person wrote it.

        Raises SubmissionNotFoundError, StorageUnavailableError.
        """
        wanted = id_or_reference.strip()
        try:
            reference = parse_reference(wanted)
        except InvalidReferenceError as error:
            if "_" not in wanted:
                raise SubmissionNotFoundError(wanted) from error
            return self._repository.details(wanted)
        return self._repository.details(self._repository.by_reference(reference).id)

    def by_email(self, address: str, *, limit: int = 20) -> tuple[Submission, ...]:
        """Return the newest entries of an address, in any spelling, of all forms."""
        return self._repository.by_email(address.strip(), limit=limit)

    def quotas(self, form: Form) -> tuple[QuotaState, ...]:
        """Return how the quotas of a form's counted options stand, in the form's order.

        One that nobody asked for yet stands as the form file begins it. Raises StorageUnavailableError.
        """
        capacities = form.capacities()
        found = self._repository.quotas(form.name, list(capacities)) if capacities else {}
        return tuple(
            found.get(option, QuotaState(form.name, option, capacity)) for option, capacity in capacities.items()
        )

    def rank(self, submission: Submission) -> int | None:
        """Return the place in the queue, 1 for the next to be promoted; None for an entry that doesn't wait."""
        if submission.option is None or submission.position is None:
            return None
        return self._repository.rank(submission.form, submission.option, submission.position)

    def _first(self, form: str) -> datetime:
        """Return since when a form's entries may be there."""
        kept_days = LONGEST_RETENTION_DAYS
        if self._forms is not None:
            if form not in self._forms:
                raise UnknownFormError(form)
            kept_days = self._forms[form].retention_days
        return self._clock.now() - timedelta(days=kept_days)

    def _list_all(self, names: Sequence[str], since: datetime | None, limit: int, cursor: str | None) -> Page:
        """Merge all forms' lists. The cursor says for each form which of its entries was given out last."""
        given = _read_cursor(cursor, names)
        found: list[Submission] = []
        more = False
        for name in names:
            page = self._repository.list(name, since=since or self._first(name), limit=limit, cursor=given.get(name))
            found.extend(page.submissions)
            more = more or page.cursor is not None
        found.sort(key=lambda submission: (submission.submitted_at, submission.id), reverse=True)
        more = more or len(found) > limit
        page_now = tuple(found[:limit])
        for submission in page_now:
            given[submission.form] = submission.id
        return Page(page_now, ",".join(f"{name}={last}" for name, last in given.items()) if more else None)


def _read_cursor(cursor: str | None, names: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for part in cursor.split(",") if cursor is not None else ():
        name, _, last = part.partition("=")
        if name not in names or not last:
            raise InvalidCursorError(f'"{(cursor or "")[:60]}" is no cursor that this list gave out.')
        given[name] = last
    return given
