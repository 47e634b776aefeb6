"""The overview: what happened today, the seats of each course, and what is open."""

from __future__ import annotations

from lambda_handlers.http_response import json_response
from lambda_handlers.staff_api.call import Route
from lambda_handlers.staff_api.quotas import quota_record
from registration_core.domain.forms import zone_of
from registration_core.domain.opening_records import opening_record
from registration_core.domain.records import iso
from registration_core.domain.submission import Status
from registration_core.domain.times import parse_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from lambda_handlers.staff_api.call import Call
    from registration_core.domain.submission import Event

ARRIVED = frozenset({"submitted", "imported"})
BECAME = (Status.CONFIRMED, Status.WAITLISTED, Status.CANCELLED)


def show_overview(call: Call) -> dict[str, Any]:
    """Answer with what happened since midnight, the seats, and what is open now."""
    events = list(_events_of_today(call))
    today = {"submitted": sum(event.what in ARRIVED for event in events)}
    today |= {str(status): sum(_became(event) is status for event in events) for status in BECAME}
    content = {"today": today, "courses": list(_courses(call)), "openings": list(_openings(call))}
    return json_response(200, content)


def _events_of_today(call: Call) -> Iterator[Event]:
    zone = zone_of(call.services.forms.values()) or call.now.tzinfo
    midnight = parse_time("today", now=call.now, zone=zone, option="since")
    journal = call.services.journal()
    for form in call.services.forms:
        yield from (line.event for line in journal.events(form, since=midnight))


def _became(event: Event) -> Status | None:
    """Return the status that an event led to; None if it changed none."""
    return event.status if event.was is not None or event.version == 1 else None


def _courses(call: Call) -> Iterator[dict[str, object]]:
    query = call.services.query()
    for form in call.services.forms.values():
        if form.retired or form.chosen_field is None:
            continue
        for state in query.quotas(form):
            option = form.chosen_field.option(state.option)
            starts_at = option.starts_at if option is not None else None
            yield quota_record(call, form, state) | {"starts_at": iso(starts_at) if starts_at is not None else None}


def _openings(call: Call) -> Iterator[dict[str, object]]:
    service = call.services.openings()
    for form in call.services.forms.values():
        if not form.retired:
            for option, opening in service.openings(form).items():
                yield {"form": form.name, **opening_record(option, opening)}


ROUTES = (Route("GET", "overview", show_overview),)
