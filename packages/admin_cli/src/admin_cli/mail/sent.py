"""`rollcall mail list` and `rollcall mail unsuppress`: lists mails, and lifts suppressions."""

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
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.table import Column
from admin_cli.terminal.values import for_person
from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import TO_STAFF, MailState
from registration_core.domain.mail_errors import AccountSuppressionsDeniedError
from registration_core.domain.records import iso
from registration_core.domain.suggestions import meant
from registration_core.domain.times import read_since

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
DEFAULT_LIMIT = 30
_AT_ONCE = 100
_MOST_OF_AN_ADDRESS = 1000


def list_mails(
    ctx: typer.Context,
    *,
    since: Annotated[str, typer.Option(metavar="WHEN", help="Mails since then.")] = SINCE,
    form: FormOption = None,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help=f"Only mails in this state: {', '.join(MailState)}.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-L", min=1, metavar="N", help="How many at most.")] = DEFAULT_LIMIT,
    json: Annotated[str | None, json_option(FIELDS)] = None,
) -> None:
    """Print mails, newest first: when, about whom, which mail, and what became of it.

    This includes mails on their way and mails that bounced. What a mail said is not kept; `rollcall
    mail preview` prints what it would say now. `rollcall mail failed` prints only the mails that
    need attention.

    Examples:
      rollcall mail list
      rollcall mail list --since 30d --form registration --limit 200
      rollcall mail list --state bounced
      rollcall mail list --json at,name,to,kind,state
    """
    services = of(ctx)
    output = services.output
    names = requested_fields(output, json, FIELDS)
    if state is not None and state not in list(MailState):
        raise CliError(
            f"There is no state {state!r}.{meant(state, map(str, MailState))} There are: {', '.join(MailState)}.",
            exit_code=ExitCode.USAGE,
        )
    stack = services.stack()
    first = read_since(since, forms=lambda: stack.forms)
    in_state = (pair for pair in _mails(stack, first) if state in (None, pair[0].mail.state))
    chosen = (pair for pair in in_state if form in (None, _form_of(*pair)))
    lines = islice(chosen, limit)
    if names is not None:
        output.json_array(pick(_record(stack, each, submission), names) for each, submission in lines)
        return
    rows = [_row(stack, each, submission) for each, submission in lines]
    if rows:
        output.rows(COLUMNS, rows)
    elif output.on_terminal:
        output.note(f"No mails since {for_person(first)} match.")
    if next(chosen, None) is not None:
        output.note(f"More: {same_command(ctx, limit=str(2 * limit))}")


def unsuppress(
    ctx: typer.Context,
    about: Annotated[str, typer.Argument(metavar="ADDRESS|ID|REFERENCE", help="The address, or a submission from it.")],
    *,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Lift the suppression of an address that bounced, or whose reader complained.

    Do this when the mailbox works again, or when its owner asks for it: people who reported a mail
    as spam may not want more. The address is removed from the stack's list and from the one that
    SES keeps for the whole account. The histories of its submissions record who lifted it. To send
    what was missed: `rollcall mail resend`.

    Examples:
      rollcall mail unsuppress per.lindqvist@example.org --dry-run
      rollcall mail unsuppress K7QM-3XTP
    """
    if "@" not in about:
        check_spelling(about)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    query = act.stack.query()
    address = about.strip() if "@" in about else query.show(about).submission.email
    if not address:
        raise CliError("This submission is erased, so its address is gone.")
    mailing = act.stack.mailing()
    submissions = query.by_email(address, limit=_MOST_OF_AN_ADDRESS)
    spellings = list(dict.fromkeys([address, *(each.email for each in submissions)]))
    account = mailing.account_suppressions()
    try:
        suppressed_by_ses, denied = [each for each in spellings if account.holds(each)], None
    except AccountSuppressionsDeniedError as error:
        suppressed_by_ses, denied = [], error
    if not suppressed_by_ses and not mailing.suppressions.holds(address):
        act.say(f"{address} is on none of the suppression lists that you may read. Nothing was changed.")
        _say_denied(act, denied, spellings)
        return
    for each in submissions:
        act.say(f"  {act.called(each)}")
    if act.agreed(f"lift the suppression of {address}"):
        mailing.suppressions.lift(address, entries=submissions, by=act.by)
        try:
            for spelling in suppressed_by_ses:
                account.lift(spelling)
        except AccountSuppressionsDeniedError as error:
            denied = error
        outcome = "gets mail again from now on" if denied is None else "is no longer on the stack's own list"
        act.say(f"{address} {outcome}.")
        _say_denied(act, denied, suppressed_by_ses or spellings)
        if submissions:
            act.say(f"To send what it missed: rollcall mail resend {display_reference(submissions[0].reference)}")


def _say_denied(act: Act, denied: AccountSuppressionsDeniedError | None, spellings: Sequence[str]) -> None:
    """If your role may not change SES's list, name the commands that the operator must run."""
    if denied is None:
        return
    act.say(f"{denied} Ask the operator to run:")
    for spelling in spellings:
        address, region = shlex.quote(spelling), act.stack.description.region
        act.say(f"  aws sesv2 delete-suppressed-destination --email-address {address} --region {region}")


def _mails(stack: Stack, since: datetime) -> Iterator[tuple[JournalMail, Submission | None]]:
    """Yield all mails since then, newest first, each with its submission if there still is one."""
    journal, query = stack.journal(), stack.query()
    merged = merge(journal.open_mails(since=since), journal.mails(since=since), key=lambda each: each.at, reverse=True)
    while chunk := list(islice(merged, _AT_ONCE)):
        submissions = query.several(each.id for each in chunk)
        yield from ((each, submissions.get(each.id)) for each in chunk)


def _form_of(entry: JournalMail, submission: Submission | None) -> str:
    return entry.id if submission is None else submission.form  # a digest has its form's name as its ID


def _row(stack: Stack, entry: JournalMail, submission: Submission | None) -> list[Value]:
    name = "" if submission is None else name_of(stack, submission)
    reference = entry.id if submission is None else display_reference(submission.reference)
    return [entry.at, name, entry.mail.kind, entry.mail.state, _to(stack, entry, submission), reference]


def _to(stack: Stack, entry: JournalMail, submission: Submission | None) -> str:
    """Say whom a mail went to, by the form and the address as they are now."""
    if entry.mail.kind in TO_STAFF:
        form = stack.forms.get(_form_of(entry, submission))
        return ", ".join(form.staff) if form is not None else ""
    return submission.email if submission is not None else ""


def _record(stack: Stack, entry: JournalMail, submission: Submission | None) -> dict[str, object]:
    mail = entry.mail
    return {
        "at": iso(entry.at),
        "reference": None if submission is None else display_reference(submission.reference),
        "id": entry.id,
        "name": None if submission is None else name_of(stack, submission),
        "to": _to(stack, entry, submission) or None,
        "form": _form_of(entry, submission),
        "kind": mail.kind,
        "copy": mail.copy,
        "sending": mail.sending,
        "state": mail.state,
        "problem": mail.problem,
        "message_id": mail.message_id,
    }
