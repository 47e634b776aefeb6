"""`rollcall mail list` and `rollcall mail unsuppress`: what was mailed, and whom to mail again."""

from __future__ import annotations

import shlex
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.mail.failures import name_of
from admin_cli.services import of
from admin_cli.submissions.filters import FormOption  # noqa: TC001 - Typer reads the annotations
from admin_cli.submissions.lookup import check_spelling
from admin_cli.terminal.help import same_command
from admin_cli.terminal.json_fields import json_option, pick, wanted
from admin_cli.terminal.table import Column
from admin_cli.terminal.times import read_since
from admin_cli.terminal.usage import meant
from admin_cli.terminal.values import for_person, iso
from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import TO_STAFF, MailState
from registration_core.domain.mail_errors import AccountSuppressionsDeniedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from admin_cli.confirmation import Act
    from admin_cli.stack import Stack
    from admin_cli.terminal.values import Value
    from registration_core.domain.journal import JournalMail
    from registration_core.domain.submission import Submission

FIELDS = ("at", "reference", "id", "name", "to", "form", "kind", "copy", "sending", "state", "problem", "message_id")
COLUMNS = (
    Column("WHEN"),
    Column("NAME", narrowest=12),
    Column("MAIL", narrowest=10),
    Column("STATE"),
    Column("TO", narrowest=16, optional=True),
    Column("REFERENCE"),
)
SINCE = "7d"
USUAL_LIMIT = 30
_AT_ONCE = 100
_MOST_OF_AN_ADDRESS = 1000


def list_mails(
    ctx: typer.Context,
    *,
    since: Annotated[str, typer.Option(metavar="WHEN", help="Mails since then.")] = SINCE,
    form: FormOption = None,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help=f"Only of this state: {', '.join(MailState)}.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-L", min=1, metavar="N", help="How many at most.")] = USUAL_LIMIT,
    json: Annotated[str | None, json_option(FIELDS)] = None,
) -> None:
    """Print what was mailed, newest first: when, whom about, which mail, and what became of it.

    Mails on their way, and those that came back, are among them; what a mail said is not kept: `rollcall mail preview`
    shows what it would say now. `rollcall mail failed` prints only those that somebody should see to.

    Examples:
      rollcall mail list
      rollcall mail list --since 30d --form registration --limit 200
      rollcall mail list --state bounced
      rollcall mail list --json at,name,to,kind,state
    """
    services = of(ctx)
    output = services.output
    names = wanted(output, json, FIELDS)
    if state is not None and state not in list(MailState):
        raise CliError(
            f"There is no state {state!r}.{meant(state, map(str, MailState))} There are: {', '.join(MailState)}.",
            exit_code=ExitCode.USAGE,
        )
    stack = services.stack()
    first = read_since(since, forms=lambda: stack.forms)
    found = ((each, whose) for each, whose in _mails(stack, first) if state in (None, each.mail.state))
    chosen = (pair for pair in found if form in (None, _form_of(*pair)))
    lines = islice(chosen, limit)
    if names is not None:
        output.json_array(pick(_record(stack, each, whose), names) for each, whose in lines)
        return
    rows = [_row(stack, each, whose) for each, whose in lines]
    if rows:
        output.rows(COLUMNS, rows)
    elif output.on_terminal:
        output.note(f"No mails match since {for_person(first)}.")
    if next(chosen, None) is not None:
        output.note(f"More: {same_command(ctx, limit=str(2 * limit))}")


