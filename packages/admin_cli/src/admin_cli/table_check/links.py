"""Links: what a submission has elsewhere in the table: seat, ticket, reference, guard, line of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from admin_cli.table_check.own_items import called
from admin_cli.table_check.problems import Invariant, Problem, Repair
from admin_cli.table_check.quotas import departed, new_quota
from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.table import delete, put, update
from registration_core.domain.submission import STANDING, Status
from registration_core.domain.transitions import REPAIRED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from admin_cli.table_check.rules import Rules
    from registration_core.adapters.dynamodb.table import Item, Key, Write
    from registration_core.domain.submission import Submission


@dataclass(frozen=True, slots=True)
class Places:
    """Where a submission's other items are. guards: pks; the newest key's first."""

    quota: Key | None
    seat: Key | None
    ticket: Key | None
    reference: Key
    guards: tuple[str, ...]
    ledger: tuple[Key, ...]

    def all(self) -> Sequence[Key]:
        """Return every key."""
        single = (self.quota, self.seat, self.ticket, self.reference, *self.ledger)
        return [*filter(None, single), *map(keys.guard_key, self.guards)]


def places_of(entry: Item, hanging: Sequence[Item], rules: Rules) -> Places:
    """Return where a submission's other items are, or would be."""
    submission = items.read_submission(entry)
    form, option = submission.form, submission.option
    position = submission.position if submission.status is Status.WAITLISTED else None
    newest, known, _ = rules.guards(submission)
    first = () if newest is None else (keys.once_key(form, newest.option, newest.person_fingerprint)[0],)
    guards = dict.fromkeys((*first, *sorted(known), *_kept(entry))) if submission.status in STANDING else {}
    erased_at = [
        items.moment_of(item["event"])
        for item in hanging
        if item["sk"].startswith(keys.EVENT) and item["what"] in ("erased", f"{REPAIRED}{Invariant.ERASURES}")
    ]
    return Places(
        quota=None if option is None else keys.quota_key(form, option),
        seat=None if option is None else keys.seat_key(form, option, submission.id),
        ticket=None if option is None or position is None else keys.wait_key(form, option, position),
        reference=keys.reference_key(submission.reference),
        guards=tuple(guards),
        ledger=tuple(keys.erased_key(submission.id, at) for at in erased_at),
    )


def link_problems(entry: Item, places: Places, others: Mapping[Key, Item], rules: Rules) -> Iterator[Problem]:
    """Yield what is wrong with a submission's other items. others: those that exist, as of the entry's version."""
    submission = items.read_submission(entry)
    yield from _reference_problems(entry, submission, others.get(places.reference), rules)
    if submission.status is Status.ERASED:
        if not any(key in others for key in places.ledger):
            yield _not_in_ledger(entry, submission, rules)
        return
    if submission.position is not None and submission.status is not Status.WAITLISTED:
        writes = rules.changes.of_entry(entry, Invariant.WAITING_LIST, values={}, without={"position"})
        says = f"it is {submission.status} and has ticket {submission.position}."
        yield _problem(Invariant.WAITING_LIST, entry, says, Repair("remove the ticket from it", writes))
    elif places.quota is not None and submission.status in STANDING:
        quota = others.get(places.quota)
        if quota is None:
            yield _without_quota(entry, places.quota, rules)
        elif places.seat is not None and submission.seated:
            yield from _seat_problems(entry, submission, others.get(places.seat), rules)
        else:
            ticket = None if places.ticket is None else others.get(places.ticket)
            yield from _ticket_problems(entry, submission, ticket, quota, rules)
    if submission.status in STANDING:
        yield from _guard_problems(entry, submission, places.guards, others, rules)


def _problem(invariant: Invariant, entry: Item, says: str, repair: Repair | None = None, step: str = "") -> Problem:
    return Problem(invariant, (entry["pk"], entry["sk"]), f"{called(entry)}: {says}", repair, step)


