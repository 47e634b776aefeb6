"""Items: the attributes of each kind of item, written and read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from registration_core.adapters.dynamodb import keys
from registration_core.domain.errors import DamagedSubmissionError
from registration_core.domain.identifiers import ulid_floor, ulid_milliseconds
from registration_core.domain.submission import (
    Event,
    Idempotency,
    MailRecord,
    Once,
    Receipt,
    Status,
    Submission,
    email_key,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from registration_core.adapters.dynamodb.table import Item
    from registration_core.domain.mail import MailRequest

    Read = TypeVar("Read")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_BLANK_KEPT = timedelta(hours=1)
_NOTICE_KEPT = timedelta(days=30)


def seconds(at: datetime) -> int:
    """Return a time for TTL: whole seconds since 1970."""
    return (at - _EPOCH) // timedelta(seconds=1)


def milliseconds(at: datetime) -> int:
    """Return a time in milliseconds since 1970."""
    return (at - _EPOCH) // _MILLISECOND


def submission_item(submission: Submission) -> Item:
    """Return a submission's item, with the indexes' attributes and without what isn't set."""
    may_lack: dict[str, object] = {
        "email": submission.email or None,
        "email_key": email_key(submission.email) or None,
        "option": submission.option,
        "position": submission.position,
        "verify_by": None if submission.verify_by is None else seconds(submission.verify_by),
        "verified_at": None if submission.verified_at is None else _text(submission.verified_at),
        "quiet": submission.quiet or None,
        "spam_sign": submission.spam_sign,
        "labels": " ".join(submission.labels) or None,
        "group": list(submission.members) or None,
    }
    if submission.notes or submission.check_ins:
        from registration_core.adapters.dynamodb.desk_values import desk_attributes  # noqa: PLC0415 - no visitor's has

        may_lack |= desk_attributes(submission)
    if submission.files:
        from registration_core.adapters.dynamodb.file_values import file_attributes  # noqa: PLC0415 - only forms that ask

        may_lack["files"] = file_attributes(submission.files)
    if submission.status is Status.SPAM:
        may_lack |= {keys.TOPIC: keys.spam_topic(submission.form), keys.TOPIC_ID: submission.id[-26:]}
    return plain_item(
        keys.submission_key(submission.id),
        id=submission.id,
        form=submission.form,
        form_version=submission.form_version,
        submitted_at=_text(submission.submitted_at),
        answers=dict(submission.answers),
        status=submission.status.value,
        reference=submission.reference,
        language=submission.language,
        version=submission.version,
        month=keys.month_key(submission.form, submission.submitted_at),
        expires_at=seconds(submission.expires_at),
        **{name: value for name, value in may_lack.items() if value is not None},
    )


def read_submission(item: Item) -> Submission:
    """Return the submission of an item."""
    more: dict[str, Any] = {}
    if "notes" in item or "check_ins" in item:
        from registration_core.adapters.dynamodb.desk_values import read_desk_values  # noqa: PLC0415 - no visitor's has

        more = read_desk_values(item)
    if "files" in item:
        from registration_core.adapters.dynamodb.file_values import read_files  # noqa: PLC0415 - only forms that ask

        more["files"] = read_files(item["files"])
    return Submission(
        id=item["id"],
        form=item["form"],
        form_version=item["form_version"],
        submitted_at=datetime.fromisoformat(item["submitted_at"]),
        answers=item["answers"],
        status=Status(item["status"]),
        reference=item["reference"],
        email=item.get("email", ""),
        language=item["language"],
        version=item["version"],
        expires_at=from_seconds(item["expires_at"]),
        option=item.get("option"),
        position=item.get("position"),
        verify_by=from_seconds(item["verify_by"]) if "verify_by" in item else None,
        verified_at=datetime.fromisoformat(item["verified_at"]) if "verified_at" in item else None,
        quiet=item.get("quiet", False),
        spam_sign=item.get("spam_sign"),
        labels=tuple(item.get("labels", "").split()),
        members=tuple(item.get("group", ())),
        **more,
    )


def event_item(submission: Submission, event: Event, before: Submission | None = None) -> Item:
    """Return the item of an event in a submission's history. before: the submission before the event changed it."""
    may_lack: dict[str, object] = {}
    if before is not None and before.status is not submission.status:
        may_lack["was"] = before.status.value
    if before is not None and before.option != submission.option:
        may_lack["moved"] = [before.option or "", submission.option or ""]
    return plain_item(
        keys.event_key(submission.id, event.id),
        event=event.id,
        at=_text(event.at),
        what=event.what,
        by=event.by,
        status=submission.status.value,
        version=submission.version,
        expires_at=seconds(submission.expires_at),
        topic=keys.history_topic(submission.form, moment_of(event.id)),
        topic_id=event.id,
        **may_lack,
    )


EVENT_ATTRIBUTES = frozenset(
    {
        *("pk", "sk", "event", "at", "what", "by", "status", "version", "was", "moved", "expires_at"),
        *(keys.TOPIC, keys.TOPIC_ID),
    }
)
"""The attributes of an event. None has personal data of the registrant."""


def read_event(item: Item) -> Event:
    """Return the event of an item."""
    moved = item.get("moved")
    return Event(
        id=item["event"],
        at=datetime.fromisoformat(item["at"]),
        what=item["what"],
        by=item["by"],
        status=Status(item["status"]) if "status" in item else None,
        version=item.get("version"),
        was=Status(item["was"]) if "was" in item else None,
        moved=(moved[0], moved[1]) if moved else None,
    )


