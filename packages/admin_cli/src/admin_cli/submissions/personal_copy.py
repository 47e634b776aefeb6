"""A registrant's copy of what a stack stores about them: a text in their language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registration_core.adapters.mail_values import shown_answers
from registration_core.domain.dates import date_and_time
from registration_core.domain.identifiers import display_reference
from registration_core.domain.sheet_words import words

if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.submission import SubmissionDetails


def personal_copy(form: Form, details: SubmissionDetails, language: str) -> str:
    """Write a submission out for its registrant.

    It has every answer in full, and what staff wrote about the person: labels, notes and days of
    attendance. It has no history.
    """
    submission, sheet_words = details.submission, words(language, form.words)

    def heading(name: str) -> str:
        return sheet_words[name].removesuffix(" (UTC)")

    def shown_time(at: datetime) -> str:
        return date_and_time(at, language, form.words, form.time_zone)

    facts = [
        (heading("reference"), display_reference(submission.reference)),
        (heading("status"), sheet_words[submission.status]),
        (heading("submitted_at"), shown_time(submission.submitted_at)),
        (heading("email"), submission.email),
        (heading("expires_at"), shown_time(submission.expires_at)),
    ]
    answers = [(answer["label"], answer["value"]) for answer in shown_answers(form, submission, language)]
    about = [
        (heading("labels"), " ".join(submission.labels)),
        (heading("notes"), "\n".join(note.text for note in submission.notes)),
        (heading("checked_in"), "\n".join(check_in.day.isoformat() for check_in in submission.check_ins)),
    ]
    written = [(name, text) for name, text in about if text]
    return "\n\n".join([form.title.in_language(language), *(_block(*pair) for pair in [*facts, *answers, *written])])


def _block(label: str, value: str) -> str:
    return "\n".join([label, *(f"    {line}" for line in value.splitlines() or [""])])
