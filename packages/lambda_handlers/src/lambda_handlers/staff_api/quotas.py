"""Quotas: the seats of each counted option."""

from __future__ import annotations

from lambda_handlers.http_response import json_response
from lambda_handlers.staff_api.bodies import read_body
from lambda_handlers.staff_api.call import WHOLE, Route
from lambda_handlers.staff_api.concurrent_changes import capacity_changed
from lambda_handlers.staff_api.entries import listed
from registration_core.domain.errors import QuotaChangedError
from registration_core.domain.filters import the_form
from registration_core.domain.whole_records import whole_quota

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lambda_handlers.staff_api.call import Call
    from registration_core.domain.forms import Form
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Submission


def list_quotas(call: Call) -> dict[str, Any]:
    """Answer with the seats of one form, or of all."""
    name = call.parameter("form")
    forms = call.services.forms
    chosen = list(forms.values()) if name is None else [the_form(forms, name)]
    query = call.services.query()
    quotas = [quota_record(call, form, state) | _next(call, state) for form in chosen for state in query.quotas(form)]
    return json_response(200, {"quotas": quotas})


def quota_record(call: Call, form: Form, state: QuotaState) -> dict[str, object]:
    """Return an option's seats: how many there are, are taken, and how many are waiting."""
    return {
        "form": state.form,
        "option": state.option,
        "label": option_label(call, form, state.option),
        "capacity": state.capacity,
        "taken": state.taken,
        "waiting": state.waiting,
        **(whole_quota(state) if call.whole else {}),
    }


def _next(call: Call, state: QuotaState) -> dict[str, object]:
    """Return the ID of the submission that would get the next free seat; None if that isn't sure yet."""
    if not call.whole:
        return {}
    in_line = call.services.manage().next_in_line(state.form, state.option, seats=1) if state.waiting else ()
    return {"next": in_line[0].id if in_line else None}


def option_label(call: Call, form: Form, value: str) -> str:
    """Return an option's label; its value if the form no longer has it."""
    field = form.chosen_field
    option = field.option(value) if field is not None else None
    return value if option is None else option.label.in_language(call.language_of(form))


def set_capacity(call: Call) -> dict[str, Any]:
    """Set an option's capacity, and answer with its seats and who got one by it."""
    sent = read_body(call.request, {"capacity": int}, {"instead_of": int})
    form = the_form(call.services.forms, call.names["form"])
    promoted: list[Submission] = []
    try:
        state = call.services.manage().set_capacity(
            form.name,
            call.names["option"],
            sent["capacity"],
            by=call.by,
            instead_of=sent.get("instead_of"),
            promoted=promoted.append,
        )
    except QuotaChangedError as error:
        raise capacity_changed(error) from error
    query = call.services.query()
    names = [listed(call, one, rank=query.rank(one)) for one in promoted]
    return json_response(200, {**quota_record(call, form, state), "promoted": names})


ROUTES = (
    Route("GET", "quotas", list_quotas, ("form", WHOLE)),
    Route("PUT", "quotas/{form}/{option}", set_capacity, (WHOLE,)),
)
