"""Ages: options for certain ages, counted on the day that the option starts."""

from __future__ import annotations

from datetime import date

from registration_core.domain.values import ValueRefusedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registration_core.domain.fields import Field, Option
    from registration_core.domain.forms import Form
    from registration_core.domain.values import Answer


def refused_ages(form: Form, answers: Mapping[str, Answer]) -> Iterator[tuple[Field, ValueRefusedError]]:
    """Yield each choice field whose option is for another age, with the reason.

    answers: as stored. A missing answer, or one from an older version of the form, is no reason.
    """
    for field in form.fields:
        if field.age_from is None:
            continue
        option = field.option(str(answers.get(field.name)))
        born = _date(answers.get(field.age_from))
        if option is None or option.starts_at is None or born is None:
            continue
        refusal = _refusal(option, born, option.starts_at.date())
        if refusal is not None:
            yield field, refusal


def age_in(form: Form, answers: Mapping[str, Answer], *, today: date) -> int | None:
    """Return the person's age when the chosen option starts, otherwise today.

    None if the form has no date of birth for its options (`Field.age_from`), or it was not
    answered.
    """
    for field in form.fields:
        born = _date(answers.get(field.age_from)) if field.age_from is not None else None
        if born is not None:
            option = field.option(str(answers.get(field.name)))
            starts_at = option.starts_at if option is not None else None
            return age_on(starts_at.date() if starts_at is not None else today, born)
    return None


def age_on(day: date, born: date) -> int:
    """Return a person's age on a day. Someone born on 29 February has their birthday on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _refusal(option: Option, born: date, day: date) -> ValueRefusedError | None:
    age = age_on(day, born)
    if option.min_age is not None and age < option.min_age:
        return ValueRefusedError("too_young", option=option.label, limit=option.min_age, day=day)
    if option.max_age is not None and age > option.max_age:
        return ValueRefusedError("too_old", option=option.label, limit=option.max_age, day=day)
    return None


def _date(answer: Answer | None) -> date | None:
    try:
        return date.fromisoformat(str(answer))
    except ValueError:
        return None
