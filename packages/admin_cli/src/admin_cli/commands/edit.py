"""`rollcall edit`: corrects a submission's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.seats import seats_of
from admin_cli.services import of
from admin_cli.submissions.answers import as_read
from admin_cli.submissions.concurrent_changes import changed_meanwhile
from admin_cli.submissions.lookup import Entry, Group, check_spelling, counted, with_groups
from admin_cli.submissions.promotions import leaving, say_promoted, say_promotions
from admin_cli.terminal import completion
from admin_cli.terminal.escape import plain
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.values import for_person
from registration_core.domain.errors import (
    AlreadyRegisteredError,
    InvalidAnswersError,
    NoSeatError,
    SubmissionChangedError,
)
from registration_core.domain.identifiers import display_reference
from registration_core.domain.submission import Status
from registration_core.domain.suggestions import meant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from admin_cli.confirmation import Act
    from registration_core.domain.submission import Submission
    from registration_core.services.edit import Edit, EditService
    from registration_core.services.manage import OnPromoted

app = verb()

#: What a submission has besides its answers, and what to do instead of editing it.
NOT_ANSWERS = {
    "status": "To change it: rollcall status set ID confirmed|cancelled, or rollcall status promote FORM OPTION",
    "id": "An ID never changes, because links and mails contain it. To remove the submission: rollcall erase ID",
    "reference": "A reference never changes, because the registrant has it in writing.",
    "form": "A submission stays with its form. Cancel it, and register with the other form: rollcall status cancel ID",
    "language": "The language is the one in which the registrant filled in the form. It never changes.",
    "position": "A ticket never changes. To promote the next in line: rollcall status promote FORM OPTION",
}

Assignments = Annotated[
    list[str],
    typer.Argument(
        metavar="FIELD=VALUE", help="A field's name and its new value.", autocompletion=completion.assignments
    ),
]
Waitlist = Annotated[
    bool,
    typer.Option("--waitlist", help="If the new option has no free seat, join its waiting list."),
]
Resend = Annotated[
    bool, typer.Option("--resend", help="Then send the mail for its status, for example to a corrected address.")
]


@app.command(cls=Command)
def edit(
    ctx: typer.Context,
    entry: Entry,
    assignments: Assignments,
    *,
    group: Group = False,
    waitlist: Waitlist = False,
    resend: Resend = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Change a submission's answers, such as a mistyped address, a name or the course.

    The form's rules apply, and all mistakes are reported at once. To see the field names: `rollcall
    forms show`. Give an option by its value or its label, several options with commas between them,
    and consent as yes or no. To remove an optional answer, leave out what follows the =. The
    history records which fields changed, never the values.

    Changing to another counted option moves the submission: its seat goes to the next in line, and
    it gets a new one if a seat is free and nobody is waiting. If not, nothing changes unless you
    add --waitlist. If someone else changed the submission while you were confirming, nothing is
    written, and the command prints what they changed.

    --resend also sends the mail for the submission's status, to the address that it has now.

    --group changes all that were sent together, one after the other: for what was asked once for
    all of them, such as the guardian's address. After an interruption, run the command again.

    Examples:
      rollcall edit K7QM-3XTP email=per.lindqvist@example.org --dry-run
      rollcall edit K7QM-3XTP email=per.lindqvist@example.org
      rollcall edit K7QM-3XTP email=per.lindqvist@example.org --resend
      rollcall edit K7QM-3XTP email=per.lindqvist@example.org --group
      rollcall edit K7QM-3XTP guardian="Per Lindqvist" phone="+46 70 123 45 67"
      rollcall edit K7QM-3XTP course=first-robot --waitlist
      rollcall edit K7QM-3XTP needs= --yes
    """
    check_spelling(entry)
    changes = _read(assignments)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    named = act.stack.query().show(entry).submission
    edits = act.stack.edit()
    plans = [_plan(act, edits, each, changes) for each in _together(act, named, changes, group=group)]
    left = [plan for plan in plans if plan.fields]
    if not left:
        act.say(f"{act.called(named)} already has these answers.")
        if resend:
            _send_again(act, named, agreed=False)
        return
    for plan in left:
        if len(plans) > 1:
            act.say(f"{act.called(plan.before)}:")
        _show_changes(act, plan, waitlist=waitlist)
    fields = ", ".join(dict.fromkeys(name for plan in left for name in plan.fields))
    of_whom = act.called(left[0].before) if len(left) == 1 else counted(len(left))
    mail = " its mail" if len(left) == 1 else " the mail"
    if not act.agreed(f"change {fields} of {of_whom}{f', and resend{mail}' if resend else ''}"):
        return
    promoted: list[Submission] = []
    stored: list[tuple[Edit, Submission]] = []
    try:
        for plan in left:
            after = _carry_out(act, edits, plan, waitlist=waitlist, promoted=promoted.append)
            stored.append((plan, after))
            act.say(f"Changed {', '.join(plan.fields)} of {act.called(after)}.{_new_seat(plan, after)}")
    finally:
        _say_unmailed(act, stored, resend=resend)
        say_promoted(act, promoted)
    unmailed = [after for plan, after in stored if after.status is plan.before.status]
    if unmailed and resend:  # a new status is mailed automatically, and one mail tells of a whole group
        _send_again(act, unmailed[0], agreed=True)


