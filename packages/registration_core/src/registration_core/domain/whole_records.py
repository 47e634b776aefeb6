"""Whole records: submissions and seats as JSON in which nothing is missing, and read back from it.

The staff API answers with them when it is asked with `whole`, for `rollcall --via api`.
"""

from __future__ import annotations

from datetime import date, datetime

from registration_core.domain.attendance import CheckIn
from registration_core.domain.files import FileState, StoredFile
from registration_core.domain.notes import Note
from registration_core.domain.quota import QuotaState
from registration_core.domain.records import check_in_record, detailed_record, file_record, iso, note_record, record
from registration_core.domain.submission import Event, MailRecord, Status, Submission, SubmissionDetails

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def whole_record(submission: Submission, *, name: str, rank: int | None) -> dict[str, object]:
    """Return a submission's record with its notes, check-ins and files."""
    return record(submission, name=name, rank=rank) | {
        "quiet": submission.quiet,
        "notes": [note_record(note) for note in submission.notes],
        "check_ins": [check_in_record(check_in) for check_in in submission.check_ins],
        "files": [file_record(file) for file in submission.files],
        "members": list(submission.members),
    }


def whole_details(details: SubmissionDetails, *, name: str, rank: int | None) -> dict[str, object]:
    """Return everything about a submission."""
    detailed: dict[str, Any] = detailed_record(details, name=name, rank=rank)
    history = [line | {"id": event.id} for line, event in zip(detailed["history"], details.events, strict=True)]
    mails = [
        line | {"version": mail.version, "lease_until": _text(mail.lease_until), "asked_key": mail.asked_key}
        for line, mail in zip(detailed["mails"], details.mails, strict=True)
    ]
    return detailed | {"quiet": details.submission.quiet, "history": history, "mails": mails}


def read_submission(data: Mapping[str, Any]) -> Submission:
    """Return the submission of a record, whole or without notes, check-ins and files."""
    return Submission(
        id=data["id"],
        form=data["form"],
        form_version=data["form_version"],
        submitted_at=datetime.fromisoformat(data["submitted_at"]),
        answers=data["answers"],
        status=Status(data["status"]),
        reference=data["reference"].replace("-", ""),
        email=data["email"],
        language=data["language"],
        version=data["version"],
        expires_at=datetime.fromisoformat(data["expires_at"]),
        option=data["option"],
        position=data["position"],
        verify_by=time_or_none(data["verify_by"]),
        verified_at=time_or_none(data["verified_at"]),
        quiet=data.get("quiet", False),
        spam_sign=data["spam_sign"],
        labels=tuple(data["labels"]),
        notes=tuple(
            Note(note["id"], datetime.fromisoformat(note["at"]), note["by"], note["text"])
            for note in data.get("notes", ())
        ),
        check_ins=tuple(
            CheckIn(date.fromisoformat(check_in["day"]), datetime.fromisoformat(check_in["at"]), check_in["by"])
            for check_in in data.get("check_ins", ())
        ),
        members=tuple(data.get("members", ())),
        files=tuple(map(_file, data.get("files", ()))),
    )


def _file(data: Mapping[str, Any]) -> StoredFile:
    return StoredFile(
        id=data["id"],
        field=data["field"],
        name=data["name"],
        size=data["size"],
        state=FileState(data["state"]),
        at=datetime.fromisoformat(data["at"]),
        kind=data["kind"] or "",
        sha256=data["digest"] or "",
        reason=data["reason"] or "",
    )


def read_details(data: Mapping[str, Any]) -> SubmissionDetails:
    """Return the submission of a whole record with its history and mails."""
    return SubmissionDetails(
        read_submission(data), tuple(map(read_event, data["history"])), tuple(map(_mail, data["mails"]))
    )


def read_event(data: Mapping[str, Any]) -> Event:
    """Return the event of a whole record's history."""
    moved = (data["moved_from"] or "", data["moved_to"] or "")
    return Event(
        id=data["id"],
        at=datetime.fromisoformat(data["at"]),
        what=data["what"],
        by=data["by"],
        status=_status(data["status"]),
        version=data["version"],
        was=_status(data["was"]),
        moved=moved if any(moved) else None,
    )


def whole_quota(state: QuotaState) -> dict[str, object]:
    """Return an option's seats, with who set the capacity."""
    return {
        "form": state.form,
        "option": state.option,
        "capacity": state.capacity,
        "taken": state.taken,
        "waiting": state.waiting,
        "tickets": state.tickets,
        "set_by": state.set_by,
        "set_at": _text(state.set_at),
    }


def read_quota(data: Mapping[str, Any]) -> QuotaState:
    """Return the state of a whole record of an option's seats. What the public sees of them isn't in it."""
    return QuotaState(
        form=data["form"],
        option=data["option"],
        capacity=data["capacity"],
        taken=data["taken"],
        tickets=data["tickets"],
        departed=data["tickets"] - data["waiting"],
        set_by=data["set_by"],
        set_at=time_or_none(data["set_at"]),
    )


def _mail(data: Mapping[str, Any]) -> MailRecord:
    return MailRecord(
        kind=data["kind"],
        version=data["version"],
        state=data["state"],
        message_id=data["message_id"],
        sent_at=time_or_none(data["sent_at"]),
        lease_until=time_or_none(data["lease_until"]),
        copy=data["copy"],
        sending=data["sending"],
        attempts=data["attempts"],
        problem=data["problem"],
        asked_at=time_or_none(data["asked_at"]),
        asked_key=data["asked_key"],
    )


def time_or_none(text: str | None) -> datetime | None:
    """Return the time that a record has; None for null."""
    return None if text is None else datetime.fromisoformat(text)


def _text(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def _status(text: str | None) -> Status | None:
    return None if text is None else Status(text)
