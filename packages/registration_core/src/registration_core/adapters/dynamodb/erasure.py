"""Erasure: removes everything that could be personal from a submission's other items."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.adapters.dynamodb.table import Item, Table

MAIL_ATTRIBUTES = frozenset(
    {
        *("pk", "sk", "kind", "version", "copy", "sending", "state", "holder", "lease_until", "attempts", "problem"),
        *("message_id", "asked_at", "sent_at", "expires_at"),
    }
)
"""What an erased submission's mail keeps: no address, and no text from a mail server."""


def strip(table: Table, submission_id: str) -> None:
    """Strip a submission's other items. Writes nothing if nothing is left to remove."""
    for item in list(hanging_on(table, submission_id)):
        if item["sk"].startswith(keys.NOTICE):
            table.delete((item["pk"], item["sk"]))
        elif item["sk"].startswith(keys.EVENT):
            _keep(table, item, items.EVENT_ATTRIBUTES)
        elif item["sk"].startswith(keys.MAIL):
            _keep(table, item, MAIL_ATTRIBUTES)


def _keep(table: Table, item: Item, attributes: frozenset[str]) -> None:
    """Remove an item's other attributes, unless it has expired and is gone."""
    others = sorted(item.keys() - attributes)
    if others:
        removal = "REMOVE " + ", ".join(f"#{name}" for name in others)
        table.update((item["pk"], item["sk"]), removal, "attribute_exists(pk)")


def hanging_on(table: Table, submission_id: str) -> Iterator[Item]:
    """Yield every item of a submission's partition except the submission."""
    pk, _ = keys.submission_key(submission_id)
    return (item for item in table.query("pk = :pk", pk=pk) if item["sk"] != keys.SUBMISSION)