def _reference_problems(entry: Item, submission: Submission, there: Item | None, rules: Rules) -> Iterator[Problem]:
    item = items.reference_item(submission.reference, submission.id, submission.expires_at)
    if there is not None and there["submission"] != submission.id:
        step = f"Tell its registrant the ID instead: {submission.id}."
        says = f"its reference leads to {there['submission']}."
        yield _problem(Invariant.REFERENCES, entry, says, step=step)
        return
    if there is None or there.get("expires_at", 0) < item["expires_at"]:
        says = "its reference leads nowhere." if there is None else "its reference expires before it."
        writes = {"reference": put(item, "attribute_not_exists(pk) OR submission = :id", id=submission.id)}
        repair = Repair("write the reference again", rules.changes.beside(entry, Invariant.REFERENCES, writes))
        yield _problem(Invariant.REFERENCES, entry, says, repair)


def _without_quota(entry: Item, quota: Key, rules: Rules) -> Problem:
    form, option = entry["form"], entry["option"]
    says = f"it is {entry['status']}, and {option} has no quota."
    capacity = rules.capacity(form, option)
    if capacity is None:
        step = "The form no longer counts this option. If it should, add its capacity to the form and publish it."
        return _problem(Invariant.QUOTAS, entry, says, step=step)
    write = put(new_quota(quota, capacity), "attribute_not_exists(pk)")
    does = f"make the quota with the form's capacity of {capacity}, and count its seats"
    return _problem(Invariant.QUOTAS, entry, says, Repair(does, {"quota": write}))


def _seat_problems(entry: Item, submission: Submission, seat: Item | None, rules: Rules) -> Iterator[Problem]:
    form, option = submission.form, str(submission.option)
    until = {} if submission.verify_by is None else {"verify_by": items.seconds(submission.verify_by)}
    expected = items.plain_item(keys.seat_key(form, option, submission.id), submission=submission.id, **until)
    if seat == expected:
        return
    if seat is not None:
        writes: dict[str, Write] = {"seat": put(expected, "attribute_exists(pk)")}
        repair = Repair("write the seat again", rules.changes.beside(entry, Invariant.SEATS, writes))
        yield _problem(Invariant.SEATS, entry, "its seat has other details.", repair)
    else:
        count = update(
            keys.quota_key(form, option),
            "ADD taken :one SET counted_by = :by, counted_at = :at",
            "attribute_exists(pk)",
            one=1,
            by=rules.changes.by,
            at=rules.now.isoformat(timespec="milliseconds"),
        )
        writes = {"seat": put(expected, "attribute_not_exists(pk)"), "quota": count}
        repair = Repair("count its seat", rules.changes.beside(entry, Invariant.SEATS, writes))
        yield _problem(
            Invariant.SEATS, entry, f"it is {submission.status}, and no seat of {option} is counted.", repair
        )


def _ticket_problems(
    entry: Item, submission: Submission, ticket: Item | None, quota: Item, rules: Rules
) -> Iterator[Problem]:
    form, option, position = submission.form, str(submission.option), submission.position
    expires_at = items.seconds(submission.expires_at)
    if ticket is not None and ticket.get("submission") == submission.id:
        if ticket.get("expires_at", 0) < expires_at:
            extend = update(
                (ticket["pk"], ticket["sk"]), "SET expires_at = :until", "submission = :id",
                until=expires_at, id=submission.id,
            )  # fmt: skip
            writes = rules.changes.beside(entry, Invariant.WAITING_LIST, {"ticket": extend})
            yield _problem(
                Invariant.WAITING_LIST, entry, "its ticket expires before it.", Repair("keep it as long", writes)
            )
        return
    reusable = (
        position is not None and ticket is None and not departed(quota, position) and position <= quota["tickets"]
    )
    number = position if reusable and position is not None else quota["tickets"] + 1
    place = items.plain_item(keys.wait_key(form, option, number), submission=submission.id, expires_at=expires_at)
    writes = {"ticket": put(place, "attribute_not_exists(pk)")}
    if ticket is not None and "submission" in ticket:
        says = f"it waits with ticket {position}, which is {ticket['submission']}'s."
    else:
        says = (
            f"it waits, and ticket {position} is not on the waiting list." if position else "it waits without a ticket."
        )
    if reusable:
        repair = Repair(f"put ticket {number} back", rules.changes.beside(entry, Invariant.WAITING_LIST, writes))
    else:
        drawn = {"tickets": quota["tickets"]}
        writes["quota"] = update(keys.quota_key(form, option), "ADD tickets :one", "tickets = :tickets", one=1, **drawn)
        writes = rules.changes.of_entry(entry, Invariant.WAITING_LIST, values={"position": number}, writes=writes)
        repair = Repair(f"give it the next ticket, {number}", writes)
    yield _problem(Invariant.WAITING_LIST, entry, says, repair)


