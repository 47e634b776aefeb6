"""Entries as the command line prints them: the same names in --json, in columns and in the docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.terminal.values import iso
from registration_core.domain.identifiers import display_reference

if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.submission import Event, Submission, SubmissionDetails

#: What --json can print of an entry; `answers.NAME` is one of its answers.
FIELDS = (
    "id",
    "reference",
    "name",
    "form",
    "status",
    "submitted_at",
    "email",
    "language",
    "answers",
    "form_version",
    "version",
    "expires_at",
    "option",
    "position",
    "rank",
    "verify_by",
    "verified_at",
    "spam_sign",
)

#: What --json can print of one entry beside FIELDS.
DETAILS = ("history", "mails")

#: What --json prints of a line of an entry's history.
HISTORY = ("at", "what", "by", "status", "version", "was", "moved_from", "moved_to")

#: What --json prints of a line of all submissions' history.
JOURNAL = ("at", "id", "reference", "name", "form", *HISTORY[1:])


def record(entry: Submission, *, name: str, rank: int | None) -> dict[str, object]:
    """Give everything that an entry holds, under the names of FIELDS."""
    return {
        "id": entry.id,
        "reference": display_reference(entry.reference),
        "name": name,
        "form": entry.form,
        "status": str(entry.status),
        "submitted_at": iso(entry.submitted_at),
        "email": entry.email,
        "language": entry.language,
        "answers": dict(entry.answers),
        "form_version": entry.form_version,
        "version": entry.version,
        "expires_at": iso(entry.expires_at),
        "option": entry.option,
        "position": entry.position,
        "rank": rank,
        "verify_by": _time(entry.verify_by),
        "verified_at": _time(entry.verified_at),
        "spam_sign": entry.spam_sign,
    }


def detailed_record(details: SubmissionDetails, *, name: str, rank: int | None) -> dict[str, object]:
    """Give an entry with its history and what became of its mails."""
    return record(details.submission, name=name, rank=rank) | {
        "history": [event_record(event) for event in details.events],
        "mails": [
            {
                "kind": str(mail.kind),
                "copy": mail.copy,
                "sending": mail.sending,
                "state": mail.state,
                "asked_at": _time(mail.asked_at),
                "sent_at": _time(mail.sent_at),
                "message_id": mail.message_id,
                "attempts": mail.attempts,
                "problem": mail.problem,
            }
            for mail in details.mails
        ],
    }


def event_record(event: Event) -> dict[str, object]:
    """Give a line of an entry's history, under the names of HISTORY."""
    moved_from, moved_to = event.moved or (None, None)
    return {
        "at": iso(event.at),
        "what": event.what,
        "by": event.by,
        "status": None if event.status is None else str(event.status),
        "version": event.version,
        "was": None if event.was is None else str(event.was),
        "moved_from": moved_from or None,
        "moved_to": moved_to or None,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else iso(at)
