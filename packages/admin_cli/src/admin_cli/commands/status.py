"""`rollcall status`: what a submission is, changed by the staff."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError
from admin_cli.forms.parameters import FormArgument, OptionArgument  # noqa: TC001 - Typer reads the annotations
from admin_cli.forms.seats import said, seats_of
from admin_cli.services import of
from admin_cli.submissions.bulk import for_each
from admin_cli.submissions.concurrent_changes import changed_meanwhile
from admin_cli.submissions.lookup import Entries, Entry, check_spelling, counted
from admin_cli.submissions.promotions import MOST_NAMED, leaving, say_promoted, say_promotions
from admin_cli.submissions.restorations import Restorations, registered_again
from admin_cli.terminal.help import Command, noun
from registration_core.domain.errors import AlreadyRegisteredError
from registration_core.domain.identifiers import display_reference
from registration_core.domain.submission import Status
from registration_core.domain.transitions import ensure_may_become

if TYPE_CHECKING:
    from admin_cli.confirmation import Act
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Submission
    from registration_core.services.manage import Told

app = noun("""
Change what a submission is.

Examples:
  rollcall status set K7QM-3XTP confirmed
  rollcall status cancel K7QM-3XTP 8D2N-4WRA
  rollcall status restore K7QM-3XTP
  rollcall status promote registration first-robot
""")

_ON_ITS_WAY = (
    "Nobody is promoted now: a ticket before theirs was drawn, and its submission is still on its way. Try again in a "
    "few minutes."
)


class Wanted(StrEnum):
    """What the staff may make of an entry; waiting and being promoted come of the seats."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    SPAM = "spam"


