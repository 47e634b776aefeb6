"""Messages about wrong answers: one sentence per code and language."""

from __future__ import annotations

from datetime import date

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.fields import Field

    Words = Mapping[str, Mapping[str, Mapping[str, str]]]
    """A form's words for languages that aren't built in: language, table, key, text."""

DEFAULT_LANGUAGE = "en"

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "required": "Enter {label}.",
        "required_choice": "Choose an option: {label}.",
        "required_question": "Answer this question: {label}",
        "required_consent": "Tick this box. We need your consent to continue.",
        "wrong_type": "We can't read this answer. Enter it again.",
        "control_character": "This answer has characters that can't be shown. Enter it again.",
        "line_break": "Enter this on one line.",
        "too_short": "Enter at least {limit} characters. You entered {length}.",
        "too_long": "Enter at most {limit} characters. You entered {length}.",
        "not_an_email": "Enter an e-mail address, such as name@example.org.",
        "email_not_ascii": "Enter a different e-mail address. We can't send mail to these letters before the @.",
        "not_a_phone": "Enter a telephone number in digits, such as +46 70 123 45 67.",
        "not_a_date": "Enter a real date, such as 2015-04-30.",
        "not_a_date_day": "The date must include a day.",
        "not_a_date_month": "The date must include a month.",
        "not_a_date_year": "The year must have 4 digits, such as 2015.",
        "too_early": "The date must be {limit} or later.",
        "too_early_age": "The person must be younger than {limit}.",
        "too_late": "The date must be {limit} or earlier.",
        "too_late_age": "The person must be at least {limit} years old.",
        "too_young": "{option} is for people aged {limit} or over on {day}.",
        "too_old": "{option} is for people aged {limit} or under on {day}.",
        "not_a_number": "Enter a number in digits, such as {example}.",
        "too_many_decimals": "Enter a number with at most {limit} digits after the point.",
        "not_whole": "Enter a whole number, such as 12.",
        "too_small": "Enter a number that is {limit} or more.",
        "too_large": "Enter a number that is {limit} or less.",
        "unknown_option": "Choose one of: {options}.",
        "repeated_option": "Choose each option only once.",
        "not_offered": "{option} doesn't go with your answer to “{question}”. Choose another option.",
        "option_closed": "{option} is closed. Choose another option.",
        "option_closed_until": "{option} opens on {day} at {time}. Choose another option, or come back then.",
        "too_few": "Choose at least {limit} options.",
        "too_many": "Choose at most {limit} options.",
        "file_elsewhere": "Leave this out. Files are sent after the answers.",
        "unknown_field": "This form has no such field.",
        "not_participants": "Send 1 to {limit} participants, each with their own answers.",
        "repeated_participant": "This participant is already on this form, for the same choice.",
    },
    "sv": {
        "required": "Ange {label}.",
        "required_choice": "Välj ett alternativ: {label}.",
        "required_question": "Svara på frågan: {label}",
        "required_consent": "Kryssa i rutan. Vi behöver ditt samtycke för att gå vidare.",
        "wrong_type": "Vi kan inte läsa svaret. Fyll i det igen.",
        "control_character": "Svaret har tecken som inte kan visas. Skriv det igen.",
        "line_break": "Skriv detta på en rad.",
        "too_short": "Skriv minst {limit} tecken. Du skrev {length}.",
        "too_long": "Skriv högst {limit} tecken. Du skrev {length}.",
        "not_an_email": "Ange en e-postadress, till exempel namn@example.org.",
        "email_not_ascii": "Ange en annan e-postadress. Vi kan inte mejla till de här bokstäverna före @.",
        "not_a_phone": "Ange ett telefonnummer med siffror, till exempel +46 70 123 45 67.",
        "not_a_date": "Ange ett datum som finns, till exempel 2015-04-30.",
        "not_a_date_day": "Datumet måste ha en dag.",
        "not_a_date_month": "Datumet måste ha en månad.",
        "not_a_date_year": "Året måste ha fyra siffror, till exempel 2015.",
        "too_early": "Datumet måste vara {limit} eller senare.",
        "too_early_age": "Personen måste vara yngre än {limit} år.",
        "too_late": "Datumet måste vara {limit} eller tidigare.",
        "too_late_age": "Personen måste ha fyllt {limit} år.",
        "too_young": "{option} är för den som är minst {limit} år den {day}.",
        "too_old": "{option} är för den som är högst {limit} år den {day}.",
        "not_a_number": "Ange ett tal med siffror, till exempel {example}.",
        "too_many_decimals": "Ange ett tal med högst {limit} siffror efter kommat.",
        "not_whole": "Ange ett heltal, till exempel 12.",
        "too_small": "Ange ett tal som är minst {limit}.",
        "too_large": "Ange ett tal som är högst {limit}.",
        "unknown_option": "Välj ett av: {options}.",
        "repeated_option": "Välj varje alternativ bara en gång.",
        "not_offered": "{option} passar inte ihop med ditt svar på ”{question}”. Välj ett annat alternativ.",
        "option_closed": "{option} är stängd. Välj ett annat alternativ.",
        "option_closed_until": "{option} öppnar den {day} kl. {time}. Välj ett annat alternativ, eller kom tillbaka.",
        "too_few": "Välj minst {limit} alternativ.",
        "too_many": "Välj högst {limit} alternativ.",
        "file_elsewhere": "Utelämna detta. Filer skickas efter svaren.",
        "unknown_field": "Formuläret har inget sådant fält.",
        "not_participants": "Skicka 1 till {limit} deltagare, var och en med sina egna svar.",
        "repeated_participant": "Den här deltagaren finns redan i formuläret, med samma val.",
    },
}
"""Wordings and their sentences; `code_of` returns a wording's code."""

_WORDINGS = ("required", "not_a_date", "too_early", "too_late", "option_closed")

LANGUAGES = tuple(MESSAGES)
"""The built-in languages. A form brings its own words for any other."""


def message(code: str, language: str, form_words: Words | None = None, /, **values: object) -> str:
    """Return the sentence for a code in this language, otherwise in English. form_words: the form's own."""
    for name, value in values.items():
        if isinstance(value, date):
            from registration_core.domain.dates import long_date  # noqa: PLC0415 - valid answers don't need it

            values[name] = long_date(value, language, form_words)
    return words_in(MESSAGES, language, form_words, "messages")[code].format(**values)


def code_of(wording: str) -> str:
    """Return a wording's code, for programs: `required` for `required_choice`."""
    return next((code for code in _WORDINGS if wording.startswith(f"{code}_")), wording)


def refused(field: Field, wording: str, language: str, form_words: Words | None = None, /, **values: object) -> str:
    """Return the sentence about an answer to this field. The form file may have its own for a missing answer.

    form_words: the form's own. Dates in the values are written out.
    """
    if wording.startswith("required") and field.missing is not None:
        return field.missing.in_language(language)
    label = field.label.in_language(language)
    if wording in {"required", "required_choice"} and label.endswith("?"):
        wording = "required_question"
    elif language in MESSAGES and not label[1:2].isupper():  # within a sentence; other languages may differ
        label = label[:1].lower() + label[1:]
    options = ", ".join(option.label.in_language(language) for option in field.options)
    return message(wording, language, form_words, **{"label": label, "options": options} | values)


def words_in(
    built_in: Mapping[str, Mapping[str, str]], language: str, form_words: Words | None, table: str
) -> Mapping[str, str]:
    """Return one table of words in this language: built in, the form's own, otherwise English."""
    words = built_in.get(language) or (form_words or {}).get(language, {}).get(table)
    return words or built_in[DEFAULT_LANGUAGE]
