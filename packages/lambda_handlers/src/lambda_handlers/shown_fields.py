"""Shown fields: what was typed into a form, as a page shows it again, with what is wrong."""

from __future__ import annotations

from registration_core.adapters.field_views import field_view
from registration_core.domain.date_parts import NOT_A_DATE, wrong_part
from registration_core.domain.fields import FieldType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from registration_core.adapters.field_views import FieldView
    from registration_core.domain.errors import FieldError
    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form

NOT_IN_HTML = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {*b"\t\n\r"})
"""Control characters. Browsers don't show them, and NUL breaks a page."""

UNTICKED = frozenset({"", "False", "false"})


def shown_field(
    form: Form,
    field: Field,
    answers: Mapping[str, object],
    error: FieldError | None,
    language: str,
    *,
    closed: Container[str] = (),
) -> FieldView:
    """Return a field as it was filled in, with its error. answers: as typed, or as stored. closed: see `form_page`."""
    if field != form.chosen_field:
        closed = ()
    values = typed_values(answers.get(field.name))
    if field.type is FieldType.CONSENT:
        values = tuple(value for value in values[-1:] if value not in UNTICKED)
    if error is None:
        return field_view(form, field, language, values=values, closed=closed)
    part = wrong_part("".join(values[-1:])) if error.code == NOT_A_DATE else ""
    return field_view(form, field, language, values=values, error=error.message, wrong_part=part, closed=closed)


def summary_line(field: FieldView | None, error: FieldError) -> dict[str, str]:
    """Return a summary line: its link and message. Consents and missing answers name the field in the message."""
    if field is None:
        return {"target": "main", "message": error.message}
    if field.control == "consent" or error.code == "required":
        return {"target": field.id, "message": f"{field.of}: {error.message}" if field.of else error.message}
    return {"target": field.id, "message": f"{field.summary_label} {error.message}"}


def typed(answers: Mapping[str, object], name: str) -> str:
    """Return a field's text as it was typed: the last one if the field is repeated, empty if it is missing."""
    return "".join(typed_values(answers.get(name))[-1:])


def typed_values(answer: object) -> tuple[str, ...]:
    """Return an answer as the texts that were typed or chosen, without control characters."""
    if answer is None:
        return ()
    texts = map(str, answer) if isinstance(answer, list) else (str(answer),)
    return tuple(text.translate(NOT_IN_HTML) for text in texts)
