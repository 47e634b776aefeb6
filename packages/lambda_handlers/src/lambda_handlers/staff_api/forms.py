"""Forms: those in force with their fields and options, and all versions of one."""

from __future__ import annotations

from dataclasses import replace

from lambda_handlers.http_response import json_response
from lambda_handlers.staff_api.call import Route
from registration_core.domain.filters import the_form
from registration_core.domain.records import iso
from registration_core.services.describe import field_description

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from lambda_handlers.staff_api.call import Call
    from registration_core.domain.forms import Form


def list_forms(call: Call) -> dict[str, Any]:
    """Answer with the forms, retired ones too. `definition` is the compiled form without its webhooks."""
    return json_response(200, {"forms": [_described(call, form) for form in call.services.forms.values()]})


def list_versions(call: Call) -> dict[str, Any]:
    """Answer with every stored version of a form, compiled, without its webhooks."""
    form = the_form(call.services.forms, call.names["form"])
    return json_response(200, {"versions": [_definition(version) for version in call.services.versions_of(form.name)]})


def _described(call: Call, form: Form) -> dict[str, object]:
    language, today = call.language_of(form), form.today(call.now)
    fields = [field_description(field, today) for field in form.fields]
    return {
        "name": form.name,
        "title": form.title.in_language(language),
        "version": form.version,
        "retired": form.retired,
        "time_zone": form.time_zone.name if form.time_zone is not None else None,
        "languages": list(form.languages),
        "options": _options(call, form, language),
        "fields": [_in_language(field, language, form.languages) for field in fields],
        "definition": _definition(form),
    }


def _definition(form: Form) -> dict[str, Any]:
    """Return a form for programs. Whoever knows the address of a chat can post there, so no webhook is shown."""
    return replace(form, webhooks=()).to_dict()


def _options(call: Call, form: Form, language: str) -> list[dict[str, object]]:
    """Return the options that a submission is about, with their capacity now; None if it isn't counted."""
    if form.chosen_field is None:
        return []
    capacities = {state.option: state.capacity for state in call.services.query().quotas(form)}
    return [
        {
            "value": option.value,
            "label": option.label.in_language(language),
            "starts_at": iso(option.starts_at) if option.starts_at is not None else None,
            "ends_at": iso(option.ends_at) if option.ends_at is not None else None,
            "capacity": capacities.get(option.value),
        }
        for option in form.chosen_field.options
    ]


def _in_language(value: Any, language: str, languages: Sequence[str]) -> Any:  # noqa: ANN401 - any JSON
    """Return a description with each text in one language instead of all."""
    if isinstance(value, list):
        return [_in_language(part, language, languages) for part in value]
    if not isinstance(value, dict):
        return value
    if value and value.keys() <= set(languages):
        return value.get(language) or value.get(languages[0])
    return {name: _in_language(part, language, languages) for name, part in value.items()}


ROUTES = (Route("GET", "forms", list_forms), Route("GET", "forms/{form}/versions", list_versions))
