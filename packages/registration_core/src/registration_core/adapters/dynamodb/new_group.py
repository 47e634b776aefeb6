"""New groups: the submissions of several participants, stored in one transaction."""

from __future__ import annotations

from dataclasses import replace

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.new_submission import NewSubmission, first_answer, receipt_of, refusal
from registration_core.adapters.dynamodb.seats import FOR_NEWCOMER
from registration_core.adapters.dynamodb.table import MOST_WRITES, update

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from registration_core.adapters.dynamodb.table import Item, Table, Write
    from registration_core.domain.groups import Newcomer, Share
    from registration_core.domain.submission import Idempotency, Receipt

_UNCHANGED = "#capacity = :capacity AND taken = :taken AND tickets = :drawn AND departed = :drawn"
_ROOM = "#capacity = :capacity AND taken <= :most AND tickets = departed"


class NewGroup:
    """Adds the submissions of a group, with their guards, seats and tickets, all or none."""

    def __init__(self, table: Table, *, now: datetime, randomness: Callable[[int], bytes]) -> None:
        self._table = table
        self._now = now
        self._new = NewSubmission(table, now=now, randomness=randomness)

    def add(self, newcomers: Sequence[Newcomer], shares: Mapping[str, Share], idempotency: Idempotency) -> Receipt:
        """Store the group; see `SubmissionRepository.add_group`.

        A transaction may write an item only once, so what they take of an option is one write, and
        one idempotency record leads to all. With many older guard keys there is no room for the checks
        of all older guards: then the read before the transaction counts.
        """
        receipts = tuple(receipt_of(each.submission) for each in newcomers)
        repeated = all(each.first is not None for each in newcomers)
        receipt = replace(receipts[0], repeated=repeated, group=receipts)
        writes: dict[str, Write] = {}
        for number, each in enumerate(newcomers):
            own = self._new.writes(each.submission, each.once, idempotency, receipt, first=each.first)
            for name, write in own.items():
                kind, *rest = name.split(" ")
                if kind == "idempotency":
                    writes[name] = write
                elif kind != "quota":
                    writes[" ".join([kind, str(number), *rest])] = write
        for option, share in shares.items():
            if share.seats or share.tickets:
                writes[f"quota {option}"] = self._take(newcomers, option, share)
        checks = [name for name, write in writes.items() if "ConditionCheck" in write]
        for name in checks[: max(0, len(writes) - MOST_WRITES)]:
            del writes[name]
        failed = self._table.transact(writes)
        if not failed:
            return receipt
        in_the_way: dict[str, Item] = {name.partition(" ")[0]: item for name, item in failed.items()}
        if "idempotency" in in_the_way:
            answer = first_answer(in_the_way["idempotency"], idempotency, own_id=receipt.id)
            return replace(answer, repeated=answer.repeated or repeated)
        raise refusal(in_the_way, newcomers[0].submission)

    def _take(self, newcomers: Sequence[Newcomer], option: str, share: Share) -> Write:
        """Return the write that takes an option's seats and draws its tickets.

        The condition counts those who already have the option as newcomers, but only newcomers
        count as taken. If fewer seats are left than they need, nothing may have changed since it was
        read; otherwise there must only be room.
        """
        of_option = [each for each in newcomers if each.submission.option == option]
        taken = sum(each.first is None and each.submission.seated for each in of_option)
        state = share.state
        key = keys.quota_key(state.form, option)
        if share.tickets:
            return update(
                key,
                "ADD taken :seats, tickets :tickets SET ticket_for = :holder, ticket_at = :now",
                _UNCHANGED,
                seats=taken,
                tickets=share.tickets,
                holder=of_option[-1].submission.id,
                now=items.milliseconds(self._now),
                capacity=state.capacity,
                taken=state.taken,
                drawn=state.tickets,
            )
        if share.seats == 1:
            return update(key, "ADD taken :seats", FOR_NEWCOMER, seats=taken)
        most = state.capacity - share.seats
        return update(key, "ADD taken :seats", _ROOM, seats=taken, capacity=state.capacity, most=most)