def unsuppress(
    ctx: typer.Context,
    whom: Annotated[str, typer.Argument(metavar="ADDRESS|ID|REFERENCE", help="The address, or a submission of it.")],
    *,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Let an address be mailed again that bounced, or whose reader complained.

    Do it when the mailbox works again, or when its owner asks for it; whoever called a mail spam may not want more. The
    address leaves the stack's list and the one that SES keeps for the whole account. The histories of its submissions
    tell who lifted it. What was not sent until then: `rollcall mail resend`.

    Examples:
      rollcall mail unsuppress per.lindqvist@example.org --dry-run
      rollcall mail unsuppress K7QM-3XTP
    """
    if "@" not in whom:
        check_spelling(whom)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    query = act.stack.query()
    address = whom.strip() if "@" in whom else query.show(whom).submission.email
    if not address:
        raise CliError("The submission is erased; nothing of its address is left.")
    mailing = act.stack.mailing()
    submissions = query.by_email(address, limit=_MOST_OF_AN_ADDRESS)
    spellings = list(dict.fromkeys([address, *(each.email for each in submissions)]))
    account = mailing.account_suppressions()
    try:
        held_by_ses, denied = [each for each in spellings if account.holds(each)], None
    except AccountSuppressionsDeniedError as error:
        held_by_ses, denied = [], error
    if not held_by_ses and not mailing.suppressions.holds(address):
        act.say(f"{address} is on none of the lists that you may see: nothing is lifted.")
        _say_denied(act, denied, spellings)
        return
    for each in submissions:
        act.say(f"  {act.called(each)}")
    if act.agreed(f"let {address} be mailed again"):
        mailing.suppressions.lift(address, entries=submissions, by=act.by)
        try:
            for spelling in held_by_ses:
                account.lift(spelling)
        except AccountSuppressionsDeniedError as error:
            denied = error
        became = "mailed again from now on" if denied is None else "no longer on the stack's own list"
        act.say(f"{address} is {became}.")
        _say_denied(act, denied, held_by_ses or spellings)
        if submissions:
            act.say(f"Send what it missed: rollcall mail resend {display_reference(submissions[0].reference)}")


def _say_denied(act: Act, denied: AccountSuppressionsDeniedError | None, spellings: Sequence[str]) -> None:
    """Name the commands for who may change SES's list, where your role may not."""
    if denied is None:
        return
    act.say(f"{denied} Ask whoever runs the stack for:")
    for spelling in spellings:
        address, region = shlex.quote(spelling), act.stack.description.region
        act.say(f"  aws sesv2 delete-suppressed-destination --email-address {address} --region {region}")


def _mails(stack: Stack, since: datetime) -> Iterator[tuple[JournalMail, Submission | None]]:
    """Yield all mails since then, newest first, each with its submission while that is there."""
    journal, query = stack.journal(), stack.query()
    merged = merge(journal.open_mails(since=since), journal.mails(since=since), key=lambda each: each.at, reverse=True)
    while chunk := list(islice(merged, _AT_ONCE)):
        submissions = query.several(each.id for each in chunk)
        yield from ((each, submissions.get(each.id)) for each in chunk)


def _form_of(found: JournalMail, submission: Submission | None) -> str:
    return found.id if submission is None else submission.form  # a digest is of a form


def _row(stack: Stack, found: JournalMail, submission: Submission | None) -> list[Value]:
    name = "" if submission is None else name_of(stack, submission)
    reference = found.id if submission is None else display_reference(submission.reference)
    return [found.at, name, found.mail.kind, found.mail.state, _to(stack, found, submission), reference]


def _to(stack: Stack, found: JournalMail, submission: Submission | None) -> str:
    """Say whom a mail went to, by the form and the address as they are now."""
    if found.mail.kind in TO_STAFF:
        form = stack.forms.get(_form_of(found, submission))
        return ", ".join(form.staff) if form is not None else ""
    return submission.email if submission is not None else ""


def _record(stack: Stack, found: JournalMail, submission: Submission | None) -> dict[str, object]:
    mail = found.mail
    return {
        "at": iso(found.at),
        "reference": None if submission is None else display_reference(submission.reference),
        "id": found.id,
        "name": None if submission is None else name_of(stack, submission),
        "to": _to(stack, found, submission) or None,
        "form": _form_of(found, submission),
        "kind": mail.kind,
        "copy": mail.copy,
        "sending": mail.sending,
        "state": mail.state,
        "problem": mail.problem,
        "message_id": mail.message_id,
    }
