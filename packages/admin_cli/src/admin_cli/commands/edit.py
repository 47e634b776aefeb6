"""`rollcall edit`: what a submission says, put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.seats import seats_of
from admin_cli.services import of
from admin_cli.submissions.answers import as_read
from admin_cli.submissions.concurrent_changes import changed_meanwhile
from admin_cli.submissions.lookup import Entry, check_spelling
from admin_cli.submissions.promotions import leaving, say_promoted, say_promotions
from admin_cli.terminal import completion
from admin_cli.terminal.escape import plain
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.usage import meant
from admin_cli.terminal.values import for_person
from registration_core.domain.errors import (
    AlreadyRegisteredError,
    EntryChangedError,
    InvalidAnswersError,
    NoSeatError,
)
from registration_core.domain.identifiers import display_reference
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from admin_cli.confirmation import Act
    from registration_core.domain.submission import Submission
    from registration_core.services.edit import Edit, EditService
    from registration_core.services.manage import Told

app = verb()

#: What an entry has beside its answers, and the way to change it.
OTHERWISE = {
    "status": "Its status changes by: rollcall status set ID confirmed|cancelled, rollcall status promote FORM OPTION",
    "id": "An ID is made once and stands in links and mails; erase the submission or register anew: rollcall erase ID",
    "reference": "A reference is made once and the registrant has it in writing; it stays.",
    "form": "A submission stays with its form. Cancel it, and register by the other one: rollcall status cancel ID",
    "language": "The language is the one in which the registrant filled in the form; it stays.",
    "position": "Who waits keeps their number and moves up in their turn: rollcall status promote FORM OPTION",
}

Given = Annotated[
    list[str],
    typer.Argument(
        metavar="FIELD=VALUE", help="A field's name and its new value.", autocompletion=completion.assignments
    ),
]
Waitlist = Annotated[
    bool,
    typer.Option("--waitlist", help="When moved where no seat is free: take the next number of its waiting list."),
]
Resend = Annotated[
    bool, typer.Option("--resend", help="Then send the mail that tells what it is now, as to a mended address.")
]


@app.command(cls=Command)
def edit(
    ctx: typer.Context,
    entry: Entry,
    given: Given,
    *,
    waitlist: Waitlist = False,
    resend: Resend = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Change answers of a submission: a mistyped address, a name, the course.

    The form's own rules hold, and every wrong field is told at once. The fields are those of `rollcall forms show`; an
    option may be written as its value or its label, several options with commas between them, consent as yes or no.
    Nothing after the = takes an optional answer away. The history notes who changed which fields, never the values.

    Another option that is counted moves the submission there: its seat goes to the next in line, and it gets one there
    if one is free and nobody waits; otherwise nothing is changed, unless you say --waitlist. When someone else changed
    the submission while you were asked, nothing is written, and you are told what they changed.

    --resend then sends the mail that tells what the submission is now, to the address that it has now.

    Examples:
      rollcall edit K7QM-3XTP email=per.lindqvist@example.org --dry-run
      rollcall edit K7QM-3XTP email=per.lindqvist@example.org
      rollcall edit K7QM-3XTP email=per.lindqvist@example.org --resend
      rollcall edit K7QM-3XTP guardian="Per Lindqvist" phone="+46 70 123 45 67"
      rollcall edit K7QM-3XTP course=first-robot --waitlist
      rollcall edit K7QM-3XTP needs= --yes
    """
    check_spelling(entry)
    wanted = _read(given)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    before = act.stack.query().show(entry).submission
    edits = act.stack.edit()
    plan = _planned(act, edits, before, wanted)
    if not plan.fields:
        act.say(f"{act.called(before)} says so already.")
        if resend:
            _send_again(act, before, agreed=False)
        return
    _tell(act, plan, waitlist=waitlist)
    mailed = ", and send the mail about it again" if resend else ""
    if act.agreed(f"change {', '.join(plan.fields)} of {act.called(before)}{mailed}"):
        promoted: list[Submission] = []
        after = _carried_out(act, edits, plan, waitlist=waitlist, promoted=promoted.append)
        act.say(f"{act.called(after)} is changed: {', '.join(plan.fields)}.{_place(plan, after)}")
        untold = after.status is before.status  # another status is mailed by itself
        if untold and not resend and (plan.readdresses or plan.moves):
            act.say(f"No mail told them yet. Send it: rollcall mail resend {display_reference(after.reference)}")
        say_promoted(act, promoted)
        if untold and resend:
            _send_again(act, after, agreed=True)


