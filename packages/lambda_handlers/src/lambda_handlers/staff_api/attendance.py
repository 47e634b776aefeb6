"""Attendance lists: whom to expect on a day, and who is there."""

from __future__ import annotations

import re
from datetime import date

from lambda_handlers.http_response import json_response
from lambda_handlers.staff_api.call import InvalidParameterError, Route
from lambda_handlers.staff_api.quotas import option_label
from registration_core.domain.attendance import check_in_of
from registration_core.domain.filters import the_form
from registration_core.domain.identifiers import display_reference
from registration_core.domain.records import iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lambda_handlers.staff_api.call import Call
    from registration_core.domain.attendance import AttendanceList
    from registration_core.domain.submission import Submission

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def show_attendance(call: Call) -> dict[str, Any]:
    """Answer with the list of a day, by default today, in the order of names."""
    name, option, day = (call.parameter(parameter) for parameter in ("form", "option", "day"))
    if name is None:
        raise InvalidParameterError("Name a form, such as form=registration.")
    form = the_form(call.services.forms, name)
    expected = call.services.attendance().list(name, option, None if day is None else read_day(day))
    content = {
        "form": name,
        "option": expected.option,
        "label": None if expected.option is None else option_label(call, form, expected.option),
        "day": expected.day.isoformat(),
        "now": iso(call.now),
        "days": [each.isoformat() for each in expected.days],
        "people": [_person(expected, each) for each in expected.people],
    }
    return json_response(200, content)


def read_day(text: str) -> date:
    """Return a day written as 2026-03-01. Raises InvalidParameterError."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidParameterError("A day is written as 2026-03-01.")


def _person(expected: AttendanceList, person: Submission) -> dict[str, object]:
    check_in = check_in_of(person, expected.day)
    return {
        "id": person.id,
        "reference": display_reference(person.reference),
        "name": expected.form.name_in(person.answers),
        "status": str(person.status),
        "version": person.version,
        "checked_in": None if check_in is None else {"at": iso(check_in.at), "by": check_in.by},
    }


ROUTES = (Route("GET", "attendance", show_attendance, ("form", "option", "day")),)
