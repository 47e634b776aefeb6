"""Mail values: the submission and its form as people read them, for templates. docs/editor.md lists them."""

from __future__ import annotations

from datetime import date

from registration_core.domain.dates import date_and_time, long_date, span
from registration_core.domain.fields import FieldType
from registration_core.domain.identifiers import display_reference
from registration_core.domain.messages import words_in
from registration_core.domain.phones import shown_phone
from registration_core.domain.time_zones import local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.domain.fields import Field, Option
    from registration_core.domain.forms import Form
    from registration_core.domain.mail import MailFacts
    from registration_core.domain.messages import Words
    from registration_core.domain.submission import Submission
    from registration_core.domain.values import Answer

ANSWERS: Mapping[str, Mapping[str, str]] = {
    "en": {"yes": "Yes", "no_file": "Not sent yet"},
    "sv": {"yes": "Ja", "no_file": "Inte skickat än"},
}
"""How a consent is shown, and a required file that hasn't arrived."""


def mail_values(
    form: Form,
    submission: Submission,
    facts: MailFacts,
    *,
    site_url: str,
    form_path: str,
    language: str,
    proven: bool,
    qr_codes: Mapping[str, str] | None = None,
    calendar_file: str = "",
) -> dict[str, object]:
    """Return the values for a mail in one language.

    form_path: the form's page, below site_url. proven: whether the mail may contain free text.
    qr_codes: the addresses of the references' images, by the submissions' IDs. calendar_file: the
    name of the calendar file that the mail may bring; empty for none. Mails to staff have no
    `my_url`, mails about the contract no `unsubscribe_url`, and mails without staff's values no
    `set`; using them is an error.
    """
    codes = qr_codes or {}
    entries = [_entry(form, each, language, codes.get(each.id, "")) for each in facts.group or (submission,)]
    options = [_shown_option(form, each, language) for each in facts.group or (submission,)]
    answers = shown_answers(form, submission, language)
    about = form.chosen_field.name if chosen_option(form, submission) is not None and form.chosen_field else None
    other_answers = [each for each in answers if each["name"] not in (form.name_field, about)]
    values: dict[str, object] = {
        "answer": dict(submission.answers),
        "answers": answers,
        "answers_for_all": [each for each in other_answers if each["name"] not in _asked_of_each(form)],
        "calendar_file": calendar_file,
        "changes": _changes(form, answers, facts.edited, language, proven=proven),
        "email": submission.email,
        "entries": entries,
        "form": {
            "name": form.name,
            "title": form.title.in_language(language),
            "url": f"{site_url}{form_path}",
        },
        "id": submission.id,
        "language": language,
        "lapsed": submission.lapsed,
        "more_spam": facts.more_spam,
        "name": form.name_in(submission.answers),
        "option": _shown_option(form, submission, language),
        "option_for_all": options[0] if all(each == options[0] for each in options) else dict.fromkeys(options[0], ""),
        "other_answers": other_answers,
        "position": submission.position,
        "proven": proven,
        "qr_code": codes.get(submission.id, ""),
        "reference": display_reference(submission.reference),
        "reply_to": next(iter(form.staff), ""),
        "site_url": site_url,
        "spam": [_suspected(form, each) for each in facts.spam],
        "status": submission.status.value,
        "statuses": sorted({str(each["status"]) for each in entries}),
        "submitted_at": local(submission.submitted_at, form.time_zone),
        "verify_by": _verify_by(form, submission, language),
        "visitor_language": submission.language,
    }
    if facts.my_url is not None:
        values["my_url"] = facts.my_url
    if facts.unsubscribe_url is not None:
        values["unsubscribe_url"] = facts.unsubscribe_url
    if facts.values is not None:
        values["set"] = dict(facts.values)
    return values


def _asked_of_each(form: Form) -> tuple[str, ...]:
    return form.group.fields if form.group is not None else ()


def _entry(form: Form, submission: Submission, language: str, qr_code: str) -> dict[str, object]:
    """Return the values for one of the submissions that a mail is about."""
    chosen = form.chosen_field.name if form.chosen_field is not None else None
    told = (form.name_field, chosen)
    own = [each for each in shown_answers(form, submission, language) if each["name"] in _asked_of_each(form)]
    return {
        "id": submission.id,
        "reference": display_reference(submission.reference),
        "name": form.name_in(submission.answers),
        "status": submission.status.value,
        "position": submission.position,
        "option": _shown_option(form, submission, language),
        "answers": [each for each in own if each["name"] not in told],
        "qr_code": qr_code,
    }