def _read(given: Sequence[str]) -> dict[str, str]:
    """Read `FIELD=VALUE` words. Raises CliError."""
    wanted: dict[str, str] = {}
    for word in given:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise CliError(
                f"{word!r} is no FIELD=VALUE; write one such as email=per.lindqvist@example.org.",
                exit_code=ExitCode.USAGE,
            )
        if name.strip() in wanted:
            raise CliError(f"The field {name.strip()!r} is given twice.", exit_code=ExitCode.USAGE)
        wanted[name.strip()] = value
    return wanted


def _planned(act: Act, edits: EditService, before: Submission, wanted: Mapping[str, str]) -> Edit:
    """Plan the edit. Raises CliError with every wrong field."""
    form = act.stack.forms.get(before.form)
    names = [field.name for field in form.fields] if form is not None else []
    special = next((name for name in wanted if name in OTHERWISE and name not in names), None)
    if special is not None:
        raise CliError(
            f"{special!r} is no field of the form {before.form}.", hint=OTHERWISE[special], exit_code=ExitCode.USAGE
        )
    try:
        return edits.plan(before, wanted)
    except AlreadyRegisteredError as error:
        raise _other(act, error) from error
    except InvalidAnswersError as error:
        wrong = [
            f"{each.field}: {each.message}" + (meant(each.field, names) if each.code == "unknown_field" else "")
            for each in error.errors
        ]
        raise CliError(
            f"{act.called(before)} cannot be changed so:\n" + "\n".join(f"  {line}" for line in wrong),
            hint=f"What the form asks: rollcall forms show {before.form}",
        ) from error


def _tell(act: Act, plan: Edit, *, waitlist: bool) -> None:
    """Say what would be another value, and which seat would be given back. Raises CliError where none is free."""
    for name in plan.fields:
        act.say(plain(f"  {name}: {_shown(act, plan.before, name)} -> {_shown(act, plan.after, name)}"))
    if not plan.moves:
        return
    if plan.after.option is not None:
        there = seats_of(act.stack, plan.after.form, plan.after.option)
        if not there.open and not waitlist:
            raise _full(act, plan)
        gets = "a seat" if there.open else f"ticket {there.tickets + 1}"
        taken = f"{there.taken} of {there.capacity} seats taken, {there.waiting} waiting"
        act.say(f"  gets {gets} of {there.option}: {taken}")
    if plan.before.option is not None:
        held = "ticket" if plan.before.position else "seat"
        act.say(f"  gives back its {held} of {plan.before.option}")
        say_promotions(act, leaving([plan.before]))


def _carried_out(act: Act, edits: EditService, plan: Edit, *, waitlist: bool, promoted: Told) -> Submission:
    try:
        return edits.carry_out(plan, by=act.by, may_wait=waitlist, promoted=promoted)
    except EntryChangedError as error:
        raise changed_meanwhile(act.stack, plan.before) from error
    except NoSeatError as error:
        raise _full(act, plan) from error
    except AlreadyRegisteredError as error:
        raise _other(act, error) from error


def _other(act: Act, error: AlreadyRegisteredError) -> CliError:
    first = act.stack.query().show(error.first).submission
    return CliError(
        f"{act.called(first)} is the same person's for the same option; nothing was changed.",
        hint=f"Cancel the one that is not wanted: rollcall status cancel {display_reference(first.reference)}",
    )


def _full(act: Act, plan: Edit) -> CliError:
    form, option = plan.after.form, plan.after.option
    return CliError(
        f"{option} has no free seat, or others wait for it; {act.called(plan.before)} stays as it is.",
        hint=f"To give up what it has and wait there: --waitlist. To make room: rollcall quota set {form} {option} N",
    )


def _shown(act: Act, entry: Submission, name: str) -> str:
    answer = entry.answers.get(name)
    if answer is None:
        return "empty"
    form = act.stack.forms.get(entry.form)
    return for_person(as_read(form.field(name) if form is not None else None, answer))


def _place(plan: Edit, after: Submission) -> str:
    if not plan.moves or after.option is None:
        return ""
    if after.status is Status.WAITLISTED:
        return f" It waits for {after.option} now, with ticket {after.position}."
    return f" It has a seat of {after.option} now."


def _send_again(act: Act, entry: Submission, *, agreed: bool) -> None:
    """Send the mail that tells what the submission is now. agreed: whether the person said yes to it already."""
    from admin_cli.mail.resend import send_again  # noqa: PLC0415 - only where it is asked for

    send_again(act, act.stack.query().show(entry.id), agreed=agreed)
