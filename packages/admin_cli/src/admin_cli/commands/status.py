"""`rollcall status`: changes the status of submissions."""

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
from admin_cli.submissions.lookup import Entries, Entry, Group, check_spelling, counted, each_once, with_groups
from admin_cli.submissions.promotions import MOST_NAMED, leaving, say_promoted, say_promotions
from admin_cli.submissions.restorations import Restorations, registered_again
from admin_cli.terminal.help import Command, noun
from registration_core.domain.errors import AlreadyRegisteredError
from registration_core.domain.identifiers import display_reference
from registration_core.domain.staff_actions import StaffAction, action_towards
from registration_core.domain.submission import Status
from registration_core.domain.transitions import ensure_may_become
from registration_core.services.status import StatusService

if TYPE_CHECKING:
    from admin_cli.confirmation import Act
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Submission

app = noun("""
Change the status of submissions.

Examples:
  rollcall status set K7QM-3XTP confirmed
  rollcall status cancel K7QM-3XTP 8D2N-4WRA
  rollcall status restore K7QM-3XTP
  rollcall status promote registration first-robot
""")

_ON_ITS_WAY = (
    "Nobody is promoted now: an earlier ticket was drawn, and its submission is still being stored. Try again in a few "
    "minutes."
)


class NewStatus(StrEnum):
    """The statuses that staff can set. Waiting and promotion follow from the seats."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    SPAM = "spam"


@app.command("set", cls=Command)
def set_status(
    ctx: typer.Context,
    entry: Entry,
    new_status: Annotated[
        NewStatus, typer.Argument(metavar="STATUS", help="The new status: confirmed, cancelled or spam.")
    ],
    *,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Confirm a submission, cancel it, or set it aside as spam.

    `confirmed` marks suspected spam as genuine, or an address as verified: you vouch for it. If all
    seats are taken, suspected spam goes to the waiting list instead; the command says so before. It
    refuses if the same person has registered again. `cancelled` cancels the submission and mails
    the registrant; `spam` sets it aside and mails nobody. Its seat goes to the next in line, whom
    the command names and mails. To undo: `confirmed` for spam, and `rollcall status restore` for
    cancelled submissions.

    Examples:
      rollcall status set K7QM-3XTP confirmed --dry-run
      rollcall status set K7QM-3XTP confirmed
      rollcall status set K7QM-3XTP spam
      rollcall status set reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE cancelled --yes
    """
    check_spelling(entry)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    before = act.stack.query().show(entry).submission
    status = Status(new_status)
    if before.status is status:
        act.say(f"{act.called(before)} is already {status}.")
        return
    action = _allowed_action(act, before, status)
    if status is not Status.CONFIRMED:
        say_promotions(act, leaving([before]))
    if not act.agreed(_describe(act, before, status)):
        return
    promoted: list[Submission] = []
    service = StatusService(manage=act.stack.manage(), restore=act.stack.restore())
    after = service.act(before, action, by=act.by, promoted=promoted.append)
    if after.status is status:
        act.say(f"{act.called(after)} is now {after.status}; it was {before.status}.")
    elif before.status is Status.SPAM and after.status is Status.WAITLISTED:
        act.say(f"{act.called(after)} is now on the waiting list with ticket {after.position}: all seats are taken.")
    else:
        raise changed_meanwhile(act.stack, before)
    say_promoted(act, promoted)


def _describe(act: Act, before: Submission, status: Status) -> str:
    """Say what would happen to a submission: a seat if one is free, otherwise a ticket for the waiting list."""
    if status is not Status.CONFIRMED:
        verb = "cancel" if status is Status.CANCELLED else "set aside as spam"
        return f"{verb} {act.called(before)}, which is {before.status}"
    if before.status is not Status.SPAM or before.option is None:
        return f"confirm {act.called(before)}, which is {before.status}"
    state = seats_of(act.stack, before.form, before.option)
    if state.open:
        return f"confirm {act.called(before)}, which is {before.status}"
    return (
        f"put {act.called(before)}, which is {before.status}, on the waiting list with ticket {state.tickets + 1}, "
        f"because {said(state)}"
    )


