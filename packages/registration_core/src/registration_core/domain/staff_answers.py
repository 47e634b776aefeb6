"""Staff's answers: checked by the form's rules, with error messages for staff."""

from __future__ import annotations

from registration_core.domain.ages import refused_ages
from registration_core.domain.cells import raw_answer
from registration_core.domain.errors import FieldError, InvalidAnswersError
from registration_core.domain.validation import collect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form
    from registration_core.domain.values import Answer, ValueRefusedError

SENTENCES: Mapping[str, str] = {
    "required": "This is empty, and the form requires it.",
    "required_choice": "This is empty, and the form requires it. Use one of: {options}.",
    "required_consent": "The form requires this consent, so it must be yes, not {given}.",
    "wrong_type": "{given} is not an answer to this. Write yes or no.",
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
    "too_few": "{given} has fewer than {limit} options.",
    "too_many": "{given} has more than {limit} options.",
    "unknown_field": "The form has no such field.",
}
"""By wording or code."""

_MOST_SHOWN = 60


def validate_cells(form: Form, texts: Mapping[str, str], *, today: date) -> dict[str, Answer]:
    """Return the stored form of answers that staff wrote, as `validate` does; see `raw_answer` for the texts.

    Raises InvalidAnswersError with a sentence for staff about every wrong field, which quotes its
    text.
    """

    def read(field: Field, text: object) -> object:
        return None if text is None else raw_answer(field, str(text), form.words)

    return collect(form, texts, today=today, read=read, say=_sentence)


def ensure_ages(form: Form, answers: Mapping[str, Answer]) -> None:
    """Raise InvalidAnswersError, worded for staff, if an option is for another age."""
    wrong = [
        FieldError(field.name, refusal.code, _sentence(field, refusal, answers.get(field.name)))
        for field, refusal in refused_ages(form, answers)
    ]
    if wrong:
        raise InvalidAnswersError(wrong)


def _sentence(field: Field | None, refusal: ValueRefusedError, given: object) -> str:
    options = "; ".join(str(option.label) for option in field.options) if field else ""
    sentence = SENTENCES.get(refusal.wording) or SENTENCES[refusal.code]
    return sentence.format(given=_quoted(given), options=options, **refusal.values)


def _quoted(value: object) -> str:
    """Return the text in quotes and shortened, or words for an empty cell."""
    text = " ".join(str(value or "").split())
    if not text:
        return "an empty cell"
    return f'"{text[:_MOST_SHOWN]}…"' if len(text) > _MOST_SHOWN else f'"{text}"'
