"""The check of one table: surveys it, reads each suspect again at one moment, and repairs what is really wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.table_check.changes import Changes
from admin_cli.table_check.links import link_problems, places_of
from admin_cli.table_check.orphans import orphan_problems
from admin_cli.table_check.own_items import own_problems
from admin_cli.table_check.pointers import pointer_problems, target_of
from admin_cli.table_check.problems import UNREADABLE, Invariant, Problem, unreadable
from admin_cli.table_check.quotas import quota_problems
from admin_cli.table_check.rules import Rules
from admin_cli.table_check.survey import Survey
from registration_core.adapters.dynamodb import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
    from registration_core.adapters.dynamodb.table import Item, Key, Table
    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, Signer

ATTEMPTS = 8
"""How often something that others keep changing is read again."""
_ROUNDS = 3
"""How often what is left is repaired again: one repair may make another possible."""


class TableCheck:
    """Checks and repairs one table. by: the IAM principal whom histories name."""

    def __init__(
        self,
        table: Table,
        *,
        forms: Mapping[str, Form],
        versions_of: Callable[[str], Sequence[Form]],
        signer: Signer | None,
        repository: ManagedDynamoRepository,
        clock: Clock,
        by: str,
    ) -> None:
        self._table = table
        self._repository = repository
        self._clock = clock
        self._by = by
        self._forms = forms
        self._signer = signer
        self._stored: dict[str, Sequence[Form]] = {}
        self._versions_of = versions_of
        self.survey = Survey(self._rules())
        self.touched: dict[Key, None] = {}
        """The quotas whose counts a repair changed."""

    def suspects(self, seen: Callable[[Item], Item] = lambda item: item) -> list[Key]:
        """Read the whole table, and return the keys of what may be wrong. seen: called with each item."""
        self.survey.read(map(seen, self._table.scan("")))
        return self.survey.suspects()

    def problems(self, subject: Key) -> list[Problem]:
        """Return what is really wrong with a suspect, as of one moment."""
        if subject in self.survey.alone:
            return self.survey.alone[subject]
        try:
            for _ in range(ATTEMPTS):
                problems = self._problems_at_one_moment(subject)
                if problems is not None:
                    return problems
        except UNREADABLE as error:
            return [unreadable(subject, error)]
        says = f"{subject[0].partition('#')[2]}: it changes too often to be checked."
        return [Problem(Invariant.READABLE, subject, says, next_step="Run the command again.", sure=False)]

    def _problems_at_one_moment(self, subject: Key) -> list[Problem] | None:
        pk, sk = subject
        if pk.startswith("SUB#"):
            return self._of_submission(pk)
        return self._of_quota(pk) if sk == keys.QUOTA else self._of_pointer(subject)

    def repair(self, subjects: Iterable[Key]) -> Iterator[Problem]:
        """Repair what can be repaired, and yield each repaired problem. Each is checked again just before."""
        queue = dict.fromkeys(subjects)
        for _ in range(_ROUNDS):
            repaired = 0
            for subject in [*self.touched, *queue]:
                for problem in self._repair_one(subject):
                    self.touched |= dict.fromkeys(_quotas_of(problem))
                    repaired += 1
                    yield problem
            if not repaired:
                break
        for subject in dict.fromkeys([*self.touched, *queue]):
            if subject[1] == keys.QUOTA:
                yield from self._repair_one(subject, may_free=True)

    def _repair_one(self, subject: Key, *, may_free: bool = False) -> Iterator[Problem]:
        repaired: set[str] = set()
        for _ in range(4 * ATTEMPTS):
            repairable = (
                each
                for each in self.problems(subject)
                if each.repair and each.says not in repaired and (may_free or not each.repair.frees)
            )
            problem = next(repairable, None)
            if problem is None:
                return
            if self._carried_out(problem):
                repaired.add(problem.says)
                yield problem

    def _carried_out(self, problem: Problem) -> bool:
        """Whether a repair was written. If not, someone else changed an item at the same moment."""
        assert problem.repair is not None  # noqa: S101 - the caller looked
        if problem.repair.erases is not None:
            self._repository.erase(self._repository.get(problem.repair.erases), by=self._by)
            return True
        return not self._table.transact(problem.repair.writes)

    def _of_submission(self, pk: str) -> list[Problem] | None:
        """Return a submission's problems; None if it changed while it was read.

        Whatever a change of a submission writes elsewhere, it writes with the submission's next version, all or
        nothing. So everything that was read between two reads of the same version belongs to that version.
        """
        key = (pk, keys.SUBMISSION)
        before = self._table.get(key)
        hanging = [item for item in self._table.query("pk = :pk", pk=pk) if item["sk"] != keys.SUBMISSION]
        rules = self._rules()
        if before is None:
            problems = list(orphan_problems(pk, hanging, rules))
        elif rules.expired(before):
            problems = []
        else:
            problems = list(own_problems(before, hanging, rules))
            if all(each.invariant is not Invariant.READABLE for each in problems):
                places = places_of(before, hanging, rules)
                others = {place: item for place in places.all() if (item := self._table.get(place)) is not None}
                problems += link_problems(before, places, others, rules)
        return problems if _same(before, self._table.get(key)) else None

    def _of_quota(self, pk: str) -> list[Problem] | None:
        """Return a quota's problems; None if its seats changed while they were read.

        The quota is read between two reads of its seats and tickets. If both found the same, that is how they were at
        the moment between.
        """
        before = self._holders(pk)
        quota = self._table.get((pk, keys.QUOTA))
        if self._holders(pk) != before:
            return None
        return list(quota_problems(pk, [*([] if quota is None else [quota]), *before], self._rules()))

    def _holders(self, pk: str) -> list[Item]:
        return [item for item in self._table.query("pk = :pk", pk=pk) if item["sk"] != keys.QUOTA]

    def _of_pointer(self, subject: Key) -> list[Problem] | None:
        pointer = self._table.get(subject)
        if pointer is None:
            return []
        submission = keys.submission_key(target_of(pointer))
        before = self._table.get(submission)
        pointer = self._table.get(subject)
        if pointer is None:
            return []
        quota = self._table.get((subject[0], keys.QUOTA)) if subject[0].startswith("QUOTA#") else None
        history = before is None and any(self._history_of(target_of(pointer)))
        if not _same(before, self._table.get(submission)):
            return None
        return list(pointer_problems(pointer, before, quota, self._rules(), has_history=history))

    def _history_of(self, submission_id: str) -> Iterator[Item]:
        pk, _ = keys.submission_key(submission_id)
        return self._table.query("pk = :pk AND begins_with(sk, :event)", pk=pk, event=keys.EVENT)

    def _rules(self) -> Rules:
        changes = Changes(self._by, self._clock.now())
        return Rules(self._forms, self._versions_of, self._signer, changes, self._history_of, self._stored)


def _same(before: Item | None, after: Item | None) -> bool:
    """Whether a submission has the same version in both reads, or is in neither."""
    if before is None or after is None:
        return before is after
    return bool(before.get("version") == after.get("version"))


def _quotas_of(problem: Problem) -> Iterator[Key]:
    """Yield the quotas whose counts a repair changed."""
    for write in problem.repair.writes.values() if problem.repair is not None else ():
        for parts in write.values():
            pk = str((parts["Key"] if "Key" in parts else parts["Item"])["pk"]["S"])
            if pk.startswith("QUOTA#"):
                yield pk, keys.QUOTA
