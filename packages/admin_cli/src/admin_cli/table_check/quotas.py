"""Quotas: whether an option's counters agree with its seats and tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from admin_cli.table_check.problems import UNREADABLE, Invariant, Problem, Repair, counted
from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.seats import read_state
from registration_core.adapters.dynamodb.table import put, update

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from admin_cli.table_check.rules import Rules
    from registration_core.adapters.dynamodb.table import Item, Key


def quota_problems(pk: str, partition: Sequence[Item], rules: Rules) -> Iterator[Problem]:
    """Yield what is wrong with an option's counters. partition: all items of its quota, as of one moment."""
    quota = next((item for item in partition if item["sk"] == keys.QUOTA), None)
    seats = sum(item["sk"].startswith(keys.SEAT) for item in partition)
    held = [ticket_of(item) for item in partition if item["sk"].startswith(keys.WAIT) and "submission" in item]
    form, _, option = pk.removeprefix("QUOTA#").partition("#")
    name, subject = f"{form}, {option}", (pk, keys.QUOTA)
    if quota is None:
        if seats or held:
            yield _missing(name, subject, seats, max(held, default=0), rules.capacity(form, option))
        return
    try:
        read_state(quota)
    except UNREADABLE as error:
        says = f"{name}: the quota can't be read ({type(error).__name__}: {error})."
        yield Problem(Invariant.READABLE, subject, says, next_step="Copy the attribute from a backup.")
        return
    if quota["taken"] != seats:
        does = f"count {counted(seats, 'seat')} taken"
        drift = update(
            subject,
            "ADD taken :drift SET counted_by = :by, counted_at = :at",
            "taken = :taken",
            drift=seats - quota["taken"],
            taken=quota["taken"],
            **_signed(rules),
        )
        says = f"{name}: the quota counts {counted(quota['taken'], 'seat')} taken, and {_held(seats)}."
        repair = Repair(does, {"quota": drift}, frees=seats < quota["taken"])
        yield Problem(Invariant.QUOTAS, subject, says, repair)
    yield from _ticket_problems(name, quota, held, rules)
    if seats > quota["capacity"] and rules.oversold(quota, partition):
        says = f"{name}: {_held(seats)}, and the capacity is {quota['capacity']}."
        step = f"Raise the capacity with `rollcall quota set`, or cancel {seats - quota['capacity']} with them."
        yield Problem(Invariant.OVERSOLD, subject, says, next_step=step)


def ticket_of(item: Item) -> int:
    """Return the number of a ticket's item."""
    return int(item["sk"].removeprefix(keys.WAIT))


def departed(quota: Item, ticket: int) -> bool:
    """Whether a ticket no longer waits, by its quota."""
    return ticket <= quota.get("floor", 0) or ticket in quota.get("gone", ())


def _ticket_problems(name: str, quota: Item, held: Sequence[int], rules: Rules) -> Iterator[Problem]:
    """Yield what is wrong with the counters of tickets. One repair sets them all."""
    floor, gone = quota.get("floor", 0), frozenset(quota.get("gone", ()))
    wrong = []
    again = [ticket for ticket in held if departed(quota, ticket)]
    if again:
        wrong.append(f"ticket {again[0]} waits, and the quota says that it departed")
    if quota["departed"] != floor + len(gone):
        wrong.append(f"{quota['departed']} tickets departed, and {floor + len(gone)} are named")
    highest = max([*held, *gone, floor])
    if quota["tickets"] < highest:
        wrong.append(f"{quota['tickets']} tickets were drawn, and number {highest} is in use")
    if not wrong:
        return
    floor_after = min([floor, *(ticket - 1 for ticket in again)])
    gone_after = {*gone, *range(floor_after + 1, floor + 1)} - set(again)
    values: dict[str, Any] = {
        "tickets": max(quota["tickets"], highest),
        "departed": floor_after + len(gone_after),
        "floor": floor_after,
        **({"gone": gone_after} if gone_after else {}),
    }
    change = "SET " + ", ".join(f"#{each} = :{each}" for each in values) + ", counted_by = :by, counted_at = :at"
    change += "" if gone_after else " REMOVE gone"
    before = {f"before_{each}": quota[each] for each in ("tickets", "departed", "floor", "gone") if each in quota}
    same = [f"#{each.removeprefix('before_')} = :{each}" for each in before]
    same += [f"attribute_not_exists({each})" for each in ("floor", "gone") if each not in quota]
    write = update((quota["pk"], quota["sk"]), change, " AND ".join(same), **values, **before, **_signed(rules))
    does = f"count {counted(values['tickets'], 'ticket')} drawn and {values['departed']} departed"
    yield Problem(
        Invariant.WAITING_LIST,
        (quota["pk"], quota["sk"]),
        f"{name}: {'; '.join(wrong)}.",
        Repair(does, {"quota": write}),
    )


def new_quota(key: Key, capacity: int) -> Item:
    """Return the item of a quota that is full, so that nobody gets a seat before those that are held are counted."""
    form, _, option = key[0].removeprefix("QUOTA#").partition("#")
    return items.plain_item(key, form=form, option=option, capacity=capacity, taken=capacity, tickets=0, departed=0)


def _missing(name: str, subject: Key, seats: int, tickets: int, capacity: int | None) -> Problem:
    says = f"{name}: {_held(seats)}, and the option has no quota."
    if capacity is None:
        step = "The form no longer counts this option. If it should, add its capacity to the form and publish it."
        return Problem(Invariant.QUOTAS, subject, says, next_step=step)
    quota = new_quota(subject, capacity) | {"taken": max(capacity, seats), "tickets": tickets}
    does = f"make the quota with the form's capacity of {capacity}, and count its seats"
    return Problem(Invariant.QUOTAS, subject, says, Repair(does, {"quota": put(quota, "attribute_not_exists(pk)")}))


def _held(seats: int) -> str:
    return "1 seat is held" if seats == 1 else f"{seats} seats are held"


def _signed(rules: Rules) -> dict[str, object]:
    """Return who corrected the counters, and when: a quota has no history."""
    changes = rules.changes
    return {"by": changes.by, "at": changes.now.isoformat(timespec="milliseconds")}