def _kept(entry: Item) -> list[str]:
    return [pk for pk in entry.get(keys.GUARDS, ()) if pk.startswith(keys.ONCE)]


def _guard_problems(
    entry: Item, submission: Submission, pks: Sequence[str], others: Mapping[Key, Item], rules: Rules
) -> Iterator[Problem]:
    newest, known, needed = rules.guards(submission)
    alive = {
        pk: others[keys.guard_key(pk)]
        for pk in pks
        if keys.guard_key(pk) in others and not rules.expired(others[keys.guard_key(pk)])
    }
    own = [pk for pk in _kept(entry) if alive.get(pk, {}).get("submission") == submission.id]
    recognised = [pk for pk in own if pk in known or not needed]
    if recognised:
        early = [pk for pk in recognised if alive[pk].get("expires_at", 0) < entry["expires_at"]]
        if early:
            writes = {pk: put(items.guard_item(pk, submission), "submission = :id", id=submission.id) for pk in early}
            repair = Repair("keep it as long", rules.changes.beside(entry, Invariant.GUARDS, writes))
            yield _problem(Invariant.GUARDS, entry, "its guard expires before it.", repair)
        return
    if not needed and not _kept(entry):
        return
    other = next((guard["submission"] for guard in alive.values() if guard["submission"] != submission.id), None)
    if other is not None:
        says = f"the same person also has {other} for this option, and only one may stand."
        step = "Look at both with `rollcall show`, and cancel one with `rollcall status cancelled`."
        yield _problem(Invariant.GUARDS, entry, says, step=step)
        return
    pk = (
        _kept(entry)[0]
        if newest is None
        else keys.once_key(submission.form, newest.option, newest.person_fingerprint)[0]
    )
    rest = [each for each in entry.get(keys.GUARDS, ()) if not each.startswith(keys.ONCE)]
    free = "attribute_not_exists(pk) OR expires_at <= :now OR submission = :id"
    writes = {"once": put(items.guard_item(pk, submission), free, now=items.seconds(rules.now), id=submission.id)}
    writes |= {each: delete(keys.guard_key(each), "submission = :id", id=submission.id) for each in own if each != pk}
    says = "its guard has a forgotten key" if own else "it has no guard"
    writes = rules.changes.of_entry(entry, Invariant.GUARDS, values={keys.GUARDS: [*rest, pk]}, writes=writes)
    yield _problem(
        Invariant.GUARDS, entry, f"{says}, so the same person could register again.", Repair("make one", writes)
    )


def _not_in_ledger(entry: Item, submission: Submission, rules: Rules) -> Problem:
    writes = {"ledger": put(items.erased_item(submission, rules.now))}
    lines = rules.changes.of_entry(entry, Invariant.ERASURES, values={}, writes=writes)
    says = "it is erased, and the ledger of erasures doesn't know it. A restored backup would bring it back."
    return _problem(Invariant.ERASURES, entry, says, Repair("enter it in the ledger", lines))
