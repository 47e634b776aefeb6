"""Submissions in bulk: decoded from DynamoDB's JSON and stored as lines of JSON, with as little work as possible."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from registration_core.adapters.sheets.rows import moment
from registration_core.domain.errors import DamagedSubmissionError
from registration_core.domain.submission import Status, Submission

if TYPE_CHECKING:
    from collections.abc import Mapping

Answer: TypeAlias = str | int | float | bool | list[str]


class Row(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One submission, with the fields of `Submission`. Times are as in the item: texts, and seconds since 1970.

    Notes are their texts, and check-ins their days. A line of a spool is a row's values as a JSON array.
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
    answers: dict[str, Answer]
    spam_sign: str | None = None
    labels: str | None = None
    notes: list[str] | None = None
    checked_in: list[str] | None = None
    members: list[str] | None = None

    def submission(self) -> Submission:
        """Convert it to a Submission. Raises DamagedSubmissionError."""
        try:
            return self._submission()
        except ValueError as error:
            raise DamagedSubmissionError(self.id, str(error)) from error

    def _submission(self) -> Submission:
        return Submission(
            id=self.id,
            form=self.form,
            form_version=self.form_version,
            submitted_at=datetime.fromisoformat(self.submitted_at),
            answers=self.answers,
            status=Status(self.status),
            reference=self.reference,
            email=self.email,
            language=self.language,
            version=self.version,
            expires_at=moment(self.expires_at),
            option=self.option,
            position=self.position,
            verify_by=None if self.verify_by is None else moment(self.verify_by),
            verified_at=None if self.verified_at is None else datetime.fromisoformat(self.verified_at),
            spam_sign=self.spam_sign,
            labels=tuple((self.labels or "").split()),
            members=tuple(self.members or ()),
        )


class _Text(msgspec.Struct, gc=False):
    S: str


class _Number(msgspec.Struct, gc=False):
    N: str


class _Value(msgspec.Struct, gc=False):
    """One answer as DynamoDB sends it: one of these is set."""

    S: str | None = None
    N: str | None = None
    BOOL: bool | None = None
    L: list[_Value] | None = None


class _Answers(msgspec.Struct, gc=False):
    M: dict[str, _Value]


class _NoteValues(msgspec.Struct, gc=False):
    text: _Text


class _Note(msgspec.Struct, gc=False):
    M: _NoteValues


class _Notes(msgspec.Struct, gc=False):
    L: list[_Note]


class _CheckInValues(msgspec.Struct, gc=False):
    day: _Text


class _CheckIn(msgspec.Struct, gc=False):
    M: _CheckInValues


class _CheckIns(msgspec.Struct, gc=False):
    L: list[_CheckIn]


class _Members(msgspec.Struct, gc=False):
    L: list[_Text]


class _Item(msgspec.Struct, gc=False):
    """A submission as DynamoDB sends it; other attributes of the item are ignored."""

    id: _Text
    form: _Text
    form_version: _Text
    submitted_at: _Text
    status: _Text
    reference: _Text
    language: _Text
    version: _Number
    expires_at: _Number
    answers: _Answers
    email: _Text | None = None
    option: _Text | None = None
    position: _Number | None = None
    verify_by: _Number | None = None
    verified_at: _Text | None = None
    spam_sign: _Text | None = None
    labels: _Text | None = None
    notes: _Notes | None = None
    check_ins: _CheckIns | None = None
    group: _Members | None = None


class _Answer(msgspec.Struct):
    Items: list[_Item]
    LastEvaluatedKey: dict[str, dict[str, str]] | None = None


class _RawAnswer(msgspec.Struct):
    Items: list[dict[str, dict[str, Any]]]


#: Where a query continues, in DynamoDB's own form; None for its beginning or its end.
Key: TypeAlias = dict[str, dict[str, str]] | None

_DECODER = msgspec.json.Decoder(_Answer)
_RAW = msgspec.json.Decoder(_RawAnswer)
_LINES = msgspec.json.Decoder(Row)
_ENCODER = msgspec.json.Encoder()


class Page(msgspec.Struct):
    """The answer to one query. key: where the next one begins; None if this was the last."""

    rows: list[Row]
    key: Key


def read_page(body: bytes) -> Page:
    """Decode the answer to a query of submissions.

    Raises msgspec.DecodeError if it can't, DamagedSubmissionError if it can read all but a submission.
    """
    try:
        answer = _DECODER.decode(body)
        return Page([_row(item) for item in answer.Items], answer.LastEvaluatedKey or None)
    except (msgspec.ValidationError, TypeError, ValueError):
        _ensure_undamaged(body)
        raise


def _ensure_undamaged(body: bytes) -> None:
    """Raise DamagedSubmissionError for the first submission of a page that can't be read."""
    for item in _RAW.decode(body).Items:
        try:
            _row(msgspec.convert(item, _Item))
        except (msgspec.ValidationError, TypeError, ValueError) as error:
            raise DamagedSubmissionError(item["pk"]["S"].partition("#")[2], str(error)) from error


def read_rows(lines: bytes) -> list[Row]:
    """Decode a spool's lines. Raises msgspec.DecodeError."""
    return _LINES.decode_lines(lines)


def to_lines(rows: list[Row]) -> bytes:
    """Write rows as lines of JSON."""
    return _ENCODER.encode_lines(rows)


def _row(item: _Item) -> Row:
    return Row(
        item.id.S,
        item.form.S,
        item.form_version.S,
        item.submitted_at.S,
        item.status.S,
        item.reference.S,
        item.email.S if item.email is not None else "",
        item.language.S,
        int(item.version.N),
        int(item.expires_at.N),
        item.option.S if item.option is not None else None,
        int(item.position.N) if item.position is not None else None,
        int(item.verify_by.N) if item.verify_by is not None else None,
        item.verified_at.S if item.verified_at is not None else None,
        _plain(item.answers.M),
        item.spam_sign.S if item.spam_sign is not None else None,
        item.labels.S if item.labels is not None else None,
        [note.M.text.S for note in item.notes.L] if item.notes is not None else None,
        [check_in.M.day.S for check_in in item.check_ins.L] if item.check_ins is not None else None,
        [member.S for member in item.group.L] if item.group is not None else None,
    )


def _plain(answers: Mapping[str, _Value]) -> dict[str, Answer]:
    return {name: value.S if value.S is not None else _other(value) for name, value in answers.items()}


def _other(value: _Value) -> Answer:
    if value.BOOL is not None:
        return value.BOOL
    if value.N is not None:
        return int(value.N) if value.N.lstrip("-").isdigit() else float(value.N)
    if value.L is not None:
        return [each.S or "" for each in value.L]
    raise TypeError("an answer is a text, a number, a yes or no, or a list of texts")
