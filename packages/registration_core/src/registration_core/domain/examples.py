"""Examples: an answer for every type of field, to try a form with."""

from __future__ import annotations

from dataclasses import replace

from registration_core.domain.ages import refused_ages
from registration_core.domain.fields import FieldType, resolve_date

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from typing import Any

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form


def examples_of(form: Form, today: date) -> dict[str, Any]:
    """Return a raw answer to each field that is asked with those before it, from the options that are offered."""
    answers: dict[str, Any] = {}
    for field in form.fields:
        if field.type is not FieldType.FILE and form.asks(field, answers):
            offered = tuple(option for option in field.options if form.offers(option, answers))
            values = [option.value for option in offered]
            example = field.example if not field.options or _all_among(field.example, values) else None
            answers[field.name] = example_of(replace(field, options=offered, example=example), today)
    return answers


def _all_among(example: object, values: Sequence[str]) -> bool:
    return all(value in values for value in (example if isinstance(example, tuple) else (example,)))


def example_of(field: Field, today: date) -> object:
    """Return a raw answer that the field accepts: its own example, otherwise a made-up one."""
    if field.example is not None:
        if field.type is FieldType.DATE:
            return _within(field, resolve_date(str(field.example), today), today).isoformat()
        return list(field.example) if isinstance(field.example, tuple) else field.example
    if field.options:
        values = [option.value for option in field.options]
        return values[0] if field.type is FieldType.CHOICE else values[: field.min_choices or 1]
    made_up: dict[FieldType, Callable[[], object]] = {
        FieldType.TEXT: lambda: _words(field),
        FieldType.HIDDEN: lambda: _words(field),
        FieldType.TEXTAREA: lambda: _words(field),
        FieldType.DATE: lambda: _within(field, today, today).isoformat(),
        FieldType.NUMBER: lambda: _number(field),
        FieldType.EMAIL: lambda: "robin@example.org",
        FieldType.PHONE: lambda: "+46701234567",
        FieldType.CONSENT: lambda: True,
    }
    return made_up[field.type]()


def fit_ages(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return raw answers whose dates of birth suit the chosen options: the youngest age that each allows."""
    fitting = dict(answers)
    for field, _ in refused_ages(form, fitting):
        option = field.option(str(fitting[field.name]))
        if option is not None and option.starts_at is not None:
            age = option.min_age if option.min_age is not None else option.max_age
            fitting[str(field.age_from)] = resolve_date(f"today-{age}y", option.starts_at.date()).isoformat()
    return fitting


def _words(field: Field) -> str:
    words = "Example"
    while field.min_length is not None and len(words) < field.min_length:
        words += "-example"
    return words[: field.max_length]


def _number(field: Field) -> int | float:
    low = float(field.minimum) if field.minimum is not None else None
    high = float(field.maximum) if field.maximum is not None else None
    number = low if low is not None else 1.0 if high is None else min(1.0, high)
    return int(number) if number.is_integer() else number


def _within(field: Field, day: date, today: date) -> date:
    """Return the day within the field's limits. `today` may have moved on since the example was written."""
    earliest, latest = field.earliest(today), field.latest(today)
    return min(max(day, earliest), latest)
