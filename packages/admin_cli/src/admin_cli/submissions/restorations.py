"""Cancellations taken back: what each entry would be again, told before, and what became of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from admin_cli.errors import CliError
from admin_cli.forms.seats import said, seats_of
from admin_cli.terminal.values import for_person
from registration_core.domain.errors import AlreadyRegisteredError, StatusTransitionError
from registration_core.domain.identifiers import display_reference
from registration_core.domain.submission import STANDING, Status

if TYPE_CHECKING:
    from admin_cli.confirmation import Act
    from registration_core.domain.submission import Submission
    from registration_core.services.restore import Restoration


def registered_again(act: Act, entry: Submission, error: AlreadyRegisteredError) -> CliError:
    """Say why an entry cannot stand: which other one the same person has."""
    other = display_reference(act.stack.query().show(error.first).submission.reference)
    return CliError(
        f"{act.called(entry)} stays {entry.status}: the same person has registered again, as {other}.",
        hint=f"To restore this one instead, cancel the other: rollcall status cancel {other}",
    )


class Restorations:
    """The restorations of one command: several for one option share the seats that are left."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._service = act.stack.restore()
        self._wanted: Counter[tuple[str, str]] = Counter()
        self._planned: dict[tuple[str, str, str], Submission] = {}

    def plan(self, entry: Submission) -> Restoration | None:
        """Say what an entry would be again; None for one that stands already.

        Raises CliError, which names the entry, for what is spam or erased, and where the same person has another by
        now or would have another by this command.
        """
        if entry.status in STANDING:
            self._act.say(f"  {self._act.called(entry)} is already {entry.status}")
            return None
        try:
            plan = self._service.plan(entry)
        except AlreadyRegisteredError as error:
            raise registered_again(self._act, entry, error) from error
        except StatusTransitionError as error:
            raise CliError(f"{self._act.called(entry)}: {error}") from error
        self._ensure_another_person(plan)
        self._act.say(f"  {self._act.called(entry)} {self._outlook(plan.after)}")
        return plan

    def restore(self, plan: Restoration) -> Submission:
        """Carry a plan out, and say what became of the entry."""
        restored = self._service.restore(plan, by=self._act.by)
        if restored.status is Status.WAITLISTED:
            became = f"is now waitlisted, with ticket {restored.position}"
        elif restored.status is Status.PENDING and restored.verify_by is not None:
            became = f"is pending, and must be verified by {for_person(restored.verify_by)}"
        else:
            became = f"is {restored.status} again"
        self._act.say(f"{self._act.called(restored)} {became}, and will be mailed.")
        return restored

    def _ensure_another_person(self, plan: Restoration) -> None:
        """Raise CliError where one that was planned before is the same person's for the same option."""
        if plan.once is None:
            return
        whose = (plan.before.form, plan.once.option, plan.once.person_fingerprint)
        other = self._planned.setdefault(whose, plan.before)
        if other is not plan.before:
            raise CliError(
                f"{self._act.called(plan.before)} and {display_reference(other.reference)} are from the same person "
                "for the same option. Only one of them can be restored.",
                hint="Name only the one to restore.",
            )

    def _outlook(self, after: Submission) -> str:
        """Say what it gets: a seat, or a ticket and why."""
        if after.option is None:
            return f"becomes {after.status}"
        state = seats_of(self._act.stack, after.form, after.option)
        place = (after.form, after.option)
        self._wanted[place] += 1
        beyond = self._wanted[place] - state.left
        if beyond <= 0:
            return f"becomes {after.status}, with a seat"
        return f"joins the waiting list with ticket {state.tickets + beyond}: {said(state)}"
