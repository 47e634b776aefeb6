"""What a stack keeps of a person, for that person: in the form's words and their language, as a text to hand over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registration_core.adapters.mail_values import shown_answers
from registration_core.domain.dates import moment
from registration_core.domain.identifiers import display_reference
from registration_core.domain.sheet_words import words

if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.submission import SubmissionDetails


def personal_copy(form: Form, details: SubmissionDetails, language: str) -> str:
    """Write an entry for its person.

    Notes and histories of the staff's work are not in it; answers are, whole.
    """
    entry, own = details.submission, words(language, form.words)

    def heading(name: str) -> str:
        return own[name].removesuffix(" (UTC)")

    def said(at: datetime) -> str:
        return moment(at, language, form.words, form.time_zone)

    facts = [
        (heading("reference"), display_reference(entry.reference)),
        (heading("status"), own[entry.status]),
        (heading("submitted_at"), said(entry.submitted_at)),
        (heading("email"), entry.email),
        (heading("expires_at"), said(entry.expires_at)),
    ]
    answers = [(each["label"], each["value"]) for each in shown_answers(form, entry, language)]
    return "\n\n".join([form.title.in_language(language), *(_block(*pair) for pair in [*facts, *answers])])


def _block(label: str, value: str) -> str:
    return "\n".join([label, *(f"    {line}" for line in value.splitlines() or [""])])
