"""Entries as the command line prints them: the same names in --json, in columns and in the docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.table import Column
from admin_cli.values import Value, iso
from registration_core.domain.identifiers import display_reference

if TYPE_CHECKING:
    from registration_core.domain.submission import Submission, SubmissionDetails

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
)

#: What --json can print of one entry beside FIELDS.
DETAILS = ("history", "mails")

#: `list` as lines: the same order on a terminal and in a pipe.
COLUMNS = (
    Column("REFERENCE"),
    Column("SUBMITTED"),
    Column("FORM"),
    Column("STATUS", status=True),
    Column("E-MAIL", narrowest=16),
    Column("ID", optional=True),
)


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
    }


def detailed_record(details: SubmissionDetails) -> dict[str, object]:
    """Give an entry with its history and what became of its mails."""
    return record(details.submission) | {
        "history": [{"at": iso(event.at), "what": event.what, "by": event.by} for event in details.events],
        "mails": [
            {
                "kind": str(mail.kind),
                "state": mail.state,
                "sent_at": iso(mail.sent_at) if mail.sent_at else None,
                "message_id": mail.message_id,
            }
            for mail in details.mails
        ],
    }
