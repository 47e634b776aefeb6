"""Checks run side by side, each within its time, none able to stop another."""

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
    """What is examined. sources: the clone's and the organisation's files; None outside of a clone."""

    stack: Stack
    sources: Sources | None
    now: Callable[[], datetime]

    @property
    def on_this_machine(self) -> bool:
        """Whether an emulator stands in for AWS."""
        return self.stack.context.on_this_machine


if TYPE_CHECKING:
    Check = Callable[[Patient], Verdict]


@dataclass(slots=True)
class _Running:
    """One check on its way."""

    name: str
    found: list[Verdict] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def run(self, check: Check, patient: Patient) -> None:
        """Carry it out; whatever it raises becomes a finding."""
        try:
            self.found.append(check(patient))
        except Exception as error:  # noqa: BLE001 - a check that cannot be made is a finding, whatever stopped it
            self.found.append(_stopped(error if isinstance(error, CliError) else explain(error)))
        finally:
            self.done.set()


def examine(checks: Mapping[str, Check], patient: Patient, *, limit_s: float = LIMIT_S) -> Iterator[Finding]:
    """Make every check at once, and give what they find in the order they stand, each as soon as it is there."""
    running = [_Running(name) for name in checks]
    for one in running:
        threading.Thread(target=one.run, args=(checks[one.name], patient), daemon=True).start()
    end = time.monotonic() + limit_s
    for one in running:
        if one.done.wait(max(0.0, end - time.monotonic())):
            verdict = one.found[0]
        else:
            verdict = wrong(f"No answer within {limit_s:g} s.", "Check the network and a proxy, then try again.")
        yield Finding(one.name, verdict.health, verdict.says, verdict.mend)


def skipped(names: Sequence[str], why: str) -> Iterator[Finding]:
    """Say of checks that they were not made."""
    for name in names:
        yield Finding(name, Health.SKIPPED, why)


def _stopped(told: CliError) -> Verdict:
    """Say what stopped a check. A missing permission says nothing about the stack; anything else does."""
    if isinstance(told, MissingPermissionError):
        return not_examined(f"Your role lacks {told.action}.")
    return wrong(str(told), told.hint or "Run the same command with --debug, and report what it prints.")