def _together(act: Act, named: Submission, changes: Mapping[str, str], *, group: bool) -> list[Submission]:
    """Return whose answers change. Raises CliError if --group would give all participants one participant's answer."""
    if not group:
        return [named]
    form = act.stack.forms.get(named.form)
    own = [name for name in changes if form is not None and form.group is not None and name in form.group.fields]
    if own:
        raise CliError(
            f"Each participant has an answer to {own[0]!r}, so --group can't change it.",
            hint=f"Change it for one: rollcall edit {display_reference(named.reference)} {own[0]}=VALUE",
            exit_code=ExitCode.USAGE,
        )
    together = with_groups(act.stack.query(), [named])
    return [each for each in together if each.id == named.id or each.status is not Status.ERASED]


def _say_unmailed(act: Act, stored: Sequence[tuple[Edit, Submission]], *, resend: bool) -> None:
    """Say how to mail a registrant about a new address or option, once for all who were sent together."""
    for plan, after in stored:
        if not resend and after.status is plan.before.status and (plan.readdresses or plan.moves):
            act.say(
                "The registrant has not been mailed about it. To mail them: "
                f"rollcall mail resend {display_reference(after.reference)}"
            )
            return


def _read(assignments: Sequence[str]) -> dict[str, str]:
    """Read `FIELD=VALUE` words. Raises CliError."""
    changes: dict[str, str] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not name.strip():
            raise CliError(
                f"Write FIELD=VALUE, such as email=per.lindqvist@example.org, not {assignment!r}.",
                exit_code=ExitCode.USAGE,
            )
        if name.strip() in changes:
            raise CliError(f"The field {name.strip()!r} is given twice.", exit_code=ExitCode.USAGE)
        changes[name.strip()] = value
    return changes


def _plan(act: Act, edits: EditService, before: Submission, changes: Mapping[str, str]) -> Edit:
    """Plan the edit. Raises CliError with every wrong field."""
    form = act.stack.forms.get(before.form)
    names = [field.name for field in form.fields] if form is not None else []
    not_an_answer = next((name for name in changes if name in NOT_ANSWERS and name not in names), None)
    if not_an_answer is not None:
        raise CliError(
            f"The form {before.form} has no field {not_an_answer!r}.",
            hint=NOT_ANSWERS[not_an_answer],
            exit_code=ExitCode.USAGE,
        )
    try:
        return edits.plan(before, changes)
    except AlreadyRegisteredError as error:
        raise _already_registered(act, error) from error
    except InvalidAnswersError as error:
        mistakes = [
            f"{each.field}: {each.message}" + (meant(each.field, names) if each.code == "unknown_field" else "")
            for each in error.errors
        ]
        raise CliError(
            f"These changes to {act.called(before)} are not valid:\n" + "\n".join(f"  {line}" for line in mistakes),
            hint=f"See what the form asks: rollcall forms show {before.form}",
        ) from error


def _show_changes(act: Act, plan: Edit, *, waitlist: bool) -> None:
    """Print the old and new answers, and the seats given up and taken. Raises CliError if no seat is free."""
    for name in plan.fields:
        act.say(plain(f"  {name}: {_answer(act, plan.before, name)} -> {_answer(act, plan.after, name)}"))
    if not plan.moves:
        return
    if plan.after.option is not None:
        seats = seats_of(act.stack, plan.after.form, plan.after.option)
        if not seats.open and not waitlist:
            raise _full(act, plan)
        gets = "a seat" if seats.open else f"ticket {seats.tickets + 1}"
        taken = f"{seats.taken} of {seats.capacity} seats taken, {seats.waiting} waiting"
        act.say(f"  gets {gets} for {seats.option}: {taken}")
    if plan.before.option is not None:
        seat_or_ticket = "ticket" if plan.before.position else "seat"
        act.say(f"  gives up its {seat_or_ticket} for {plan.before.option}")
        say_promotions(act, leaving([plan.before]))


def _carry_out(act: Act, edits: EditService, plan: Edit, *, waitlist: bool, promoted: OnPromoted) -> Submission:
    try:
        return edits.carry_out(plan, by=act.by, may_wait=waitlist, promoted=promoted)
    except SubmissionChangedError as error:
        raise changed_meanwhile(act.stack, plan.before) from error
    except NoSeatError as error:
        raise _full(act, plan) from error
    except AlreadyRegisteredError as error:
        raise _already_registered(act, error) from error


def _already_registered(act: Act, error: AlreadyRegisteredError) -> CliError:
    first = act.stack.query().show(error.first).submission
    return CliError(
        f"The same person already has a submission for this option: {act.called(first)}. Nothing was changed.",
        hint=f"To cancel that one: rollcall status cancel {display_reference(first.reference)}",
    )


def _full(act: Act, plan: Edit) -> CliError:
    form, option = plan.after.form, plan.after.option
    return CliError(
        f"{option} has no free seat, or others are waiting for one. {act.called(plan.before)} was not changed.",
        hint=f"To join its waiting list, add --waitlist. To add seats: rollcall quota set {form} {option} N",
    )


def _answer(act: Act, submission: Submission, name: str) -> str:
    answer = submission.answers.get(name)
    if answer is None:
        return "empty"
    form = act.stack.forms.get(submission.form)
    return for_person(as_read(form.field(name) if form is not None else None, answer))


def _new_seat(plan: Edit, after: Submission) -> str:
    if not plan.moves or after.option is None:
        return ""
    if after.status is Status.WAITLISTED:
        return f" It is now on the waiting list for {after.option}, with ticket {after.position}."
    return f" It now has a seat for {after.option}."


def _send_again(act: Act, submission: Submission, *, agreed: bool) -> None:
    """Send the mail for the submission's status. agreed: whether the person has already said yes."""
    from admin_cli.mail.resend import send_again  # noqa: PLC0415 - only with --resend

    send_again(act, act.stack.query().show(submission.id), agreed=agreed)
