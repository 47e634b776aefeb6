"""What hangs on a submission, and how it is stripped of all that could be personal when the submission is erased."""

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
"""What an erased submission's mail keeps: no address, and no words of a mail server's."""


def strip(table: Table, submission_id: str) -> None:
    """Strip what hangs on a submission; nothing is written where nothing is left to remove."""
    for item in list(hanging_on(table, submission_id)):
        if item["sk"].startswith(keys.NOTICE):
            table.delete((item["pk"], item["sk"]))
        elif item["sk"].startswith(keys.EVENT):
            _keep(table, item, items.EVENT_ATTRIBUTES)
        elif item["sk"].startswith(keys.MAIL):
            _keep(table, item, MAIL_ATTRIBUTES)


def _keep(table: Table, item: Item, attributes: frozenset[str]) -> None:
    """Remove an item's other attributes, unless its time is over and it is gone."""
    others = sorted(item.keys() - attributes)
    if others:
        removal = "REMOVE " + ", ".join(f"#{name}" for name in others)
        table.update((item["pk"], item["sk"]), removal, "attribute_exists(pk)")


def hanging_on(table: Table, submission_id: str) -> Iterator[Item]:
    """Yield every item of a submission's partition but the submission itself."""
    pk, _ = keys.submission_key(submission_id)
    return (item for item in table.query("pk = :pk", pk=pk) if item["sk"] != keys.SUBMISSION)
