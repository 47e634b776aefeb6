"""Stream records: reads the change of a submission from each record of the table's stream."""

from __future__ import annotations

from datetime import UTC, datetime

from registration_core.adapters.dynamodb import keys
from registration_core.domain.mail import Change, Notice
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class UnreadableRecordError(ValueError):
    """A record that Rollcall didn't write. The error's message has no personal data."""


def change_of(record: Mapping[str, Any]) -> Change | Notice | None:
    """Return a record's change of a submission; None for another kind of item, or a deletion.

    record: one of `Records` as Lambda gets them, with both images. Raises UnreadableRecordError.
    """
    try:
        if record["eventName"] == "REMOVE":
            return None
        images = record["dynamodb"]
        new = images["NewImage"]
        inserted = record["eventName"] == "INSERT"
        kind = str(new["sk"]["S"])
        if kind.startswith(keys.NOTICE):
            return _notice(new, kind) if inserted else None
        if kind != keys.SUBMISSION:
            return None
        return Change(
            id=str(new["id"]["S"]),
            version=int(new["version"]["N"]),
            status=Status(new["status"]["S"]),
            was=None if inserted else Status(images["OldImage"]["status"]["S"]),
            quiet="quiet" in new and (inserted or _verified_with_others(images["OldImage"], new)),
            by_registrant=keys.BY_REGISTRANT in new,
            form=str(new.get("form", {}).get("S", "")),
            edited=() if inserted else _edited(images["OldImage"], new),
            at=_at(images.get("ApproximateCreationDateTime")),
            in_group="group" in new,
            left=None if inserted else _left(images["OldImage"], new),
        )
    except (AttributeError, KeyError, OverflowError, OSError, TypeError, ValueError) as error:
        raise UnreadableRecordError(f"a stream record cannot be read: {type(error).__name__}") from error


def _verified_with_others(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether the registrant verified the submission with others of its group, whose mail tells of it."""
    verified = (old["status"]["S"], new["status"]["S"]) == (Status.PENDING, Status.CONFIRMED)
    return verified and "group" in new and keys.BY_REGISTRANT in new


def _edited(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the answers that differ."""
    before, after = (image.get("answers", {}).get("M", {}) for image in (old, new))
    return tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))


def _left(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """Return the counted option that the submission was about, if it is about another one now."""
    before, after = (image.get("option", {}).get("S") for image in (old, new))
    return None if before is None or before == after else str(before)


def _at(created: object) -> str:
    """Return when a record was written: Lambda gives seconds since 1970, and boto3 a time."""
    if isinstance(created, int | float):
        created = datetime.fromtimestamp(created, UTC)
    return created.astimezone(UTC).isoformat(timespec="seconds") if isinstance(created, datetime) else ""


def _notice(image: Mapping[str, Any], kind: str) -> Notice:
    """Return a notice from its key. The key's day, such as `2027-03-01`, allows one mail per day."""
    return Notice(str(image["pk"]["S"]).removeprefix("SUB#"), int(kind.removeprefix(keys.NOTICE).replace("-", "")))
