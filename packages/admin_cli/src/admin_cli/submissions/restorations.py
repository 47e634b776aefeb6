"""Restored submissions: what each will become, and the result."""

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


def registered_again(act: Act, submission: Submission, error: AlreadyRegisteredError) -> CliError:
    """Say why a submission can't be restored: the same person has another."""
    other = display_reference(act.stack.query().show(error.first).submission.reference)
    return CliError(
        f"{act.called(submission)} stays {submission.status}: the same person has registered again, as {other}.",
        hint=f"To restore this one instead, cancel the other: rollcall status cancel {other}",
    )


class Restorations:
    """The restorations of one command. Several for one option share its free seats."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._service = act.stack.restore()
        self._needed: Counter[tuple[str, str]] = Counter()
        self._planned: dict[tuple[str, str, str], Submission] = {}

    def plan(self, submission: Submission) -> Restoration | None:
        """Say what a submission will become; None if it doesn't need restoring.

        Raises CliError, which names the submission, if it is spam or erased, or if the same person has another or would
        get another by this command.
        """
        if submission.status in STANDING:
            self._act.say(f"  {self._act.called(submission)} is already {submission.status}")
            return None
        try:
            plan = self._service.plan(submission)
        except AlreadyRegisteredError as error:
            raise registered_again(self._act, submission, error) from error
        except StatusTransitionError as error:
            raise CliError(f"{self._act.called(submission)}: {error}") from error
        self._ensure_another_person(plan)
        self._act.say(f"  {self._act.called(submission)} {self._outlook(plan.after)}")
        return plan

    def restore(self, plan: Restoration) -> Submission:
        """Carry out a plan, and say what the submission became."""
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
        """Raise CliError if an earlier plan is for the same person and option."""
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
        """Say what it will get: a seat, or a ticket and why."""
        if after.option is None:
            return f"becomes {after.status}"
        state = seats_of(self._act.stack, after.form, after.option)
        place = (after.form, after.option)
        self._needed[place] += 1
        beyond = self._needed[place] - state.left
        if beyond <= 0:
            return f"becomes {after.status}, with a seat"
        return f"joins the waiting list with ticket {state.tickets + beyond}: {said(state)}"
