"""Findings of the table check, for `rollcall doctor --deep`: one line per problem, or per invariant that holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from admin_cli.doctor.findings import Finding, Health
from admin_cli.table_check.check import TableCheck
from admin_cli.table_check.paced_call import PacedCall
from admin_cli.table_check.problems import Invariant, counted
from admin_cli.terminal.progress import Progress, duration
from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.guard_key_ring import GuardKeyRing
from registration_core.adapters.dynamodb.guard_keys import GuardKeys
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.retries import STAFF_RETRY_S
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin_cli.confirmation import Act
    from admin_cli.services import Services
    from admin_cli.stack import Stack
    from admin_cli.table_check.problems import Problem
    from registration_core.adapters.dynamodb.table import Item, Key

HOLDS = {
    Invariant.READABLE: "Every item can be read.",
    Invariant.QUOTAS: "Every quota counts the seats that are held.",
    Invariant.OVERSOLD: "No option has more seats held than its capacity.",
    Invariant.SEATS: "Every seat belongs to the submission that holds it.",
    Invariant.WAITING_LIST: "Every ticket belongs to the submission that waits with it.",
    Invariant.GUARDS: "Every guard belongs to the submission of its person.",
    Invariant.REFERENCES: "Every reference leads to its submission.",
    Invariant.HISTORY: "Every history accounts for each version of its submission.",
    Invariant.MAILS: "No mail has waited for more than a day.",
    Invariant.INDEXES: "Lists, searches and histories find every submission.",
    Invariant.EXPIRY: "Everything expires, and nothing before its submission.",
    Invariant.ERASURES: "What was erased is gone, and in the ledger of erasures.",
    Invariant.ORPHANS: "Every item belongs to something.",
}


class DeepCheck:
    """Checks a stack's table, and repairs it if an act is given."""

    def __init__(self, services: Services, stack: Stack, *, units_per_s: float, act: Act | None) -> None:
        self._services = services
        self._act = act
        self._call = PacedCall(sdk_call(stack.client("dynamodb")), units_per_s=units_per_s, sleep=services.sleep)
        table = Table(self._call, stack.description.table, retry_s=STAFF_RETRY_S)
        clock = SystemClock()
        self._check = TableCheck(
            table,
            forms=stack.forms,
            versions_of=stack.versions_of,
            signer=None if GuardKeyRing(table).read() is None else GuardKeys(table),
            repository=ManagedDynamoRepository(table, clock=clock),
            clock=clock,
            by=stack.caller.arn,
        )

    def findings(self) -> Iterator[Finding]:
        """Yield a finding per problem, then one per invariant that holds."""
        suspects = self._suspects()
        problems = self._confirmed(suspects)
        repairable = sum(problem.repair is not None for problem in problems)
        repaired: list[Problem] = []
        if self._act is not None and repairable and self._agreed(problems, repairable):
            for problem in self._check.repair(suspects):
                repaired.append(problem)
                yield Finding(problem.invariant, Health.REPAIRED, problem.says, _done(problem))
            again = dict.fromkeys([*suspects, *self._check.touched])
            problems = self._confirmed(list(again))
        for problem in problems:
            health = Health.FAILURE if problem.sure else Health.WARNING
            yield Finding(problem.invariant, health, problem.says, _mend(problem))
        broken = {problem.invariant for problem in (*repaired, *problems)}
        for invariant, says in HOLDS.items():
            if invariant not in broken:
                yield Finding(invariant, Health.OK, says)
        self._say_counts(problems)

    def _suspects(self) -> list[Key]:
        with Progress(self._services.output, "items read") as progress:

            def seen(item: Item) -> Item:
                progress.advance()
                return item

            suspects = self._check.suspects(seen)
            counts, items = self._check.survey.counts, counted(progress.done, "item")
            again = f" Reading {counted(len(suspects), 'item')} again." if suspects else ""
            self._services.output.note(
                f"{counted(counts['submissions'], 'submission')} and {counted(counts['quotas'], 'quota')} in {items}: "
                f"{self._call.units:,.0f} read units, {duration(progress.elapsed_s)}.{again}"
            )
        return suspects

    def _confirmed(self, suspects: list[Key]) -> list[Problem]:
        """Read the suspects again, and return what is really wrong."""
        problems = []
        with Progress(self._services.output, "items read again", total=len(suspects)) as progress:
            for subject in suspects:
                problems += self._check.problems(subject)
                progress.advance()
        return problems

    def _agreed(self, problems: list[Problem], repairable: int) -> bool:
        """Show what would be repaired, and ask."""
        assert self._act is not None  # noqa: S101 - the caller looked
        if not self._act.dry_run:
            for problem in problems:
                self._act.say(f"  {problem.invariant}: {problem.says} → {_mend(problem)}")
        return self._act.agreed(f"repair {repairable} of {counted(len(problems), 'problem')}")

    def _say_counts(self, problems: list[Problem]) -> None:
        counts = Counter(problem.invariant for problem in problems)
        if counts:
            each = ", ".join(f"{invariant} {count}" for invariant, count in counts.items())
            self._services.output.note(f"{counted(len(problems), 'problem')} left: {each}.")


def _mend(problem: Problem) -> str:
    return problem.next_step if problem.repair is None else f"--repair would {problem.repair.does}."


def _done(problem: Problem) -> str:
    return f"Done: {problem.repair.does}." if problem.repair is not None else ""
