"""How an entry changes: one transaction for the entry, its history, its seat or ticket, and the guards for it."""

from __future__ import annotations

from dataclasses import replace

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.adapters.dynamodb.older_guards import besides, checks_of_older_guards
from registration_core.adapters.dynamodb.seats import REFUSED, Seats, wire_key
from registration_core.adapters.dynamodb.stripping import hanging_on, strip
from registration_core.domain.errors import (
    AlreadyRegisteredError,
    EntryChangedError,
    NoSeatError,
    QuotaNotFoundError,
    SubmissionNotFoundError,
)
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.submission import STANDING, Event, Status
from registration_core.domain.transitions import REGISTRANT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.adapters.dynamodb.items import Item
    from registration_core.domain.submission import Once, Submission

LARGEST_TRANSACTION = 100
"""How many items one transaction of DynamoDB's may write."""

_CHANGED_BY = "changed_by"
"""An entry's attribute: the line of history of its last change, by which a lost answer's change is known again."""


class Changing:
    """Changes entries of one table."""

    def __init__(self, call: Call, table_name: str, *, now: datetime, randomness: Callable[[int], bytes]) -> None:
        self._call = call
        self._table_name = table_name
        self._now = now
        self._randomness = randomness
        self._seats = Seats(call, table_name)

    def change(
        self, before: Submission, after: Submission, *, what: str, by: str, once: Once | None = None
    ) -> Submission:
        """Keep the promise of `ManagedRepository.change`."""
        return self._commit(before, after, what, by, once=once)

    def erase(self, before: Submission, *, by: str) -> Submission:
        """Keep the promise of `ManagedRepository.erase`.

        What hangs on the entry is stripped before and after: whoever repeats an erasure that was broken off ends it.
        """
        after = before
        strip(self._call, self._table_name, before.id)
        if before.status is not Status.ERASED:
            after = replace(
                before,
                status=Status.ERASED,
                version=before.version + 1,
                answers={},
                email="",
                position=None,
                verify_by=None,
                verified_at=None,
                spam_sign=None,
            )
            ledger = {"Put": {"TableName": self._table_name, "Item": items.erased_item(after, self._now)}}
            self._commit(before, after, "erased", by, more={"ledger": ledger})
            strip(self._call, self._table_name, before.id)
        return after

    def _commit(
        self,
        before: Submission,
        after: Submission,
        what: str,
        by: str,
        *,
        more: Mapping[str, dict[str, Any]] | None = None,
        once: Once | None = None,
    ) -> Submission:
        event = Event(new_ulid(self._now, self._randomness), self._now, what, by)
        stored = self._stored(before)
        guards = _guards(stored)
        stands_for = items.once_item(after, once) if once is not None else None
        target = items.submission_item(after) | {_CHANGED_BY: {"S": event.id}}
        if by == REGISTRANT:
            target[table.BY_REGISTRANT] = {"BOOL": True}
        kept = guards if stands_for is None else _guards_with(guards, stands_for["pk"]["S"])
        if kept and after.status in (*STANDING, Status.SPAM):
            target[table.GUARDS] = items.to_wire(kept)
        if table.ROW in stored and after.status is not Status.ERASED:
            target[table.ROW] = stored[table.ROW]
        writes = {
            "entry": {"Update": self._rewrite(stored, target, before.version)},
            "event": {"Put": {"TableName": self._table_name, "Item": items.event_item(after, event, before)}},
            **self._seats.writes(before, after),
            **(more or {}),
        }
        left = self._guard_writes(guards, before, after)
        if stands_for is not None and after.status in STANDING:
            left.pop(stands_for["pk"]["S"], None)  # spam made standing: one transaction writes an item once
            writes["once"] = {"Put": self._guard(stands_for, after.id)}
            older = checks_of_older_guards(self._table_name, after.form, once, None, now=self._now)
            writes |= besides(older, guards)
            left |= self._removals([pk for pk in guards if pk not in kept], after)
        if table.ROW in stored and after.status is Status.ERASED:
            left |= self._removals([stored[table.ROW]["S"]], after)
        if after.expires_at != before.expires_at:
            writes |= self._kept_as_long(after, room=LARGEST_TRANSACTION - len(writes) - len(left))
        self._write(writes, left, after, event.id)
        return after

    def _kept_as_long(self, after: Submission, *, room: int) -> dict[str, dict[str, Any]]:
        """Return the writes that let an entry's reference and all that hangs on it live as long as the entry.

        room: how many the entry's transaction still holds. What is more is written at once: should the transaction
        fail, those lines of history live longer than their entry, and harm nobody.
        """
        try:
            keys = [{"pk": item["pk"], "sk": item["sk"]} for item in hanging_on(self._call, self._table_name, after.id)]
        except AwsCallError as error:
            raise translated(error, self._table_name) from error
        keys.append(wire_key(table.reference_key(after.reference)))
        writes = {
            f"{key['pk']['S']} {key['sk']['S']}": {
                "Update": {
                    "TableName": self._table_name,
                    "Key": key,
                    "UpdateExpression": "SET expires_at = :expires_at",
                    "ConditionExpression": "attribute_exists(pk)",
                    "ExpressionAttributeValues": {":expires_at": {"N": str(items.seconds(after.expires_at))}},
                }
            }
            for key in keys
        }
        at_once = [writes.pop(name) for name in list(writes)[: max(0, len(writes) - room)]]
        for write in at_once:
            self._update(write["Update"])
        return writes

    def _update(self, update: Mapping[str, Any]) -> None:
        """Write one item; one whose time is over by now is left to itself."""
        try:
            self._call("UpdateItem", update)
        except AwsCallError as error:
            if error.code != REFUSED:
                raise translated(error, self._table_name) from error

    def _write(
        self,
        writes: Mapping[str, dict[str, Any]],
        guards: Mapping[str, dict[str, Any]],
        after: Submission,
        event_id: str,
    ) -> None:
        """Write all; a guard that is another entry's by now is left to it."""
        left = dict(guards)
        for attempt in range(len(guards) + 1):
            named = {**writes, **left}
            transaction = {"TransactItems": list(named.values()), "ClientRequestToken": f"{event_id}-{attempt}"}
            try:
                self._call("TransactWriteItems", transaction)
            except AwsCallError as error:
                refused = error.refused(named)
                if not refused:
                    raise translated(error, self._table_name) from error
                if "entry" in refused:
                    if self._item(after.id).get(_CHANGED_BY) == {"S": event_id}:
                        return  # ours, written already; its answer got lost
                    raise EntryChangedError(after.id) from error
                if taken := [item for name, item in refused.items() if name.startswith("once")]:
                    raise AlreadyRegisteredError(str(taken[0]["submission"]["S"])) from error
                if "quota" in refused:
                    found = NoSeatError if refused["quota"] else QuotaNotFoundError
                    raise found(after.form, str(after.option)) from error
                if not refused.keys() <= left.keys():
                    raise EntryChangedError(after.id) from error
                left = {name: write for name, write in left.items() if name not in refused}
            else:
                return

    def _item(self, submission_id: str) -> Item:
        try:
            answer = self._call(
                "GetItem",
                {
                    "TableName": self._table_name,
                    "Key": wire_key(table.submission_key(submission_id)),
                    "ConsistentRead": True,
                },
            )
        except AwsCallError as error:
            raise translated(error, self._table_name) from error
        item: Item = answer.get("Item", {})
        return item

    def _stored(self, before: Submission) -> Item:
        """Return the entry's item. Raises EntryChangedError when it is not as `before` any more."""
        item = self._item(before.id)
        if not item or items.expired(item, self._now):
            raise SubmissionNotFoundError(before.id)
        if int(item["version"]["N"]) != before.version:
            raise EntryChangedError(before.id)
        return item

    def _rewrite(self, stored: Item, target: Item, version: int) -> dict[str, Any]:
        """Return the update that makes one item the other; what the other lacks is removed."""
        changed = [name for name in target if target[name] != stored.get(name)]
        gone = [name for name in stored if name not in target]
        names = {f"#n{place}": name for place, name in enumerate([*changed, *gone])}
        sets = ", ".join(f"#n{place} = :v{place}" for place in range(len(changed)))
        removes = ", ".join(list(names)[len(changed) :])
        return {
            "TableName": self._table_name,
            "Key": {"pk": stored["pk"], "sk": stored["sk"]},
            "UpdateExpression": f"SET {sets}" + (f" REMOVE {removes}" if removes else ""),
            "ConditionExpression": "#version = :version",
            "ExpressionAttributeNames": names | {"#version": "version"},
            "ExpressionAttributeValues": {
                **{f":v{place}": target[name] for place, name in enumerate(changed)},
                ":version": {"N": str(version)},
            },
        }

    def _guard_writes(self, guards: Iterable[str], before: Submission, after: Submission) -> dict[str, dict[str, Any]]:
        """Return what happens to the guards of an entry: removed with it, or set up for what was no spam after all."""
        if after.status in STANDING:
            if before.status in STANDING:
                return {}
            own = (pk for pk in guards if pk.startswith(table.ONCE))
            return {pk: {"Put": self._guard(items.guard_item(pk, after), after.id)} for pk in own}
        if after.status is Status.SPAM:
            # It stands for nobody, but knows whom to stand for again; the same request gets the same answer as before.
            stood_for = [pk for pk in guards if pk.startswith(table.ONCE)]
            return self._removals(stood_for, after) if before.status in STANDING else {}
        return self._removals(guards, after)

    def _guard(self, item: Item, submission_id: str) -> dict[str, Any]:
        """Return the write of a guard that is nobody else's; another's is wanted back."""
        return {
            "TableName": self._table_name,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now OR submission = :id",
            "ExpressionAttributeValues": {
                ":now": {"N": str(items.seconds(self._now))},
                ":id": {"S": submission_id},
            },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _removals(self, guards: Iterable[str], after: Submission) -> dict[str, dict[str, Any]]:
        """Return what removes these guards, each as long as it is still this entry's."""
        common = {"TableName": self._table_name}
        return {
            pk: {
                "Delete": common
                | {
                    "Key": wire_key(table.guard_key(pk)),
                    "ConditionExpression": "attribute_not_exists(pk) OR submission = :id",
                    "ExpressionAttributeValues": {":id": {"S": after.id}},
                }
            }
            for pk in guards
        }


def _guards(stored: Item) -> list[str]:
    return list(items.from_wire(stored[table.GUARDS])) if table.GUARDS in stored else []


def _guards_with(guards: Iterable[str], once: str) -> list[str]:
    """Return the guards with another person or option to stand for."""
    return [*(pk for pk in guards if not pk.startswith(table.ONCE)), once]