@app.command("set", cls=Command)
def set_status(
    ctx: typer.Context,
    entry: Entry,
    wanted: Annotated[Wanted, typer.Argument(metavar="STATUS", help="What it is to be: confirmed, cancelled or spam.")],
    *,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Confirm a submission, cancel it, or set it aside as spam.

    `confirmed` takes suspected spam for honest, or an address that is to be verified for proven: whoever does it
    vouches for it. Where all seats are taken, suspected spam goes to the waiting list instead; it says so before. It is
    refused where the same person has registered again by now.
    `cancelled` takes any submission back, and the registrant is mailed; `spam` sets it aside, and they are not. Its
    seat goes to the next in line, who is named and mailed. To undo it: `confirmed` for what is spam, and
    `rollcall status restore` for what is cancelled.

    Examples:
      rollcall status set K7QM-3XTP confirmed --dry-run
      rollcall status set K7QM-3XTP confirmed
      rollcall status set K7QM-3XTP spam
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
    if status is not Status.CONFIRMED:
        say_promotions(act, leaving([before]))
    if not act.agreed(_to_come(act, before, status)):
        return
    promoted: list[Submission] = []
    after = _set(act, before, status, promoted=promoted.append)
    if after.status is status:
        act.say(f"{act.called(after)} is {after.status} now; it was {before.status}.")
    elif before.status is Status.SPAM and after.status is Status.WAITLISTED:
        act.say(f"{act.called(after)} waits now, with ticket {after.position}: all seats are taken.")
    else:
        raise changed_meanwhile(act.stack, before)
    say_promoted(act, promoted)


def _to_come(act: Act, before: Submission, wanted: Status) -> str:
    """Say what would become of an entry: a seat where one is free, else a number on the waiting list."""
    if wanted is not Status.CONFIRMED:
        doing = "cancel" if wanted is Status.CANCELLED else "set aside as spam"
        return f"{doing} {act.called(before)}, which is {before.status}"
    if before.status is not Status.SPAM or before.option is None:
        return f"confirm {act.called(before)}, which is {before.status}"
    state = seats_of(act.stack, before.form, before.option)
    if state.open:
        return f"confirm {act.called(before)}, which is {before.status}"
    return (
        f"put {act.called(before)}, which is {before.status}, on the waiting list with ticket {state.tickets + 1}, "
        f"for {said(state)}"
    )


@app.command("cancel", cls=Command)
def cancel(ctx: typer.Context, entries: Entries, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Take submissions back, one or several; their seats go to the next in line.

    Each registrant is told by mail, unless it was spam. It says before who would be promoted, and afterwards who was;
    they are mailed too. One that is unknown, erased or mistyped is told before anything
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
        if each.status is Status.ERASED:
            raise CliError(f"{act.called(each)} is erased, and stays erased: it cannot be cancelled.")
    left = [each for each in found.values() if each.status is not Status.CANCELLED]
    for each in found.values():
        act.say(f"  {act.called(each)}, which is {each.status}" + ("" if each in left else " already"))
    say_promotions(act, leaving(left))
    if not left or not act.agreed(f"cancel {counted(len(left))}"):
        return
    manage = act.stack.manage()
    promoted: list[Submission] = []

    def take_back(each: Submission) -> None:
        manage.cancel(each.id, by=act.by, promoted=promoted.append)

    # Who waits goes first, lest they are given the seat, and mailed, of somebody who goes before them.
    turns = sorted(left, key=lambda each: each.status is not Status.WAITLISTED)
    try:
        for_each(act, turns, take_back, name=act.called, done="cancelled")
        act.say(f"{counted(len(left))} cancelled.")
    finally:
        say_promoted(act, promoted)


@app.command("restore", cls=Command)
def restore(ctx: typer.Context, entries: Entries, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Take cancellations back, one or several: what a mistake cancelled stands again.

    Each gets a seat if one is free and nobody waits, else the next ticket; it says so before. The registrant is mailed
    what it is now. Where the form asks for verification and they never verified, they are asked once more. It is
    refused where the same person has registered anew by now.

    Examples:
      rollcall status restore K7QM-3XTP --dry-run
      rollcall status restore K7QM-3XTP
      rollcall status restore K7QM-3XTP 8D2N-4WRA --yes
    """
    for entry in entries:
        check_spelling(entry)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    query = act.stack.query()
    found = {each.id: each for each in (query.show(entry).submission for entry in entries)}
    restorations = Restorations(act)
    plans = [plan for each in found.values() if (plan := restorations.plan(each)) is not None]
    if plans and act.agreed(f"restore {counted(len(plans))}"):
        restored: list[Submission] = []
        for_each(
            act,
            plans,
            lambda plan: restored.append(restorations.restore(plan)),
            name=lambda plan: act.called(plan.before),
            done="restored",
        )


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
    """Give free seats of an option to those who wait longest, in their order; nobody is passed over.

    Forms whose waiting list is `manual` need it; where it is automatic it is done already. Those who get a seat are
    told by mail. It says who got one, who still waits, and why nobody moved.

    Examples:
      rollcall status promote registration first-robot --dry-run
      rollcall status promote registration first-robot
      rollcall status promote registration first-robot --limit 1 --yes
    """
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    state = seats_of(act.stack, form, option)
    manage = act.stack.manage()
    many = min(state.free, state.waiting, limit or state.waiting)
    if not many:
        act.say(_why_nobody(state))
        return
    chosen = manage.next_in_line(form, option, seats=many)
    if not chosen:
        act.say(_ON_ITS_WAY)
        return
    for each in chosen:
        act.say(f"  ticket {each.position}: {act.called(each)}")
    if not act.agreed(f"promote {many} of {state.waiting} who wait for {form} {option}"):
        return
    promoted = manage.promote(form, option, by=act.by, limit=limit)
    say_promoted(act, promoted)
    if not promoted:
        act.say(_ON_ITS_WAY)
    after = seats_of(act.stack, form, option)
    act.say(f"{said(after)} now.")
    for each in manage.waiting(form, option, limit=MOST_NAMED):
        act.say(f"  ticket {each.position} still waits: {act.called(each)}")
    if after.waiting > MOST_NAMED:
        act.say(f"  and {after.waiting - MOST_NAMED} more; all of them: rollcall quota waiting {form} {option}")


def _why_nobody(state: QuotaState) -> str:
    if not state.waiting:
        return f"Nobody waits for {state.form} {state.option}; nobody moved."
    return (
        f"{said(state)}: none is free, and nobody moved. More seats: rollcall quota set {state.form} {state.option} N"
    )


def _ensure_allowed(act: Act, entry: Submission, wanted: Status) -> None:
    """Raise StatusTransitionError or CliError, saying what is allowed."""
    ensure_may_become(entry.status, wanted)
    if wanted is Status.CONFIRMED and entry.status is Status.WAITLISTED:
        raise CliError(
            f"{act.called(entry)} waits and gets the next seat that frees in its turn; it may be cancelled or erased.",
            hint=f"Give out free seats: rollcall status promote {entry.form} {entry.option}\n"
            f"Make more: rollcall quota set {entry.form} {entry.option} N",
        )
    if wanted is Status.CONFIRMED and entry.status is Status.CANCELLED:
        raise CliError(
            f"{act.called(entry)} is cancelled: it is restored, with a seat if one is free.",
            hint=f"rollcall status restore {display_reference(entry.reference)}",
        )
    if wanted is Status.CONFIRMED and entry.status is Status.SPAM:
        try:
            act.stack.restore().ensure_alone(entry)
        except AlreadyRegisteredError as error:
            raise registered_again(act, entry, error) from error


def _set(act: Act, before: Submission, wanted: Status, *, promoted: Told) -> Submission:
    if wanted is Status.CONFIRMED and before.status is Status.SPAM:
        return act.stack.restore().mark_genuine(before.id, by=act.by)
    manage = act.stack.manage()
    if wanted is Status.CANCELLED:
        return manage.cancel(before.id, by=act.by, promoted=promoted)
    if wanted is Status.SPAM:
        return manage.mark_spam(before.id, by=act.by, promoted=promoted)
    return manage.verify(before.id, by=act.by)
