"""Records of the table's stream, and which change of an entry each one means."""

from __future__ import annotations

from registration_core.adapters.dynamodb import table
from registration_core.domain.submission import Status
from registration_core.services.dispatch import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class UnreadableRecordError(ValueError):
    """A record that no version of ours wrote; its message holds no personal data."""


def change_of(record: Mapping[str, Any]) -> Change | None:
    """Return what a record says about an entry; None when it is about another kind of item, or a removal.

    record: one of `Records` as Lambda gets them. Raises UnreadableRecordError.
    """
    try:
        if record["eventName"] == "REMOVE":
            return None
        image = record["dynamodb"]["NewImage"]
        if image["sk"]["S"] != table.SUBMISSION:
            return None
        return Change(
            id=str(image["id"]["S"]),
            status=Status(image["status"]["S"]),
            version=int(image["version"]["N"]),
            new=record["eventName"] == "INSERT",
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableRecordError(f"a stream record cannot be read: {type(error).__name__}") from error