@app.command("cancel", cls=Command)
def cancel(
    ctx: typer.Context, entries: Entries, *, group: Group = False, yes: Yes = False, dry_run: DryRun = False
) -> None:
    """Cancel one or more submissions; their seats go to the next in line.

    Each registrant is mailed, except about spam. Before it cancels, the command says who would be
    promoted; afterwards, who was. They are mailed too. If one is unknown, erased or mistyped,
    nothing is changed. Those already cancelled stay as they are, so that you can run the same
    command again to finish. --group cancels all that were sent together.

    Examples:
      rollcall status cancel K7QM-3XTP --dry-run
      rollcall status cancel K7QM-3XTP --group
      rollcall status cancel K7QM-3XTP 8D2N-4WRA
      rollcall status cancel reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE msg_01JD9Z3V8Q4X2M7N5R6T1WKBCF --yes
    """
    for entry in entries:
        check_spelling(entry)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    named = each_once(act.stack.query(), entries)
    if group:
        asked = {each.id for each in named}
        together = with_groups(act.stack.query(), named)
        named = [each for each in together if each.id in asked or each.status is not Status.ERASED]
    for each in named:
        if each.status is Status.ERASED:
            raise CliError(f"{act.called(each)} is erased, so it can't be cancelled.")
    left = [each for each in named if each.status is not Status.CANCELLED]
    for each in named:
        act.say(f"  {act.called(each)}, which is {'' if each in left else 'already '}{each.status}")
    say_promotions(act, leaving(left))
    if not left or not act.agreed(f"cancel {counted(len(left))}"):
        return
    manage = act.stack.manage()
    promoted: list[Submission] = []

    def cancel_one(each: Submission) -> None:
        manage.cancel(each.id, by=act.by, promoted=promoted.append)

    # The waitlisted go first, so that nobody is promoted, and mailed, just before being cancelled.
    turns = sorted(left, key=lambda each: each.status is not Status.WAITLISTED)
    try:
        for_each(act, turns, cancel_one, name=act.called, done="cancelled")
        act.say(f"{counted(len(left))} cancelled.")
    finally:
        say_promoted(act, promoted)


@app.command("restore", cls=Command)
def restore(ctx: typer.Context, entries: Entries, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Restore one or more cancelled submissions.

    Each gets a seat if one is free and nobody is waiting, otherwise the next ticket; the command
    says which before. The registrant is mailed the new status. If the form asks for verification
    and they never verified, they get that mail again. It refuses if the same person has registered
    again.

    Examples:
      rollcall status restore K7QM-3XTP --dry-run
      rollcall status restore K7QM-3XTP
      rollcall status restore K7QM-3XTP 8D2N-4WRA --yes
    """
    for entry in entries:
        check_spelling(entry)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    named = each_once(act.stack.query(), entries)
    restorations = Restorations(act)
    plans = [plan for each in named if (plan := restorations.plan(each)) is not None]
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
        int | None, typer.Option(metavar="N", min=1, help="How many at most (default: all that fit).")
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Give an option's free seats to the first on its waiting list, in order.

    You need this for forms whose waiting list is `manual`; if it is automatic, it has already
    happened. Everyone promoted is mailed. The command says who got a seat, who is still waiting,
    and why if nobody moved.

    Examples:
      rollcall status promote registration first-robot --dry-run
      rollcall status promote registration first-robot
      rollcall status promote registration first-robot --limit 1 --yes
    """
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    state = seats_of(act.stack, form, option)
    option = state.option  # it may have been named by its label
    manage = act.stack.manage()
    seats = min(state.free, state.waiting, limit or state.waiting)
    if not seats:
        act.say(_why_nobody(state))
        return
    next_in_line = manage.next_in_line(form, option, seats=seats)
    if not next_in_line:
        act.say(_ON_ITS_WAY)
        return
    for each in next_in_line:
        act.say(f"  ticket {each.position}: {act.called(each)}")
    if not act.agreed(f"promote {seats} of {state.waiting} waiting for {form} {option}"):
        return
    promoted = manage.promote(form, option, by=act.by, limit=limit)
    say_promoted(act, promoted)
    if not promoted:
        act.say(_ON_ITS_WAY)
    after = seats_of(act.stack, form, option)
    act.say(f"{said(after)}.")
    for each in manage.waiting(form, option, limit=MOST_NAMED):
        act.say(f"  ticket {each.position} is still waiting: {act.called(each)}")
    if after.waiting > MOST_NAMED:
        act.say(f"  and {after.waiting - MOST_NAMED} more; to see them all: rollcall quota waiting {form} {option}")


def _why_nobody(state: QuotaState) -> str:
    if not state.waiting:
        return f"Nobody is waiting for {state.form} {state.option}."
    return (
        f"{said(state)}: no seat is free, so nobody moved. "
        f"To add seats: rollcall quota set {state.form} {state.option} N"
    )


def _allowed_action(act: Act, submission: Submission, status: Status) -> StaffAction:
    """Return the action that sets a status. Raises StatusTransitionError or CliError, saying what is allowed."""
    ensure_may_become(submission.status, status)
    action = action_towards(submission.status, status)
    if action is StaffAction.PROMOTE:
        option = f"{submission.form} {submission.option}"
        raise CliError(
            f"{act.called(submission)} is on the waiting list and is promoted in its turn. You can cancel or erase it.",
            hint=f"Give out free seats: rollcall status promote {option}\nAdd seats: rollcall quota set {option} N",
        )
    if action is StaffAction.RESTORE:
        raise CliError(
            f"{act.called(submission)} is cancelled. Restore it instead; it gets a seat if one is free.",
            hint=f"rollcall status restore {display_reference(submission.reference)}",
        )
    if action is StaffAction.MARK_GENUINE:
        try:
            act.stack.restore().ensure_alone(submission)
        except AlreadyRegisteredError as error:
            raise registered_again(act, submission, error) from error
    assert action is not None  # noqa: S101 - `ensure_may_become` made sure
    return action
