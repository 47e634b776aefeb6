"""Validation: checks all answers of a form, and reports every wrong field at once."""

from __future__ import annotations

from datetime import UTC, datetime

from registration_core.domain.ages import refused_ages
from registration_core.domain.errors import FieldError, InvalidAnswersError
from registration_core.domain.fields import FieldType, Text
from registration_core.domain.messages import message, refused
from registration_core.domain.values import ValueRefusedError, read_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping
    from datetime import date
    from typing import TypeAlias

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form
    from registration_core.domain.values import Answer

    Say: TypeAlias = Callable[[Field | None, ValueRefusedError, object], str]
    """Words a refusal: of a field, None for an unknown one, and what was sent."""
    EnsureOpen: TypeAlias = Callable[[Field, Answer], None]
    """Raises ValueRefusedError for an answer whose option is closed."""

UNKNOWN_FIELDS_NAMED = 20
_NAME_LENGTH = 40


def validate(
    form: Form,
    raw: Mapping[str, object],
    language: str,
    *,
    today: date,
    ensure_open: EnsureOpen | None = None,
) -> dict[str, Answer]:
    """Return the stored form of the answers, in the form's order, without empty ones.

    What isn't asked with these answers (`Field.show_when`) is left out, because a page without
    JavaScript shows every question. So is a hidden answer that breaks its rules, because the
    visitor can't correct it. raw: JSON values by field name. language: of the error
    messages. today: the day that a field's limits count from. ensure_open: None if no option can be
    closed. Raises InvalidAnswersError with every wrong field, in the form's order, and then the first
    20 unknown fields.
    """

    def read(field: Field, value: object) -> object:
        if field.type is not FieldType.HIDDEN:
            return value
        try:
            return read_value(field, value, today=today)
        except ValueRefusedError:
            return None

    say = worded_for_visitors(form, language)
    return collect(form, raw, today=today, read=read, say=say, ensure_open=ensure_open)


def worded_for_visitors(form: Form, language: str) -> Say:
    """Return what words a refusal for visitors in this language."""

    def say(field: Field | None, refusal: ValueRefusedError, _raw: object) -> str:
        if field is None:
            return message(refusal.wording, language, form.words)
        values = {
            name: value.in_language(language) if isinstance(value, Text) else value
            for name, value in refusal.values.items()
        }
        return refused(field, refusal.wording, language, form.words, **values)

    return say


def collect(
    form: Form,
    raw: Mapping[str, object],
    *,
    today: date,
    read: Callable[[Field, object], object],
    say: Say,
    ensure_open: EnsureOpen | None = None,
) -> dict[str, Answer]:
    """Return the answers as they are kept, see `validate`.

    read: turns a value into a raw answer; may raise ValueRefusedError. say: words a refusal; its
    field is None for an unknown one.
    """
    answers: dict[str, Answer] = {}
    errors: list[FieldError] = []
    wrong: set[str] = set()  # nobody knows yet what these decide
    for field in form.fields:
        raw_value = raw.get(field.name)
        if not form.asks(field, answers) or (field.show_when is not None and field.show_when.field in wrong):
            continue
        try:
            value = _answer(field, read(field, raw_value), today)
            if (refusal := refused_option(form, field, value, answers, undecided=wrong)) is not None:
                raise refusal
            if ensure_open is not None and value is not None:
                ensure_open(field, value)
        except ValueRefusedError as error:
            errors.append(FieldError(field.name, error.code, say(field, error, raw_value)))
            wrong.add(field.name)
        else:
            if value is not None:
                answers[field.name] = value
    wrong_ages = {
        field.name: FieldError(field.name, refusal.code, say(field, refusal, raw.get(field.name)))
        for field, refusal in refused_ages(form, answers)
    }
    if wrong_ages:
        by_field = wrong_ages | {each.field: each for each in errors}
        errors = [by_field[field.name] for field in form.fields if field.name in by_field]
    known = {field.name for field in form.fields}
    unknown = [name for name in raw if name not in known]
    errors.extend(
        FieldError(_shown(name), "unknown_field", say(None, ValueRefusedError("unknown_field"), name))
        for name in unknown[:UNKNOWN_FIELDS_NAMED]
    )
    if errors:
        raise InvalidAnswersError(errors)
    return answers


def example_submission(form: Form, *, today: date | None = None) -> dict[str, object]:
    """Return valid raw answers: each field's `example`, otherwise a made-up one.

    today: the day that relative dates count from; None for the organisation's current date.
    """
    from registration_core.domain.examples import examples_of, fit_ages  # noqa: PLC0415 - no visitor waits for it

    day = today if today is not None else form.today(datetime.now(UTC))
    return fit_ages(form, examples_of(form, day))


def refused_option(
    form: Form,
    field: Field,
    answer: Answer | None,
    answers: Mapping[str, Answer],
    *,
    undecided: Container[str] = (),
) -> ValueRefusedError | None:
    """Return why the answer can't have one of its options with these answers; None if it can have all.

    undecided: the fields whose answers are wrong, so that options which depend on them pass.
    """
    chosen = answer if isinstance(answer, list) else [answer]
    for option in field.options:
        if option.show_when is None or option.show_when.field in undecided:
            continue
        if option.value in chosen and not form.offers(option, answers):
            question = form.question_of(option.show_when)
            return ValueRefusedError("not_offered", option=option.label, question=question)
    return None


def _answer(field: Field, raw: object, today: date) -> Answer | None:
    answer = read_value(field, raw, today=today)
    if answer is None and field.answer_required:
        raise missing(field)
    return answer


def missing(field: Field) -> ValueRefusedError:
    """Return why a required field can't be without an answer."""
    if field.type is FieldType.CONSENT:
        return ValueRefusedError("required_consent")
    return ValueRefusedError("required_choice" if field.options else "required")


def _shown(name: object) -> str:
    """Return a client's field name as printable text, shortened."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(name)[:_NAME_LENGTH])
