"""Submissions as records: the same names in --json, in columns and in the docs."""

from __future__ import annotations

from datetime import UTC

from registration_core.domain.identifiers import display_reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.attendance import CheckIn
    from registration_core.domain.files import StoredFile
    from registration_core.domain.notes import Note
    from registration_core.domain.submission import Event, Submission, SubmissionDetails

#: What --json can print of a submission; `answers.NAME` is one of its answers.
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
    "labels",
    "notes_count",
    "checked_in",
    "group",
)

#: What --json can print of one submission in addition to FIELDS.
DETAILS = ("history", "mails", "notes", "check_ins", "files", "members")

#: What --json prints of a line of a submission's history.
HISTORY = ("at", "what", "by", "status", "version", "was", "moved_from", "moved_to")

#: What --json prints of a line of all submissions' history.
JOURNAL = ("at", "id", "reference", "name", "form", *HISTORY[1:])


def record(submission: Submission, *, name: str, rank: int | None) -> dict[str, object]:
    """Return everything in a submission, under the names of FIELDS."""
    return {
        "id": submission.id,
        "reference": display_reference(submission.reference),
        "name": name,
        "form": submission.form,
        "status": str(submission.status),
        "submitted_at": iso(submission.submitted_at),
        "email": submission.email,
        "language": submission.language,
        "answers": dict(submission.answers),
        "form_version": submission.form_version,
        "version": submission.version,
        "expires_at": iso(submission.expires_at),
        "option": submission.option,
        "position": submission.position,
        "rank": rank,
        "verify_by": _time(submission.verify_by),
        "verified_at": _time(submission.verified_at),
        "spam_sign": submission.spam_sign,
        "labels": list(submission.labels),
        "notes_count": len(submission.notes),
        "checked_in": [check_in.day.isoformat() for check_in in submission.check_ins],
        "group": submission.group,
    }


def detailed_record(details: SubmissionDetails, *, name: str, rank: int | None) -> dict[str, object]:
    """Return a submission with its history, its mails, its notes and its check-ins."""
    submission = details.submission
    return record(submission, name=name, rank=rank) | {
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
        "notes": [note_record(note) for note in submission.notes],
        "check_ins": [check_in_record(check_in) for check_in in submission.check_ins],
        "files": [file_record(file) for file in submission.files],
        "members": list(submission.members),
    }


def check_in_record(check_in: CheckIn) -> dict[str, object]:
    """Return a day's check-in."""
    return {"day": check_in.day.isoformat(), "at": iso(check_in.at), "by": check_in.by}


def file_record(file: StoredFile) -> dict[str, object]:
    """Return a file that a registrant sent. state: checking, kept or refused."""
    return {
        "id": file.id,
        "field": file.field,
        "name": file.name,
        "size": file.size,
        "state": file.state.value,
        "at": iso(file.at),
        "kind": file.kind or None,
        "digest": file.sha256 or None,
        "reason": file.reason or None,
    }


def note_record(note: Note) -> dict[str, object]:
    """Return a note about a submission."""
    return {"id": note.id, "at": iso(note.at), "by": note.by, "text": note.text}


def event_record(event: Event) -> dict[str, object]:
    """Return a line of a submission's history, under the names of HISTORY."""
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


def iso(moment: datetime) -> str:
    """Return a time in ISO 8601 UTC, with milliseconds if it has any."""
    spec = "milliseconds" if moment.microsecond else "seconds"
    return moment.astimezone(UTC).isoformat(timespec=spec).replace("+00:00", "Z")


def _time(at: datetime | None) -> str | None:
    return None if at is None else iso(at)
