"""Staff's answers: checked by the form's rules, with error messages for staff."""

from __future__ import annotations

from registration_core.domain.ages import refused_ages
from registration_core.domain.cells import raw_answer
from registration_core.domain.errors import FieldError, InvalidAnswersError
from registration_core.domain.fields import FieldType
from registration_core.domain.validation import collect, missing, refused_option
from registration_core.domain.values import ValueRefusedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from datetime import date

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form
    from registration_core.domain.validation import Say
    from registration_core.domain.values import Answer

SENTENCES: Mapping[str, str] = {
    "required": "This is empty, and the form requires it.",
    "required_choice": "This is empty, and the form requires it. Use one of: {options}.",
    "required_consent": "The form requires this consent, so it must be yes, not {given}.",
    "wrong_type": "{given} is not an answer to this. Write yes or no.",
    "wrong_kind": "{given} is not an answer to this. Write a text.",
    "control_character": "{given} has characters that can't be shown.",
    "line_break": "{given} must be on one line.",
    "too_short": "{given} has {length} characters; the form asks for at least {limit}.",
    "too_long": "{given} has {length} characters; the form accepts at most {limit}.",
    "not_an_email": "{given} is not an e-mail address, such as name@example.org.",
    "email_not_ascii": "{given} has letters before the @ that we can't send mail to.",
    "not_a_phone": "{given} is not a telephone number, such as {example}.",
    "not_a_date": "{given} is not a date as year-month-day, such as 2015-04-30.",
    "too_early": "{given} is before {limit}, the first date that the form accepts.",
    "too_late": "{given} is after {limit}, the last date that the form accepts.",
    "too_young": "{option} is for people aged {limit} or over on {day}.",
    "too_old": "{option} is for people aged {limit} or under on {day}.",
    "not_a_number": "{given} is not a number in digits, such as {example}.",
    "too_many_decimals": "{given} has more than {limit} digits after the point.",
    "not_whole": "{given} is not a whole number.",
    "too_small": "{given} is less than {limit}.",
    "too_large": "{given} is more than {limit}.",
    "unknown_option": "{given} is not an option. Use one of: {options}.",
    "ambiguous_option": "{given} could be {named}. Write one of these.",
    "repeated_option": "{given} names the same option twice.",
    "not_offered": "{option} is not offered with this answer to “{question}”.",
    "not_asked": "The form doesn't ask this with that answer to “{question}”. Leave it empty.",
    "too_few": "{given} has fewer than {limit} options.",
    "too_many": "{given} has more than {limit} options.",
    "file_elsewhere": "Files can't be written here. Registrants send them through the link in their mails.",
    "unknown_field": "The form has no such field.",
}
"""By wording or code."""

_MOST_SHOWN = 60


def validate_cells(form: Form, cells: Mapping[str, Answer], *, today: date) -> dict[str, Answer]:
    """Return the stored form of answers that staff wrote, as `validate` does.

    cells: texts, see `raw_answer`; a program may also give a consent, a number or a list of options.
    Raises InvalidAnswersError with a sentence for staff about every wrong field, which quotes its
    text. An answer to a question that isn't asked with the others is wrong too.
    """

    def read(field: Field, cell: object) -> object:
        return raw_answer(field, cell, form.words) if isinstance(cell, str) else cell

    answers = collect(form, cells, today=today, read=read, say=_sentence)
    unasked = [
        _error(field, _not_asked(form, field), cells.get(field.name))
        for field in form.fields
        if not form.asks(field, answers) and _says_something(form, field, cells.get(field.name, ""))
    ]
    if unasked:
        raise InvalidAnswersError(unasked)
    return answers


def _says_something(form: Form, field: Field, cell: Answer) -> bool:
    if not isinstance(cell, str):
        return cell is not False and cell != []
    try:
        return bool(cell.strip() and raw_answer(field, cell, form.words))
    except ValueRefusedError:
        return True


def ensure_conditions(
    form: Form, answers: Mapping[str, Answer], changed: Container[str], *, say: Say | None = None
) -> None:
    """Raise InvalidAnswersError if changed answers and what they decide don't fit together.

    answers: all, as they would be stored. changed: the names of the changed ones. say: None words
    it for staff.
    """
    wrong = []
    for field in form.fields:
        if field.name in changed or any(condition.field in changed for condition in field.conditions):
            refusal = _misfit(form, field, answers)
            if refusal is not None:
                wrong.append(_error(field, refusal, answers.get(field.name), say))
    if wrong:
        raise InvalidAnswersError(wrong)


def _misfit(form: Form, field: Field, answers: Mapping[str, Answer]) -> ValueRefusedError | None:
    answer = answers.get(field.name)
    if not form.asks(field, answers):
        return _not_asked(form, field) if answer is not None else None
    if answer is None and field.answer_required and field.show_when is not None:
        return missing(field)
    return refused_option(form, field, answer, answers)


def _not_asked(form: Form, field: Field) -> ValueRefusedError:
    return ValueRefusedError("not_asked", question=form.question_of(field.show_when))


def ensure_ages(form: Form, answers: Mapping[str, Answer], *, say: Say | None = None) -> None:
    """Raise InvalidAnswersError if an option is for another age. say: None words it for staff."""
    wrong = [_error(field, refusal, answers.get(field.name), say) for field, refusal in refused_ages(form, answers)]
    if wrong:
        raise InvalidAnswersError(wrong)


def _error(field: Field, refusal: ValueRefusedError, given: object, say: Say | None = None) -> FieldError:
    return FieldError(field.name, refusal.code, (say or _sentence)(field, refusal, given))


def _sentence(field: Field | None, refusal: ValueRefusedError, given: object) -> str:
    options = "; ".join(str(option.label) for option in field.options) if field else ""
    wording = refusal.wording
    if wording == "wrong_type" and field is not None and field.type is not FieldType.CONSENT:
        wording = "wrong_kind"
    sentence = SENTENCES.get(wording) or SENTENCES[refusal.code]
    return sentence.format(given=_quoted(given), options=options, **refusal.values)


def _quoted(value: object) -> str:
    """Return the text in quotes and shortened, or words for an empty cell."""
    text = " ".join(str(value or "").split())
    if not text:
        return "an empty cell"
    return f'"{text[:_MOST_SHOWN]}…"' if len(text) > _MOST_SHOWN else f'"{text}"'
