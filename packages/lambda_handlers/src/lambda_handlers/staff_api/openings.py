"""Openings: whether a form and each of its options is open, who decided it, and a change of it."""

from __future__ import annotations

from lambda_handlers.http_response import json_response
from lambda_handlers.staff_api.bodies import read_body
from lambda_handlers.staff_api.call import WHOLE, Route
from registration_core.domain.filters import the_form
from registration_core.domain.opening_records import opening_record, override_record
from registration_core.domain.openings import WHOLE_FORM
from registration_core.domain.times import read_period

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lambda_handlers.staff_api.call import Call
    from registration_core.domain.forms import Form


def list_openings(call: Call) -> dict[str, Any]:
    """Answer with what is open now, and who opened and closed what."""
    form = _form(call)
    service = call.services.openings()
    openings = [opening_record(option, opening) for option, opening in service.openings(form).items()]
    history = [override_record(option, override) for option, override in service.history(form)]
    return json_response(200, {"openings": openings, "history": history})


def override_opening(call: Call) -> dict[str, Any]:
    """Open or close an option, or the whole form, and answer with how it is now."""
    sent = read_body(call.request, {"open": bool}, {"option": str, "until": str})
    form = _form(call)
    zone = form.time_zone
    _, until = read_period(None, sent.get("until"), forms=lambda: None, now=call.now, zone=zone, names=("", '"until"'))
    option = sent.get("option", WHOLE_FORM)
    opening = call.services.openings().override(form, option, opens=sent["open"], until=until, by=call.by)
    return json_response(200, opening_record(option, opening))


def _form(call: Call) -> Form:
    return the_form(call.services.forms, call.names["form"])


ROUTES = (
    Route("GET", "forms/{form}/openings", list_openings),
    Route("POST", "forms/{form}/openings", override_opening, (WHOLE,)),
)
