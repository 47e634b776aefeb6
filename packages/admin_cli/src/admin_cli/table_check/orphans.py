"""Orphans: items without their submission, and items of no kind that Rollcall writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.table_check.problems import Invariant, Problem, Repair, counted
from registration_core.adapters.dynamodb import keys
from registration_core.adapters.dynamodb.table import check, delete

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from admin_cli.table_check.rules import Rules
    from registration_core.adapters.dynamodb.table import Item

_DATED = ("REF#", "ONCE#", "IDEM#", "RATE#", "SUPPRESS#", "SEND#", "ERASED#", keys.WEBHOOK)
_UNDATED = ("SUB#", "QUOTA#", "FORM#", "FORMS", f"{keys.OPENINGS}#", keys.GUARD_KEYS[0], keys.CALENDAR[0])


def orphan_problems(pk: str, hanging: Sequence[Item], rules: Rules) -> Iterator[Problem]:
    """Yield what is wrong with the items of a submission that isn't there. hanging: its partition's items."""
    submission_id = pk.removeprefix("SUB#")
    if submission_id in rules.forms:
        return  # the mails of a form: the daily digest of suspected spam
    alive = [item for item in hanging if not rules.expired(item)]
    if any(item["sk"].startswith(keys.EVENT) for item in alive):
        says = f"{submission_id}: its history is there, and the submission isn't."
        step = "Find it in a backup: docs/runbook.md, Restoring. Its history expires when it would have."
        yield Problem(Invariant.ORPHANS, (pk, keys.SUBMISSION), says, next_step=step)
        return
    mails = [item for item in alive if item["sk"].startswith(keys.MAIL)]
    if mails:
        says = f"{submission_id}: the submission is gone and left {counted(len(mails), 'note')} about its mails behind."
        writes = {item["sk"]: delete((pk, item["sk"])) for item in mails[:90]}
        writes["entry"] = check((pk, keys.SUBMISSION), "attribute_not_exists(pk)")
        yield Problem(Invariant.ORPHANS, (pk, keys.SUBMISSION), says, Repair("remove the notes", writes))


def is_stray(item: Item) -> bool:
    """Whether an item is of no kind that Rollcall writes."""
    return not str(item["pk"]).startswith((*_DATED, *_UNDATED))


def other_problems(item: Item) -> Iterator[Problem]:
    """Yield what is wrong with an item by itself: an unknown kind, or no time to expire."""
    key = (str(item["pk"]), str(item["sk"]))
    if is_stray(item):
        says = f"The item {key[0]} is of no kind that Rollcall writes."
        yield Problem(Invariant.ORPHANS, key, says, next_step="Find out what wrote it, and remove it by hand.")
    elif key[0].startswith(_DATED) and "expires_at" not in item:
        says = f"The item {key[0]} never expires."
        yield Problem(Invariant.EXPIRY, key, says, next_step="Find out what wrote it, and remove it by hand.")
    elif key[0].startswith(("REF#", "ONCE#")) and "submission" not in item:
        says = f"The item {key[0]} names no submission."
        yield Problem(Invariant.READABLE, key, says, next_step="Find out what wrote it, and remove it by hand.")
