"""Runs checks in parallel, each with a time limit; none can stop another."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from admin_cli.aws.sessions import MissingPermissionError
from admin_cli.doctor.findings import Finding, Health, Verdict, not_examined, wrong
from admin_cli.errors import CliError
from admin_cli.known_errors import explain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from admin_cli.stack import Stack
    from rollcall_build.sources import Sources

#: How long one check may take.
LIMIT_S = 15.0


@dataclass(frozen=True, slots=True)
class Patient:
    """What is checked. sources: the clone's and the organisation's files; None outside a clone."""

    stack: Stack
    sources: Sources | None
    now: Callable[[], datetime]

    @property
    def on_this_machine(self) -> bool:
        """Whether the stack runs on an emulator of AWS."""
        return self.stack.context.on_this_machine


if TYPE_CHECKING:
    Check = Callable[[Patient], Verdict]


@dataclass(slots=True)
class _Running:
    """One check that is running."""

    name: str
    verdicts: list[Verdict] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def run(self, check: Check, patient: Patient) -> None:
        """Run the check; any error that it raises becomes a verdict."""
        try:
            self.verdicts.append(check(patient))
        except Exception as error:  # noqa: BLE001 - a check that can't be made is a finding, whatever stopped it
            self.verdicts.append(_stopped(error if isinstance(error, CliError) else explain(error)))
        finally:
            self.done.set()


def examine(checks: Mapping[str, Check], patient: Patient, *, limit_s: float = LIMIT_S) -> Iterator[Finding]:
    """Run all checks at once, and yield the findings in the order of the checks, each as soon as it is known."""
    running = [_Running(name) for name in checks]
    for check in running:
        threading.Thread(target=check.run, args=(checks[check.name], patient), daemon=True).start()
    end = time.monotonic() + limit_s
    for check in running:
        if check.done.wait(max(0.0, end - time.monotonic())):
            verdict = check.verdicts[0]
        else:
            verdict = wrong(f"No answer within {limit_s:g} s.", "Check the network and any proxy, then try again.")
        yield Finding(check.name, verdict.health, verdict.says, verdict.mend)


def skipped(names: Sequence[str], why: str) -> Iterator[Finding]:
    """Yield a finding for each check that was not made."""
    for name in names:
        yield Finding(name, Health.SKIPPED, why)


def _stopped(error: CliError) -> Verdict:
    """Turn an error into a verdict. A missing permission says nothing about the stack; anything else does."""
    if isinstance(error, MissingPermissionError):
        return not_examined(f"Your role lacks {error.action}.")
    return wrong(str(error), error.hint or "Run the command again with --debug, and report what it prints.")
