"""`rollcall status`: what a submission is, changed by the staff."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.acting import DryRun, Yes, begin
from admin_cli.entries import Entry, called, check_spelling
from admin_cli.errors import CliError
from admin_cli.helping import Command, noun
from admin_cli.services import of
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from registration_core.domain.submission import Submission
    from registration_core.services.manage import ManageService

app = noun("""
Change what a submission is.

Examples:
  rollcall status set K7QM-3XTP confirmed
  rollcall status set K7QM-3XTP cancelled
""")


class Wanted(StrEnum):
    """What the staff may make of an entry; waiting and being promoted come of the places."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@app.command("set", cls=Command)
def set_status(
    ctx: typer.Context,
    entry: Entry,
    wanted: Annotated[Wanted, typer.Argument(metavar="STATUS", help="What it is to be: confirmed or cancelled.")],
    *,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Confirm a submission, or cancel it; the mails that go with it are sent.

    `confirmed` takes suspected spam for honest, or an address that is to be verified for proven: whoever does it
    vouches for it. Where all places are taken, suspected spam goes to the waiting list instead. `cancelled` takes any
    submission back; its place goes to the next in line.

    Examples:
      rollcall status set K7QM-3XTP confirmed --dry-run
      rollcall status set K7QM-3XTP confirmed
      rollcall status set reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE cancelled --yes
    """
    check_spelling(entry)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    before = act.stack.query().show(entry).submission
    status = Status(wanted)
    if before.status is status:
        act.say(f"{called(before)} is {status} already.")
        return
    _ensure_allowed(before, status)
    doing = "cancel" if status is Status.CANCELLED else "confirm"
    if not act.agreed(f"{doing} {called(before)}, which is {before.status}"):
        return
    after = _set(act.stack.manage(), before, status, by=act.by)
    if after.status is status:
        act.say(f"{called(after)} is {after.status} now; it was {before.status}.")
    elif before.status is Status.SPAM and after.status is Status.WAITLISTED:
        act.say(f"{called(after)} is on the waiting list now, for all places are taken.")
    else:
        raise CliError(f"{called(after)} was changed by another meanwhile: it is {after.status}.")


def _ensure_allowed(entry: Submission, wanted: Status) -> None:
    """Raise StatusTransitionError or CliError, saying what is allowed."""
    entry.status.ensure_may_become(wanted)
    if wanted is Status.CONFIRMED and entry.status is Status.WAITLISTED:
        raise CliError(
            f"{called(entry)} waits and gets the next place that frees in its turn; it may be cancelled or erased.",
            hint=f"More places: rollcall quota set {entry.form} {entry.option} N",
        )
    if wanted is Status.CONFIRMED and entry.status is Status.CANCELLED:
        raise CliError(
            f"{called(entry)} is cancelled and cannot be confirmed again; it may be erased.",
            hint="Who wants the place back registers anew.",
        )


def _set(manage: ManageService, before: Submission, wanted: Status, *, by: str) -> Submission:
    if wanted is Status.CANCELLED:
        return manage.cancel(before.id, by=by)
    if before.status is Status.SPAM:
        return manage.mark_genuine(before.id, by=by)
    return manage.verify(before.id, by=by)
