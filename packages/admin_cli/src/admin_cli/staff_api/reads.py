"""Reading through the staff API: submissions, seats and histories, for the services that commands use."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from admin_cli.staff_api.unsupported import not_through_the_api
from registration_core.domain.journal import Journal, JournalEvent
from registration_core.domain.opening_records import read_opening
from registration_core.domain.records import iso
from registration_core.domain.selection import Selection
from registration_core.domain.submission import Status
from registration_core.domain.whole_records import read_details, read_event, read_quota, read_submission
from registration_core.services.query import QueryService

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from admin_cli.staff_api.api import Api
    from registration_core.domain.forms import Form
    from registration_core.domain.journal import JournalMail
    from registration_core.domain.openings import Overrides
    from registration_core.domain.ports import ManagedRepository, SubmissionRepository
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Submission, SubmissionDetails

WHOLE = "1"
_AT_ONCE = 100
_LARGEST_PAGE = 250
"""Of submissions: with long notes, 500 would not fit in what a function may answer."""


class ApiReads:
    """The part of `ManagedRepository` that services read from when a command works through the API."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def get(self, submission_id: str) -> Submission:
        """Return a submission by its ID or reference. Raises SubmissionNotFoundError."""
        return read_submission(self.entry(submission_id))

    def entry(self, submission_id: str) -> dict[str, Any]:
        """Return everything about a submission. Raises SubmissionNotFoundError."""
        return self._api.get("submissions", submission_id, whole=WHOLE)

    def several(self, submission_ids: Iterable[str]) -> Mapping[str, Submission]:
        """Return submissions by ID, in this order, without those that no longer exist."""
        ids = list(dict.fromkeys(submission_ids))
        chunks = [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
        pages = (self._api.get("submissions", id=",".join(chunk), whole=WHOLE) for chunk in chunks)
        found = {one.id: one for page in pages for one in map(read_submission, page["submissions"])}
        return {each: found[each] for each in ids if each in found}

    def listed(
        self, form: str, chosen: Selection, *, cursor: str | None = None, page_size: int
    ) -> Iterator[Submission]:
        """Yield a form's submissions that match, newest first. Raises InvalidCursorError."""
        pages = self._api.pages(
            "submissions",
            form=form,
            status=",".join(sorted(chosen.statuses)) or None,
            option=chosen.option,
            label=chosen.label,
            since=None if chosen.since is None else iso(chosen.since),
            until=None if chosen.until is None else iso(chosen.until),
            limit=str(min(page_size, _LARGEST_PAGE)),
            cursor=cursor,
            whole=WHOLE,
        )
        return chain.from_iterable(map(read_submission, page["submissions"]) for page in pages)

    def by_email(self, address: str, *, limit: int) -> tuple[Submission, ...]:
        """Return an address's newest submissions, newest first."""
        found: list[Submission] = []
        for page in self._api.pages("submissions", q=address, limit=str(min(limit, _LARGEST_PAGE)), whole=WHOLE):
            found += map(read_submission, page["submissions"])
            if len(found) >= limit:
                break
        return tuple(found[:limit])

    def quotas(self, form: str, options: Sequence[str]) -> Mapping[str, QuotaState]:
        """Return the quotas of a form's options by option."""
        return {each["option"]: read_quota(each) for each in self._quotas(form) if each["option"] in options}

    def waiting(self, form: str, option: str) -> Mapping[str, int]:
        """Return the tickets on an option's waiting list by their submissions' IDs, lowest first."""
        waitlisted = Selection(form, frozenset({Status.WAITLISTED}), option=option)
        listed = self.listed(form, waitlisted, page_size=_LARGEST_PAGE)
        tickets = {each.id: each.position or 0 for each in listed}
        return dict(sorted(tickets.items(), key=lambda each: each[1]))

    def next_waiting(self, form: str, option: str) -> str | None:
        """Return the ID of the first on the waiting list; None if nobody waits or it isn't sure yet."""
        return next((each["next"] for each in self._quotas(form) if each["option"] == option), None)

    def overrides(self, form: str) -> Overrides:
        """Return the overrides in force of a form's openings."""
        openings = map(read_opening, self._api.get("forms", form, "openings")["openings"])
        return {option: opening.override for option, opening in openings if opening.override is not None}

    def _quotas(self, form: str) -> list[dict[str, Any]]:
        quotas: list[dict[str, Any]] = self._api.get("quotas", form=form, whole=WHOLE)["quotas"]
        return quotas


class ApiQuery(QueryService):
    """Lists and shows submissions through the API. forms: those that the stack stores."""

    def __init__(
        self, api: Api, reads: ApiReads, forms: Mapping[str, Form], versions: Callable[[str], Sequence[Form]]
    ) -> None:
        super().__init__(
            forms=forms or None, repository=cast("SubmissionRepository", reads), clock=api.clock, versions=versions
        )
        self._reads = reads
        self._ranks: dict[tuple[str, int], int | None] = {}

    def show(self, id_or_reference: str) -> SubmissionDetails:
        """Return a submission with its history and mails. Raises SubmissionNotFoundError."""
        entry = self._reads.entry(id_or_reference.strip())
        self._ranks[entry["id"], entry["version"]] = entry["rank"]
        return read_details(entry)

    def rank(self, submission: Submission) -> int | None:
        """Return the rank; None if the submission isn't waitlisted."""
        at = (submission.id, submission.version)
        if submission.position is not None and at not in self._ranks:
            self._ranks[at] = self._reads.entry(submission.id)["rank"]
        return self._ranks.get(at)

    def _stream(self, form: str, selection: Selection, cursor: str | None, page_size: int) -> Iterator[Submission]:
        if selection.option is not None and not self._ever_had(form, selection.option):
            return iter(())
        return self._reads.listed(form, selection, cursor=cursor, page_size=page_size)

    def _ever_had(self, form: str, option: str) -> bool:
        """Whether an option of a form is counted, or was. The API refuses any other."""
        now = (self._forms or {}).get(form)
        if now is not None and option in now.capacities():
            return True
        return self._versions is not None and any(option in each.capacities() for each in self._versions(form))


class ApiJournal(Journal):
    """The history of all submissions through the API."""

    def __init__(self, api: Api, reads: ApiReads) -> None:
        self._api = api
        self._reads = reads

    def events(self, form: str, *, since: datetime, until: datetime | None = None) -> Iterator[JournalEvent]:
        """Yield the events of a form's submissions, newest first."""
        last = None if until is None else iso(until)
        for page in self._api.pages("history", form=form, since=iso(since), until=last):
            yield from (JournalEvent(line["submission"], read_event(line)) for line in page["events"])

    def mails(self, *, since: datetime) -> Iterator[JournalMail]:  # noqa: ARG002 - as the port has it
        """Raise CliError: the API lists no mails."""
        raise not_through_the_api()

    def open_mails(self, *, since: datetime) -> Iterator[JournalMail]:  # noqa: ARG002 - as the port has it
        """Raise CliError: the API lists no mails."""
        raise not_through_the_api()

    def spam(self, form: str, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[str]:
        """Yield the IDs of a form's suspected spam, newest first."""
        suspected = Selection(form, frozenset({Status.SPAM}), since, until)
        return (each.id for each in self._reads.listed(form, suspected, page_size=_AT_ONCE + 1))


def repository(reads: ApiReads) -> ManagedRepository:
    """Return what services take for a repository. They read from it, and change nothing through it."""
    return cast("ManagedRepository", reads)
