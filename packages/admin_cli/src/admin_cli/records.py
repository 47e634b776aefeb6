"""Entries as the command line prints them: the same names in --json, in columns and in the docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.table import Column
from admin_cli.values import Value, iso
from registration_core.domain.identifiers import display_reference

if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.submission import Event, Submission, SubmissionDetails

#: What --json can print of an entry; `answers.NAME` is one of its answers.
FIELDS = (
    "id",
    "reference",
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
    "verify_by",
    "verified_at",
)

#: What --json can print of one entry beside FIELDS.
DETAILS = ("history", "mails", "rank")

#: What --json prints of a line of an entry's history.
HISTORY = ("at", "what", "by", "status", "version")

#: `list` as lines: the same order on a terminal and in a pipe.
COLUMNS = (
    Column("REFERENCE"),
    Column("SUBMITTED"),
    Column("FORM"),
    Column("STATUS", status=True),
    Column("E-MAIL", narrowest=16),
    Column("ID", optional=True),
)


#: About as wide as a line of `list` is, for a table that begins before its lines are known.
USUAL: tuple[Value, ...] = ("K7QM-3XTP", "2026-03-01 09:30", "registration", "waitlisted", "x" * 32, "x" * 30)


def row(entry: Submission) -> list[Value]:
    """Give an entry as a line of `list`."""
    return [
        display_reference(entry.reference),
        entry.submitted_at,
        entry.form,
        str(entry.status),
        entry.email,
        entry.id,
    ]


def record(entry: Submission) -> dict[str, object]:
    """Give everything that an entry holds, under the names of FIELDS."""
    return {
        "id": entry.id,
        "reference": display_reference(entry.reference),
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
        "verify_by": _time(entry.verify_by),
        "verified_at": _time(entry.verified_at),
    }


def detailed_record(details: SubmissionDetails, rank: int | None) -> dict[str, object]:
    """Give an entry with its history, what became of its mails, and its place in the queue."""
    return record(details.submission) | {
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
        "rank": rank,
    }


def event_record(event: Event) -> dict[str, object]:
    """Give a line of an entry's history, under the names of HISTORY."""
    status = None if event.status is None else str(event.status)
    return {"at": iso(event.at), "what": event.what, "by": event.by, "status": status, "version": event.version}


def _time(at: datetime | None) -> str | None:
    return None if at is None else iso(at)
