"""`rollcall status`: what a submission is, changed by the staff."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.acting import DryRun, Yes, begin
from admin_cli.bulk import for_each
from admin_cli.entries import Entries, Entry, check_spelling, counted
from admin_cli.errors import CliError
from admin_cli.helping import Command, noun
from admin_cli.meanwhile import changed_meanwhile
from admin_cli.places import FormArgument, OptionArgument, place_of, said
from admin_cli.services import of
from admin_cli.values import for_person
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from admin_cli.acting import Act
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Submission
    from registration_core.services.manage import ManageService

app = noun("""
Change what a submission is.

Examples:
  rollcall status set K7QM-3XTP confirmed
  rollcall status cancel K7QM-3XTP 8D2N-4WRA
  rollcall status promote registration first-robot
""")


#: How many of those who still wait are named.
MOST_NAMED = 10


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
        act.say(f"{act.called(before)} is {status} already.")
        return
    _ensure_allowed(act, before, status)
    doing = "cancel" if status is Status.CANCELLED else "confirm"
    if not act.agreed(f"{doing} {act.called(before)}, which is {before.status}"):
        return
    after = _set(act.stack.manage(), before, status, by=act.by)
    if after.status is status:
        act.say(f"{act.called(after)} is {after.status} now; it was {before.status}.")
    elif before.status is Status.SPAM and after.status is Status.WAITLISTED:
        act.say(f"{act.called(after)} is on the waiting list now, for all places are taken.")
    else:
        raise changed_meanwhile(act.stack, before)


@app.command("cancel", cls=Command)
def cancel(ctx: typer.Context, entries: Entries, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Take submissions back, one or several; their places go to the next in line.

    Each registrant is told by mail, unless it was spam. One that is unknown, erased or mistyped is told before anything
    is changed; those cancelled already stay as they are, so that the same command again does only what is left.

    Examples:
      rollcall status cancel K7QM-3XTP --dry-run
      rollcall status cancel K7QM-3XTP 8D2N-4WRA
      rollcall status cancel reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE msg_01JD9Z3V8Q4X2M7N5R6T1WKBCF --yes
    """
    for entry in entries:
        check_spelling(entry)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    query = act.stack.query()
    found = {each.id: each for each in (query.show(entry).submission for entry in entries)}
    for each in found.values():
        if each.status is not Status.CANCELLED:
            each.status.ensure_may_become(Status.CANCELLED)
    left = [each for each in found.values() if each.status is not Status.CANCELLED]
    for each in found.values():
        act.say(f"  {act.called(each)}, which is {each.status}" + ("" if each in left else " already"))
    if not left or not act.agreed(f"cancel {counted(len(left))}"):
        return
    manage = act.stack.manage()
    for_each(act, left, lambda each: manage.cancel(each.id, by=act.by), name=act.called, done="cancelled")
    act.say(f"{counted(len(left))} cancelled.")


@app.command("promote", cls=Command)
def promote(
    ctx: typer.Context,
    form: FormArgument,
    option: OptionArgument,
    *,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="At most so many (default: all that fit).")
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Give free places of an option to those who wait longest, in their order; nobody is passed over.

    Forms whose waiting list is `manual` need it; where it is automatic it is done already. Those who get a place are
    told by mail. It says who got one, who still waits, and why nobody moved.

    Examples:
      rollcall status promote registration first-robot --dry-run
      rollcall status promote registration first-robot
      rollcall status promote registration first-robot --limit 1 --yes
    """
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    state = place_of(act.stack, form, option)
    manage = act.stack.manage()
    many = min(state.free, state.waiting, limit or state.waiting)
    if not many:
        act.say(_why_nobody(state))
        return
    for each in manage.waiting(form, option, limit=many):
        act.say(f"  number {each.position}: {act.called(each)}")
    if not act.agreed(f"promote {many} of {state.waiting} who wait for {form} {option}"):
        return
    promoted = manage.promote(form, option, by=act.by, limit=limit)
    for each in promoted:
        until = f", until {for_person(each.verify_by)} if nobody verifies it" if each.verify_by else ""
        act.say(f"{act.called(each)} has a place now{until}.")
    if not promoted:
        act.say(
            "Nobody moved: a number before theirs was given out, and its submission is still on its way. Try again in "
            "a few minutes."
        )
    after = place_of(act.stack, form, option)
    act.say(f"{said(after)} now.")
    for each in manage.waiting(form, option, limit=MOST_NAMED):
        act.say(f"  number {each.position} still waits: {act.called(each)}")
    if after.waiting > MOST_NAMED:
        act.say(f"  and {after.waiting - MOST_NAMED} more")


def _why_nobody(state: QuotaState) -> str:
    if not state.waiting:
        return f"Nobody waits for {state.form} {state.option}; nobody moved."
    return (
        f"{said(state)}: none is free, and nobody moved. More places: rollcall quota set {state.form} {state.option} N"
    )


def _ensure_allowed(act: Act, entry: Submission, wanted: Status) -> None:
    """Raise StatusTransitionError or CliError, saying what is allowed."""
    entry.status.ensure_may_become(wanted)
    if wanted is Status.CONFIRMED and entry.status is Status.WAITLISTED:
        raise CliError(
            f"{act.called(entry)} waits and gets the next place that frees in its turn; it may be cancelled or erased.",
            hint=f"Give out free places: rollcall status promote {entry.form} {entry.option}\n"
            f"Make more: rollcall quota set {entry.form} {entry.option} N",
        )
    if wanted is Status.CONFIRMED and entry.status is Status.CANCELLED:
        raise CliError(
            f"{act.called(entry)} is cancelled and cannot be confirmed again; it may be erased.",
            hint="Who wants the place back registers anew.",
        )


def _set(manage: ManageService, before: Submission, wanted: Status, *, by: str) -> Submission:
    if wanted is Status.CANCELLED:
        return manage.cancel(before.id, by=by)
    if before.status is Status.SPAM:
        return manage.mark_genuine(before.id, by=by)
    return manage.verify(before.id, by=by)
