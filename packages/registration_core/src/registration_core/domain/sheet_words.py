"""Words of spreadsheets and lists by language: headings that no form has, statuses, yes and no."""

from __future__ import annotations

from registration_core.domain.messages import words_in
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registration_core.domain.messages import Words

TABLE = "sheets"
"""Their table's name in a form's own words."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "id": "ID",
        "reference": "Reference",
        "form": "Form",
        "status": "Status",
        "submitted_at": "Submitted (UTC)",
        "email": "E-mail address",
        "language": "Language",
        "form_version": "Form version",
        "version": "Version",
        "expires_at": "Kept until (UTC)",
        "option": "Option",
        "position": "Ticket",
        "rank": "Rank",
        "verify_by": "Verify by (UTC)",
        "verified_at": "Verified (UTC)",
        "name": "Name",
        "age": "Age",
        "spam_sign": "Why spam",
        "labels": "Labels",
        "notes": "Notes",
        "notes_count": "Number of notes",
        "checked_in": "Checked in",
        "group": "Sent together",
        "pending": "pending",
        "confirmed": "confirmed",
        "waitlisted": "waitlisted",
        "cancelled": "cancelled",
        "spam": "spam",
        "erased": "erased",
        "yes": "yes",
        "no": "no",
        "attendance_list": "Attendance list",
    },
    "sv": {
        "id": "ID",
        "reference": "Referens",
        "form": "Formulär",
        "status": "Status",
        "submitted_at": "Inkommen (UTC)",
        "email": "E-postadress",
        "language": "Språk",
        "form_version": "Formulärversion",
        "version": "Version",
        "expires_at": "Sparas till (UTC)",
        "option": "Alternativ",
        "position": "Könummer",
        "rank": "Plats i kön",
        "verify_by": "Verifieras före (UTC)",
        "verified_at": "Verifierad (UTC)",
        "name": "Namn",
        "age": "Ålder",
        "spam_sign": "Varför skräppost",
        "labels": "Etiketter",
        "notes": "Anteckningar",
        "notes_count": "Antal anteckningar",
        "checked_in": "Incheckad",
        "group": "Skickade tillsammans",
        "pending": "ej verifierad",
        "confirmed": "bekräftad",
        "waitlisted": "i kö",
        "cancelled": "avbokad",
        "spam": "skräppost",
        "erased": "raderad",
        "yes": "ja",
        "no": "nej",
        "attendance_list": "Närvarolista",
    },
}


COLUMNS = tuple(name for name in WORDS["en"] if name not in (*Status, "yes", "no", "attendance_list"))
"""The columns that every submission has, with a heading here."""


def words(language: str, form_words: Words | None = None) -> Mapping[str, str]:
    """Return the words in this language, otherwise in English. form_words: the form's own."""
    return words_in(WORDS, language, form_words, TABLE)


def every_language(form_words: Words | None = None) -> Iterator[Mapping[str, str]]:
    """Yield the words of every language, built in or the form's own."""
    yield from WORDS.values()
    yield from (tables[TABLE] for tables in (form_words or {}).values() if TABLE in tables)


def statuses(form_words: Words | None = None) -> dict[str, Status]:
    """Return the status of each code and word, in lower case."""
    known = {words[status].casefold(): status for words in every_language(form_words) for status in Status}
    return known | {str(status): status for status in Status}
