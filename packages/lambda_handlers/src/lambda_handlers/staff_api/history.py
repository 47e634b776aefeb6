"""History: what happened to all submissions of a form, newest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice

from lambda_handlers.http_response import json_response
from lambda_handlers.staff_api.call import InvalidParameterError, Route
from registration_core.domain.errors import InvalidCursorError
from registration_core.domain.filters import the_form
from registration_core.domain.forms import zone_of
from registration_core.domain.identifiers import ulid_milliseconds
from registration_core.domain.records import event_record
from registration_core.domain.times import read_period

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lambda_handlers.staff_api.call import Call

MOST = 500
SINCE = "yesterday"


def list_history(call: Call) -> dict[str, Any]:
    """Answer with a page of the events of a form's submissions, newest first. Each has its submission's ID."""
    name, cursor = call.parameter("form"), call.parameter("cursor")
    if name is None:
        raise InvalidParameterError("Name a form, such as form=registration.")
    form = the_form(call.services.forms, name)
    first, last = _period(call)
    if cursor is not None:
        last = min(_after(cursor), last or call.now + timedelta(days=1))
    journal_events = call.services.journal().events(form.name, since=first, until=last)
    older = (line for line in journal_events if cursor is None or line.event.id < cursor)
    lines = list(islice(older, MOST))
    content = {
        "events": [event_record(line.event) | {"id": line.event.id, "submission": line.id} for line in lines],
        "cursor": lines[-1].event.id if len(lines) == MOST else None,
    }
    return json_response(200, content)


def _period(call: Call) -> tuple[datetime, datetime | None]:
    forms = call.services.forms
    first, last = read_period(
        call.parameter("since") or SINCE,
        call.parameter("until"),
        forms=lambda: forms,
        now=call.now,
        zone=zone_of(forms.values()) or call.now.tzinfo,
        names=("since", "until"),
    )
    assert first is not None  # noqa: S101 - there is always a beginning
    return first, last


def _after(cursor: str) -> datetime:
    """Return the millisecond after an event's. Raises InvalidCursorError."""
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ulid_milliseconds(cursor) + 1)
    except (ValueError, OverflowError) as error:
        raise InvalidCursorError(f'"{cursor[:60]}" is not a cursor of this list.') from error


ROUTES = (Route("GET", "history", list_history, ("form", "since", "until", "cursor")),)