def _changes(
    form: Form, answers: list[dict[str, str]], edited: Sequence[str], language: str, *, proven: bool
) -> list[dict[str, str]]:
    """Return the label and value of each answer that changed, a hyphen for one that is gone.

    Without `proven`, free text is left out: nobody can tell it from what is gone.
    """
    now = {answer["name"]: answer for answer in answers}
    labels = {field.name: field.label.in_language(language) for field in form.fields}
    names = [name for name in labels if name in edited] + sorted(set(edited) - labels.keys())
    return [
        now.get(name, {"name": name, "label": labels.get(name, name), "value": "-"})
        for name in names
        if proven or name in now
    ]


def _suspected(form: Form, submission: Submission) -> dict[str, object]:
    """Return a digest's values for one submission: nothing that the sender wrote except the participant's name."""
    sign, _, measure = (submission.spam_sign or "").partition(" ")
    return {
        "reference": display_reference(submission.reference),
        "name": form.name_in(submission.answers) if sign != "name" else "",
        "submitted_at": local(submission.submitted_at, form.time_zone),
        "sign": sign,
        "measure": measure,
    }


def _verify_by(form: Form, submission: Submission, language: str) -> str:
    at = submission.verify_by
    return "" if at is None else date_and_time(at, language, form.words, form.time_zone)


def chosen_option(form: Form, submission: Submission) -> tuple[Field, Option] | None:
    """Return the field and option that the submission is about: the quota's, otherwise `once`'s."""
    field = form.chosen_field
    if field is None:
        return None
    answered = str(submission.answers.get(field.name, submission.option or ""))  # an erased submission keeps its option
    option = field.option(answered)
    return (field, option) if option is not None else None


def _shown_option(form: Form, submission: Submission, language: str) -> dict[str, str]:
    """Return the option that the submission is about, in words; all values are empty if there is none."""
    chosen = chosen_option(form, submission)
    if chosen is None:
        return dict.fromkeys(("value", "question", "label", "hint", "when", "place"), "")
    field, option = chosen
    return {
        "value": option.value,
        "question": field.label.in_language(language),
        "label": option.label.in_language(language),
        "hint": option.hint.in_language(language) if option.hint is not None else "",
        "when": span(option.starts_at, option.ends_at, language, form.words) if option.starts_at is not None else "",
        "place": option.place.in_language(language) if option.place is not None else "",
    }


def shown_answers(form: Form, submission: Submission, language: str) -> list[dict[str, str]]:
    """Return each answer's label and value as people read them, in the form's order.

    Answers to fields that the form no longer has come last.
    """
    shown = [
        {"name": field.name, "label": field.label.in_language(language), "value": value}
        for field in form.fields
        if (value := _shown_answer(form, field, submission, language))
    ]
    no_more = [name for name, answer in submission.answers.items() if form.field(name) is None and answer != ""]
    return shown + [{"name": name, "label": name, "value": _plain(submission.answers[name])} for name in no_more]


def _shown_answer(form: Form, field: Field, submission: Submission, language: str) -> str:
    """Return one answer as people read it; empty if there is none."""
    if field.files is not None:
        return _shown_files(form, field, submission, language)
    answer = submission.answers.get(field.name, "")
    return shown_value(field, answer, language, form.words) if answer not in ("", []) else ""


def _shown_files(form: Form, field: Field, submission: Submission, language: str) -> str:
    from registration_core.domain.files import counting, missing_files  # noqa: PLC0415 - only forms that ask for files

    if field in missing_files(form, submission):
        return words_in(ANSWERS, language, form.words, "answers")["no_file"]
    return ", ".join(file.name for file in counting(submission, field.name))


def shown_value(field: Field, answer: Answer, language: str, form_words: Words | None = None) -> str:
    """Return one answer as people read it, with the labels of options. form_words: the form's own."""
    if field.type is FieldType.CONSENT:
        return words_in(ANSWERS, language, form_words, "answers")["yes"]
    if field.options:
        chosen = answer if isinstance(answer, list) else [str(answer)]
        return ", ".join(_option_label(field, value, language) for value in chosen)
    if field.type is FieldType.DATE:
        return _date(str(answer), language, form_words)
    if field.type is FieldType.PHONE:
        return shown_phone(str(answer), field.region)
    return _plain(answer)


def _option_label(field: Field, value: str, language: str) -> str:
    option = field.option(value)
    return value if option is None else option.label.in_language(language)


def _plain(answer: Answer) -> str:
    return ", ".join(answer) if isinstance(answer, list) else str(answer)


def _date(text: str, language: str, form_words: Words | None) -> str:
    """Return a date in words. An answer from when the field had another type stays as it is."""
    try:
        return long_date(date.fromisoformat(text), language, form_words)
    except ValueError:
        return text
