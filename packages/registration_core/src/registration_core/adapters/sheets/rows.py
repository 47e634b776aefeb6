"""Rows: what a sheet needs of a submission, with times as the table stores them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from registration_core.domain.submission import Submission
    from registration_core.domain.values import Answer

Row: TypeAlias = Any
"""A `SheetRow`, or what has the same fields, as the command line reads it by the thousand."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One submission, with the fields of `Submission`. Times are texts, and seconds since 1970.

    Notes are their texts, and check-ins their days.
    """

    id: str
    form: str
    form_version: str
    submitted_at: str
    status: str
    reference: str
    email: str
    language: str
    version: int
    expires_at: int
    option: str | None
    position: int | None
    verify_by: int | None
    verified_at: str | None
    answers: Mapping[str, Answer]
    spam_sign: str | None
    labels: str
    notes: list[str]
    checked_in: list[str]
    members: list[str]

    @classmethod
    def of(cls, submission: Submission) -> Self:
        """Convert a submission."""
        verify_by, verified_at = submission.verify_by, submission.verified_at
        return cls(
            id=submission.id,
            form=submission.form,
            form_version=submission.form_version,
            submitted_at=_text(submission.submitted_at),
            status=str(submission.status),
            reference=submission.reference,
            email=submission.email,
            language=submission.language,
            version=submission.version,
            expires_at=int(submission.expires_at.timestamp()),
            option=submission.option,
            position=submission.position,
            verify_by=None if verify_by is None else int(verify_by.timestamp()),
            verified_at=None if verified_at is None else _text(verified_at),
            answers=submission.answers,
            spam_sign=submission.spam_sign,
            labels=" ".join(submission.labels),
            notes=[note.text for note in submission.notes],
            checked_in=[check_in.day.isoformat() for check_in in submission.check_ins],
            members=list(submission.members),
        )


def moment(since_1970_s: int) -> datetime:
    """Convert seconds since 1970 to a time."""
    return _EPOCH + timedelta(seconds=since_1970_s)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
