"""What someone else did to a submission while a staff member decided about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.errors import CliError
from admin_cli.submissions.lookup import called
from admin_cli.terminal.escape import plain
from admin_cli.terminal.values import for_person
from registration_core.domain.concurrent_changes import differing, events_after
from registration_core.domain.identifiers import display_reference

if TYPE_CHECKING:
    from admin_cli.stack import Stack
    from registration_core.domain.submission import Submission


def changed_meanwhile(stack: Stack, before: Submission) -> CliError:
    """Say who changed a submission since it was read, when, and which values are different now.

    Raises SubmissionNotFoundError if it no longer exists.
    """
    details = stack.query().show(before.id)
    now = details.submission
    lines = [f"{for_person(event.at)}  {event.what}, by {event.by}" for event in events_after(details, before.version)]
    lines += [f"{name} is now {_shown(value)}; you saw {_shown(seen)}" for name, seen, value in differing(before, now)]
    lines.append(f"Check it, then try again: rollcall show {display_reference(before.reference)}")
    return CliError(
        f"Someone else changed {called(before, stack.forms)} while you were working. Your change was not saved.",
        hint="\n".join(map(plain, lines)),
    )


def _shown(value: object) -> str:
    return "empty" if value is None else repr(value) if isinstance(value, str) else str(value)
