"""Pointers: seats, tickets, guards and lines of the ledger, which name a submission that must agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.table_check.own_items import called, is_readable
from admin_cli.table_check.problems import Invariant, Problem, Repair
from admin_cli.table_check.quotas import departed, ticket_of
from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.table import check, delete, update
from registration_core.domain.submission import STANDING, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin_cli.table_check.rules import Rules
    from registration_core.adapters.dynamodb.table import Item, Write

LEDGER = "ERASED#"


def target_of(pointer: Item) -> str:
    """Return the ID of the submission that a pointer names."""
    if pointer["pk"].startswith(LEDGER) or pointer["sk"].startswith(keys.SEAT):
        return str(pointer["sk"]).removeprefix(keys.SEAT)
    return str(pointer["submission"])


def pointer_problems(
    pointer: Item, entry: Item | None, quota: Item | None, rules: Rules, *, has_history: bool
) -> Iterator[Problem]:
    """Yield what is wrong with a pointer. entry: the submission that it names. quota: a seat's or ticket's.

    has_history: whether the submission's history is there, even if the submission isn't.
    """
    if rules.expired(pointer) or (entry is not None and (rules.expired(entry) or not is_readable(entry))):
        return
    if pointer["pk"].startswith(LEDGER):
        if entry is not None and entry["status"] != Status.ERASED:
            says = f"{called(entry)}: the ledger says that it was erased, and it is {entry['status']}."
            repair = Repair("erase it again", {}, erases=target_of(pointer))
            yield Problem(Invariant.ERASURES, (pointer["pk"], pointer["sk"]), says, repair)
        return
    if agrees(pointer, entry):
        return
    submission_id = target_of(pointer)
    seat = pointer["sk"].startswith(keys.SEAT)
    form = pointer["pk"].split("#")[1]
    if entry is None and (has_history or (seat and not rules.must_be_there(submission_id, form))):
        return  # a seat outlives its submission, and of a lost one its history tells
    invariant, thing = _kind(pointer)
    whose = f"{submission_id}, which doesn't exist" if entry is None else f"{called(entry)}, which is {entry['status']}"
    named = {"id": pointer["submission"]} if "submission" in pointer else {}
    same = "submission = :id" if named else "attribute_exists(pk)"
    writes: dict[str, Write] = {"pointer": delete((pointer["pk"], pointer["sk"]), same, **named)}
    if quota is not None:
        writes |= _counted(pointer, quota)
    if entry is None:
        writes["entry"] = check(keys.submission_key(submission_id), "attribute_not_exists(pk)")
    else:
        writes = rules.changes.beside(entry, invariant, writes)
    does = "free up the seat" if seat else f"remove the {thing}"
    says = f"{_where(pointer)}: a {thing} names {whose} and has none here."
    yield Problem(invariant, (pointer["pk"], pointer["sk"]), says, Repair(does, writes))


def agrees(pointer: Item, entry: Item | None) -> bool:
    """Whether a submission has the seat, ticket or guard that names it."""
    if entry is None:
        return False
    status = Status(entry["status"])
    if pointer["pk"].startswith(keys.ONCE):
        return status in STANDING and pointer["pk"] in entry.get(keys.GUARDS, ())
    here = keys.quota_key(entry["form"], entry.get("option", ""))[0] == pointer["pk"]
    if pointer["sk"].startswith(keys.SEAT):
        return here and items.read_submission(entry).seated
    return here and status is Status.WAITLISTED and entry.get("position") == ticket_of(pointer)


def _kind(pointer: Item) -> tuple[Invariant, str]:
    if pointer["pk"].startswith(keys.ONCE):
        return Invariant.GUARDS, "guard"
    if pointer["sk"].startswith(keys.SEAT):
        return Invariant.SEATS, "seat"
    return Invariant.WAITING_LIST, f"ticket {ticket_of(pointer)}"


def _where(pointer: Item) -> str:
    """Return the form and option of a pointer."""
    _, form, rest = str(pointer["pk"]).split("#", 2)
    return f"{form}, {rest.rpartition('#')[0] if pointer['pk'].startswith(keys.ONCE) else rest}"


def _counted(pointer: Item, quota: Item) -> dict[str, Write]:
    """Return the write that counts a seat as free or a ticket as departed."""
    key = (quota["pk"], quota["sk"])
    if pointer["sk"].startswith(keys.SEAT):
        return {"quota": update(key, "ADD taken :minus", "attribute_exists(pk)", minus=-1)}
    ticket = ticket_of(pointer)
    if departed(quota, ticket):
        return {}
    free = "attribute_exists(pk) AND NOT contains(gone, :ticket) AND (attribute_not_exists(floor) OR floor < :ticket)"
    return {"quota": update(key, "ADD departed :one, gone :gone", free, one=1, gone={ticket}, ticket=ticket)}
