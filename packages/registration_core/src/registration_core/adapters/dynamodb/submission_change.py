"""Submission changes: one transaction for the submission, its history, its seat or ticket, and its guards."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.erasure import hanging_on, strip
from registration_core.adapters.dynamodb.older_guards import besides, checks_of_older_guards
from registration_core.adapters.dynamodb.seats import Seats
from registration_core.adapters.dynamodb.table import MOST_WRITES, delete, put, to_wire, update
from registration_core.domain.errors import (
    AlreadyRegisteredError,
    NoSeatError,
    QuotaNotFoundError,
    SubmissionChangedError,
    SubmissionNotFoundError,
    TicketSettledError,
)
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.submission import STANDING, Event, Status
from registration_core.domain.transitions import REGISTRANT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from registration_core.adapters.dynamodb.table import Item, Table, Write
    from registration_core.domain.submission import Once, Submission

_CHANGED_BY = "changed_by"
"""A submission's attribute: the event of its last change, to recognise a change whose response got lost."""


class SubmissionChange:
    """Changes submissions of one table."""

    def __init__(self, table: Table, *, now: datetime, randomness: Callable[[int], bytes]) -> None:
        self._table = table
        self._now = now
        self._randomness = randomness
        self._seats = Seats(table)

    def change(
        self, before: Submission, after: Submission, *, what: str, by: str, once: Once | None = None
    ) -> Submission:
        """Store a change; see `ManagedRepository.change`."""
        return self._commit(before, after, what, by, once=once)

    def erase(self, before: Submission, *, by: str) -> Submission:
        """Erase a submission; see `ManagedRepository.erase`.

        Its other items are stripped before and after, so that repeating an interrupted erasure
        finishes it. One that somebody else changed stays whole.
        """
        stored = self._stored(before)
        strip(self._table, before.id)
        if before.status is Status.ERASED:
            return before
        after = before.erased()
        ledger = put(items.erased_item(after, self._now))
        self._commit(before, after, "erased", by, stored=stored, more={"ledger": ledger})
        strip(self._table, before.id)
        return after

    def _commit(
        self,
        before: Submission,
        after: Submission,
        what: str,
        by: str,
        *,
        stored: Item | None = None,
        more: Mapping[str, Write] | None = None,
        once: Once | None = None,
    ) -> Submission:
        stored = stored or self._stored(before)
        event = Event(new_ulid(self._now, self._randomness), self._now, what, by)
        guards = _guards(stored)
        stands_for = items.once_item(after, once) if once is not None else None
        target = items.submission_item(after) | {_CHANGED_BY: event.id}
        if by == REGISTRANT:
            target[keys.BY_REGISTRANT] = True
        kept_guards = guards if stands_for is None else _guards_with(guards, stands_for["pk"])
        if kept_guards and after.status in (*STANDING, Status.SPAM):
            target[keys.GUARDS] = kept_guards
        if keys.ROW in stored and after.status is not Status.ERASED:
            target[keys.ROW] = stored[keys.ROW]
        writes = {
            "entry": _rewrite(stored, target, before.version),
            "event": put(items.event_item(after, event, before)),
            **self._seats.writes(before, after),
            **(more or {}),
        }
        left = self._guard_writes(guards, before, after)
        if stands_for is not None and after.status in STANDING:
            left.pop(stands_for["pk"], None)  # spam marked genuine: a transaction may write an item only once
            writes["once"] = self._guard(stands_for, after.id)
            older = checks_of_older_guards(after.form, once, None, now=self._now)
            writes |= besides(older, guards)
            left |= self._removals([pk for pk in guards if pk not in kept_guards], after)
        if keys.ROW in stored and after.status is Status.ERASED:
            left |= self._removals([stored[keys.ROW]], after)
        if after.expires_at != before.expires_at:
            writes |= self._kept_as_long(after, room=MOST_WRITES - len(writes) - len(left))
        self._write(writes, left, after, event.id)
        return after

    def _kept_as_long(self, after: Submission, *, room: int) -> dict[str, Write]:
        """Return the writes that extend a submission's reference and other items to its new expiry.

        room: how many more writes the transaction can have. The rest is written at once: if the
        transaction then fails, those events outlive their submission, which does no harm.
        """
        hanging = [(item["pk"], item["sk"]) for item in hanging_on(self._table, after.id)]
        lengthened = ("SET expires_at = :expires_at", "attribute_exists(pk)")
        expires_at = items.seconds(after.expires_at)
        places = [*hanging, keys.reference_key(after.reference)]
        at_once = max(0, len(places) - room)
        for place in places[:at_once]:  # expired ones are left alone
            self._table.update(place, *lengthened, expires_at=expires_at)
        return {f"{pk} {sk}": update((pk, sk), *lengthened, expires_at=expires_at) for pk, sk in places[at_once:]}

    def _write(
        self,
        writes: Mapping[str, Write],
        guards: Mapping[str, Write],
        after: Submission,
        event_id: str,
    ) -> None:
        """Write everything, except guards that now belong to another submission."""
        left = dict(guards)
        for _ in range(len(guards) + 1):
            in_the_way = self._table.transact({**writes, **left})
            if not in_the_way:
                return
            if "entry" in in_the_way:
                if in_the_way["entry"].get(_CHANGED_BY) == event_id:
                    return  # ours, already written; its response got lost
                raise SubmissionChangedError(after.id)
            if taken := [item for name, item in in_the_way.items() if name.startswith("once")]:
                raise AlreadyRegisteredError(str(taken[0]["submission"]))
            if "quota" in in_the_way:
                error = NoSeatError if in_the_way["quota"] else QuotaNotFoundError
                raise error(after.form, str(after.option))
            if "wait" in in_the_way:
                raise TicketSettledError(after.id)
            if not in_the_way.keys() <= left.keys():
                raise SubmissionChangedError(after.id)
            left = {name: write for name, write in left.items() if name not in in_the_way}

    def _stored(self, before: Submission) -> Item:
        """Return the submission's item. Raises SubmissionChangedError if it no longer matches `before`."""
        item = self._table.get(keys.submission_key(before.id))
        if item is None or items.expired(item, self._now):
            raise SubmissionNotFoundError(before.id)
        if item["version"] != before.version:
            raise SubmissionChangedError(before.id)
        return item

    def _guard_writes(self, guards: Iterable[str], before: Submission, after: Submission) -> dict[str, Write]:
        """Return the writes of a submission's guards: delete them, or create them for what wasn't spam."""
        if after.status in STANDING:
            if before.status in STANDING:
                return {}
            once_guards = [pk for pk in guards if pk.startswith(keys.ONCE)]
            return {pk: self._guard(items.guard_item(pk, after), after.id) for pk in once_guards}
        if after.status is Status.SPAM:
            # It has no guard now, but keeps its pk for later; a repeated request gets the same response as before.
            once_guards = [pk for pk in guards if pk.startswith(keys.ONCE)]
            return self._removals(once_guards, after) if before.status in STANDING else {}
        return self._removals(guards, after)

    def _guard(self, item: Item, submission_id: str) -> Write:
        """Return the write of a guard that belongs to nobody else; on conflict it returns the existing one."""
        free = "attribute_not_exists(pk) OR expires_at <= :now OR submission = :id"
        return put(item, free, now=items.seconds(self._now), id=submission_id)

    def _removals(self, guards: Iterable[str], after: Submission) -> dict[str, Write]:
        """Return the deletions of these guards, if they still belong to this submission, or to its group."""
        still_theirs = "attribute_not_exists(pk) OR submission = :id OR contains(#members, :id)"
        return {pk: delete(keys.guard_key(pk), still_theirs, id=after.id) for pk in guards}


def _rewrite(stored: Item, target: Item, version: int) -> Write:
    """Return the update that turns one item into the other, and removes what the other lacks."""
    changed = {name: value for name, value in target.items() if name not in stored or _differ(value, stored[name])}
    gone = [f"#{name}" for name in stored if name not in target]
    change = "SET " + ", ".join(f"#{name} = :{name}" for name in changed)
    change += f" REMOVE {', '.join(gone)}" if gone else ""
    return update((stored["pk"], stored["sk"]), change, "#version = :before", before=version, **changed)


def _differ(value: object, stored: object) -> bool:
    """Whether two values are stored in different ways: 1 and True are equal only in Python."""
    return to_wire(value) != to_wire(stored)


def _guards(stored: Item) -> list[str]:
    return list(stored.get(keys.GUARDS, ()))


def _guards_with(guards: Iterable[str], once: str) -> list[str]:
    """Return the guards for another person or option."""
    return [*(pk for pk in guards if not pk.startswith(keys.ONCE)), once]