def moment_of(ulid: str) -> datetime:
    """Return the time in a ULID, or in text that starts with one."""
    return _EPOCH + ulid_milliseconds(ulid[:26]) * _MILLISECOND


def mail_topic(request: MailRequest, at: datetime, *, open_: bool) -> dict[str, object]:
    """Return the index attributes of a mail whose state changed then.

    open_: whether it is queued, bounced or suppressed.
    """
    topic_id = f"{ulid_floor(at)}#{request.id}#{request.name}"
    return {keys.TOPIC: keys.OPEN_MAILS if open_ else keys.mails_topic(at), keys.TOPIC_ID: topic_id}


def reference_item(reference: str, submission_id: str, expires_at: datetime) -> Item:
    """Return the item that leads from a reference to a submission."""
    return plain_item(keys.reference_key(reference), submission=submission_id, expires_at=seconds(expires_at))


def once_item(submission: Submission, once: Once) -> Item:
    """Return the guard of a person and an option."""
    return plain_item(
        keys.once_key(submission.form, once.option, once.person_fingerprint),
        submission=submission.id,
        expires_at=seconds(submission.expires_at),
    )


def guard_item(pk: str, submission: Submission) -> Item:
    """Return the guard with this pk, which a submission kept while it was spam."""
    return plain_item(keys.guard_key(pk), submission=submission.id, expires_at=seconds(submission.expires_at))


def erased_item(submission: Submission, at: datetime) -> Item:
    """Return the item of the ledger of erasures; kept as long as a copy of the submission might be."""
    return plain_item(
        keys.erased_key(submission.id, at), id=submission.id, at=_text(at), expires_at=seconds(submission.expires_at)
    )


def notice_item(submission_id: str, at: datetime) -> Item:
    """Return the notice that someone registered again for a submission's option; new once per day."""
    kept_until = datetime(at.year, at.month, at.day, tzinfo=UTC) + _NOTICE_KEPT
    return plain_item(keys.notice_key(submission_id, at.date()), expires_at=seconds(kept_until))


def blank_item(submission_id: str, number: int, at: datetime, *, like: Item) -> Item:
    """Return a placeholder with the size of another item. submission_id: an unused one."""
    item = plain_item(keys.blank_key(submission_id, number), expires_at=seconds(at + _BLANK_KEPT))
    return item | {"filling": {name: "-" * len(str(value)) for name, value in like.items() if name not in item}}


def idempotency_item(form: str, idempotency: Idempotency, receipt: Receipt) -> Item:
    """Return the item with a request's first response."""
    group = {"group": list(map(_receipt, receipt.group)), "members": [each.id for each in receipt.group]}
    return plain_item(
        keys.idempotency_key(form, idempotency.key),
        fingerprint=idempotency.fingerprint,
        expires_at=seconds(idempotency.expires_at),
        **_receipt(receipt),
        **(group if receipt.group else {}),
    )


def _receipt(receipt: Receipt) -> Item:
    position = {} if receipt.position is None else {"position": receipt.position}
    return {"submission": receipt.id, "reference": receipt.reference, "status": receipt.status.value, **position}


def read_receipt(item: Item) -> Receipt:
    """Return the first response from an item."""
    status, group = Status(item["status"]), tuple(map(read_receipt, item.get("group", ())))
    return Receipt(item["submission"], item["reference"], status, item.get("position"), repeated=True, group=group)


def mail_attributes(request: MailRequest) -> dict[str, object]:
    """Return a mail item's attributes for its request, without what isn't set."""
    may_lack = {"copy": request.copy or None, "sending": request.sending}
    return {
        "kind": str(request.kind),
        "version": request.version,
        **{name: value for name, value in may_lack.items() if value is not None},
    }


def read_mail(item: Item) -> MailRecord:
    """Return what became of a mail."""
    lease = item.get("lease_until")
    return MailRecord(
        kind=item["kind"],
        version=item["version"],
        state=item["state"],
        message_id=item.get("message_id"),
        sent_at=datetime.fromisoformat(item["sent_at"]) if "sent_at" in item else None,
        lease_until=_EPOCH + lease * _MILLISECOND if lease is not None else None,
        copy=item.get("copy", 0),
        sending=item.get("sending"),
        attempts=item.get("attempts", 1),
        problem=item.get("problem"),
        asked_at=datetime.fromisoformat(item["asked_at"]) if "asked_at" in item else None,
        asked_key=item.get("asked_key"),
    )


def expired(item: Item, now: datetime) -> bool:
    """Whether an item has expired; TTL may not have deleted it yet. One without a time never does."""
    return "expires_at" in item and int(item["expires_at"]) <= seconds(now)


def readable(read: Callable[[Item], Read], item: Item) -> Read:
    """Return what `read` makes of an item of a submission. Raises DamagedSubmissionError if it can't read it."""
    try:
        return read(item)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"an item of it has no {error}" if isinstance(error, KeyError) else str(error)
        raise DamagedSubmissionError(item["pk"].partition("#")[2], reason) from error


def from_seconds(since_1970_s: int) -> datetime:
    """Return the time that `seconds` wrote."""
    return _EPOCH + timedelta(seconds=since_1970_s)


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def plain_item(key: tuple[str, str], **attributes: object) -> Item:
    """Return an item of these attributes."""
    return {"pk": key[0], "sk": key[1], **attributes}
