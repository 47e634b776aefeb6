"""Submissions: the list with its filters and search, and one with everything about it."""

from __future__ import annotations

import json
import re
from itertools import islice

from lambda_handlers.http_response import json_response
from lambda_handlers.staff_api.call import WHOLE, InvalidParameterError, Route
from lambda_handlers.staff_api.entries import entry_response, listed
from registration_core.domain.errors import InvalidCursorError, InvalidFilterError, SubmissionNotFoundError
from registration_core.domain.filters import selection
from registration_core.domain.forms import zone_of
from registration_core.domain.submission import Status
from registration_core.services.search import indexed, read_search

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from lambda_handlers.staff_api.call import Call
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Submission

FILTERS = ("form", "status", "option", "label", "since", "until")
WAITING = "waiting"
"""The order in which people wait, as the parameter `order` names it."""
_TICKET = re.compile(r"[0-9]{1,9}")
DEFAULT_LIMIT, MOST, MOST_NAMED = 50, 500, 100
MOST_BYTES = 2_500_000
"""What the answers and notes of a page may take. Lambda gives up a response of more than 6 MB.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""
MOST_READ = 5_000
"""How many submissions one call reads for a name. The cursor continues after them."""
MOST_READ_AT_ONCE = 50_000
"""The same if there is no cursor: what can be read before the call must end."""


def list_submissions(call: Call) -> dict[str, Any]:
    """Answer with a page of submissions, newest first or in the order of a waiting list."""
    chosen, what, ids = selected(call), call.parameter("q"), call.parameter("id")
    if ids is not None:
        return json_response(200, {"submissions": _named(call, ids.split(",")), "cursor": None})
    if call.parameter("order") is not None:
        submissions, cursor = _line(call, chosen)
    else:
        submissions, cursor = _page(call, chosen) if what is None else _search(call, read_search(what), chosen)
    ranks = call.services.query().ranks()
    content = {"submissions": [listed(call, one, rank=ranks.of(one)) for one in submissions], "cursor": cursor}
    return json_response(200, content)


def show_submission(call: Call) -> dict[str, Any]:
    """Answer with one submission and everything about it."""
    return entry_response(call, call.services.query().show(call.names["id"]))


def selected(call: Call) -> Selection:
    """Return the selection that the filters describe, by the rules of the command line's options."""
    status = call.parameter("status")
    return selection(
        lambda: call.services.forms,
        form=call.parameter("form"),
        status=None if status is None else [status],
        since=call.parameter("since"),
        until=call.parameter("until"),
        option=call.parameter("option"),
        label=call.parameter("label"),
        now=call.now,
        zone=zone_of(call.services.forms.values()) or call.now.tzinfo,
        period=("since", "until"),
        versions_of=call.services.versions_of,
    )


def _page(call: Call, chosen: Selection) -> tuple[Sequence[Submission], str | None]:
    listing = call.services.query().select(chosen, limit=_limit(call), cursor=call.parameter("cursor"))
    return list(_fitting(listing)), listing.cursor


def _line(call: Call, chosen: Selection) -> tuple[Sequence[Submission], str | None]:
    """Return a page of an option's waiting list. The cursor is a ticket, so nobody is skipped if someone leaves."""
    forms = [form.name for form in call.services.forms.values() if chosen.option in form.capacities()]
    forms = forms if chosen.form is None else [chosen.form]
    waiting = chosen.statuses == {Status.WAITLISTED} and chosen.option is not None and call.parameter("q") is None
    if call.parameter("order") != WAITING or not waiting or len(forms) != 1:
        raise InvalidParameterError(f"order={WAITING} needs status=waitlisted, an option and its form, and no q.")
    cursor = call.parameter("cursor") or "0"
    if _TICKET.fullmatch(cursor) is None:
        raise InvalidCursorError(f'"{cursor[:60]}" is not a cursor of this list.')
    line = call.services.query().waiting(forms[0], chosen.option or "", after=int(cursor))
    matching = (submission for submission in line if chosen.admits(submission))
    page = list(_fitting(islice(matching, _limit(call))))
    return page, str(page[-1].position) if page and next(matching, None) is not None else None


def _search(call: Call, what: str, chosen: Selection) -> tuple[Sequence[Submission], str | None]:
    """Return a page of what `rollcall search` finds."""
    query, limit, cursor = call.services.query(), _limit(call), call.parameter("cursor")
    known = _indexed(call, what, chosen)
    if known is not None:
        ids = [submission.id for submission in known]
        if cursor is not None and cursor not in ids:
            raise InvalidCursorError(f'"{cursor[:60]}" is not a cursor of this list.')
        rest = known[ids.index(cursor) + 1 :] if cursor is not None else known
        page = list(_fitting(rest[:limit]))
        return page, page[-1].id if len(rest) > len(page) else None
    listing = query.select(chosen, cursor=cursor)
    matches = (submission for submission in islice(listing, MOST_READ) if query.named(what, submission))
    return list(_fitting(islice(matches, limit))), listing.cursor


def _fitting(submissions: Iterable[Submission]) -> Iterator[Submission]:
    """Yield the submissions that fit into a response, at least one."""
    size = 0
    for submission in submissions:
        yield submission
        size += len(
            json.dumps([submission.answers, [note.text for note in submission.notes]], ensure_ascii=False).encode()
        )
        if size > MOST_BYTES:
            return


def matching(call: Call) -> Iterator[Submission]:
    """Yield all that the list would show, page after page. Raises InvalidFilterError if a name has too many to read."""
    chosen, what = selected(call), call.parameter("q")
    query = call.services.query()
    known = None if what is None else _indexed(call, read_search(what), chosen)
    if known is not None:
        yield from known
        return
    for read, submission in enumerate(query.select(chosen), 1):
        if what is not None and read > MOST_READ_AT_ONCE:
            raise InvalidFilterError("There are too many submissions to search by name. Narrow the list by time first.")
        if what is None or query.named(what, submission):
            yield submission


def _indexed(call: Call, what: str, chosen: Selection) -> Sequence[Submission] | None:
    """Return what an index finds, without what doesn't exist; None if every submission must be read."""
    try:
        return indexed(call.services.query(), what, chosen)
    except SubmissionNotFoundError:
        return []


def _named(call: Call, ids: Sequence[str]) -> list[dict[str, object]]:
    """Return the submissions with these IDs, without those that no longer exist."""
    others = [name for name in (*FILTERS, "q", "order", "limit", "cursor") if call.parameter(name) is not None]
    if others:
        raise InvalidParameterError(f"Leave out {others[0]}: id names the submissions.")
    if len(ids) > MOST_NAMED:
        raise InvalidParameterError(f"id can name {MOST_NAMED} submissions at most.")
    query = call.services.query()
    ranks = query.ranks()
    return [listed(call, one, rank=ranks.of(one)) for one in query.several(ids).values()]


def _limit(call: Call) -> int:
    text = call.parameter("limit") or str(DEFAULT_LIMIT)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST):
        raise InvalidParameterError(f"limit must be a whole number from 1 to {MOST}.")
    return int(text)


ROUTES = (
    Route("GET", "submissions", list_submissions, (*FILTERS, "q", "id", "order", "limit", "cursor", WHOLE)),
    Route("GET", "submissions/{id}", show_submission, (WHOLE,)),
)
