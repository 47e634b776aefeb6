"""What a submission's answers look like to a person: under the form's own words, in the form's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registration_core.domain.fields import FieldType
from registration_core.domain.phones import shown_phone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin_cli.terminal.values import Value
    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form


def answered(form: Form | None, answers: Mapping[str, object]) -> list[tuple[str, Value]]:
    """Return each answer with its field's label, or its name if the form has no such field."""
    fields = {field.name: field for field in form.fields} if form is not None else {}
    order = [name for name in fields if name in answers] + [name for name in answers if name not in fields]
    return [(_label(fields.get(name), name), _value(fields.get(name), answers[name])) for name in order]


def as_read(field: Field | None, answer: Value) -> Value:
    """Return an answer as a person reads it: a phone number as people there write it, anything else as stored."""
    if field is not None and field.type is FieldType.PHONE and isinstance(answer, str):
        return shown_phone(answer, field.region)
    return answer


def _label(field: Field | None, name: str) -> str:
    return name if field is None else f"{field.label} ({name})"


def _value(field: Field | None, answer: object) -> Value:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, list | tuple):
        return [_chosen(field, str(part)) for part in answer]
    return _chosen(field, str(as_read(field, str(answer))))


def _chosen(field: Field | None, value: str) -> str:
    """Say what an option is called, beside what it is stored as."""
    option = field.option(value) if field is not None else None
    return value if option is None else f"{option.label} ({value})"
