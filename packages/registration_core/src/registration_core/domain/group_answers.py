"""Group answers: those of several participants, checked, each with what is asked once for all."""

from __future__ import annotations

from dataclasses import replace

from registration_core.domain.errors import FieldError, InvalidAnswersError
from registration_core.domain.groups import GROUP, members_in, numbered
from registration_core.domain.messages import message
from registration_core.domain.names import plain
from registration_core.domain.validation import validate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from registration_core.domain.forms import Form
    from registration_core.domain.validation import EnsureOpen
    from registration_core.domain.values import Answer


def validate_members(
    form: Form, sent: Mapping[str, object], language: str, *, today: date, ensure_open: EnsureOpen | None = None
) -> tuple[dict[str, Answer], ...]:
    """Return each participant's answers, with those that are for all, as they are stored; see `validation.validate`.

    form: one with a group. Raises InvalidAnswersError with every wrong field, in the page's order and
    under its name there: `week-2`.
    """
    group = form.group
    assert group is not None  # noqa: S101 - see the docstring
    once, members = members_in(form, sent)
    own_objects = all(isinstance(own, dict) for own in members.values())
    if not 1 <= len(members) <= group.most or not own_objects or once.keys() & set(group.fields):
        raise InvalidAnswersError([_error(form, GROUP, "not_participants", language, limit=group.most)])
    checked: dict[int, dict[str, Answer]] = {}
    errors: dict[str, FieldError] = {}
    for number, own in members.items():
        assert isinstance(own, dict)  # noqa: S101 - checked above
        theirs = {name if name in group.fields else f"{name}-{number}": value for name, value in own.items()}
        try:
            checked[number] = validate(form, once | theirs, language, today=today, ensure_open=ensure_open)
        except InvalidAnswersError as error:
            for each in error.errors:
                name = numbered(each.field, number) if each.field in group.fields else each.field
                errors.setdefault(name, replace(each, field=name))
    errors |= _repeated(form, checked, language)
    if errors:
        raise InvalidAnswersError(sorted(errors.values(), key=lambda error: _place_on_page(form, error)))
    return tuple(checked.values())


def _repeated(form: Form, members: Mapping[int, Mapping[str, Answer]], language: str) -> dict[str, FieldError]:
    """Return an error for each participant who is in the group before, for the option that a person takes only once."""
    errors: dict[str, FieldError] = {}
    people: set[tuple[str, str]] = set()
    for number, answers in members.items() if form.once is not None else ():
        person = str(answers.get(str(form.once), "")), plain(form.name_in(answers))
        if person in people:
            name = numbered(form.name_field or str(form.once), number)
            errors[name] = _error(form, name, "repeated_participant", language)
        people.add(person)
    return errors


def _error(form: Form, field: str, code: str, language: str, **values: object) -> FieldError:
    return FieldError(field, code, message(code, language, form.words, **values))


def _place_on_page(form: Form, error: FieldError) -> tuple[int, int, int]:
    """Return what sorts errors as the page does: the participants one after the other, and unknown fields last."""
    assert form.group is not None  # noqa: S101 - only for a group
    names = [field.name for field in form.fields]
    field, _, number = error.field.partition("-")
    if error.code == "unknown_field":
        return len(names), 0, 0
    if field in form.group.fields:
        return names.index(form.group.fields[0]), int(number or 1), names.index(field)
    return names.index(field), 0, 0
