"""`rollcall mail resend`: sends a submission's mail again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError
from admin_cli.mail.kinds import read_kind
from admin_cli.mail.outcome import NoWait, wait_for
from admin_cli.services import of
from admin_cli.submissions.concurrent_changes import changed_meanwhile
from admin_cli.submissions.lookup import Entry, check_spelling
from admin_cli.terminal import completion
from admin_cli.terminal.values import for_person
from registration_core.domain.errors import SubmissionChangedError
from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import MailKind, MailState
from registration_core.domain.mail_errors import MailedLatelyError, NoStaffError, SuppressedError

if TYPE_CHECKING:
    from admin_cli.confirmation import Act
    from registration_core.bootstrap.command_line import MailingParts
    from registration_core.domain.submission import SubmissionDetails
    from registration_core.services.resend import Resend

Again = Annotated[bool, typer.Option("--again", help="Even if the same mail went out within the last ten minutes.")]

WAIT_S = 20.0
"""Most mails are sent within a second or two of being queued."""


def resend(
    ctx: typer.Context,
    entry: Entry,
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND",
            help="Which mail (default: the one for its status).",
            autocompletion=completion.mail_kinds,
        ),
    ] = None,
    *,
    again: Again = False,
    no_wait: NoWait = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Send a mail about a submission again, and say what became of it.

    The mail is written from the submission's present answers. If an address is mistyped, fix it
    first (rollcall edit). The command refuses kinds that no longer fit the submission, and a mail
    that went out within the last ten minutes, unless the submission has changed since or you add
    --again. If it is interrupted, run the same command again; nobody gets the mail twice.

    Examples:
      rollcall mail resend K7QM-3XTP --dry-run
      rollcall mail resend K7QM-3XTP
      rollcall mail resend K7QM-3XTP staff --yes
      rollcall mail resend K7QM-3XTP --again
    """
    check_spelling(entry)
    chosen = None if kind is None else read_kind(kind)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    send_again(act, act.stack.query().show(entry), chosen, again=again, no_wait=no_wait)


def send_again(
    act: Act,
    details: SubmissionDetails,
    chosen: MailKind | None = None,
    *,
    agreed: bool = False,
    again: bool = False,
    no_wait: bool = False,
) -> None:
    """Send a mail about a submission, and say what became of it.

    chosen: None for the one for its status. agreed: whether the person has already said yes. Raises CliError if it is
    not sent.
    """
    mailing = act.stack.mailing()
    plan = _plan(act, mailing, details, chosen, again=again)
    mail = f'the mail "{plan.request.kind}" about {act.called(plan.submission)}'
    if plan.begun:
        act.say(f"{mail[:1].upper()}{mail[1:]} is already queued, and not sent yet.")
    if not agreed and not act.agreed(f"send {mail} {'now' if plan.begun else 'again'}"):
        return
    try:
        mailing.resend.resend(plan, by=act.by)
    except SubmissionChangedError as error:
        raise changed_meanwhile(act.stack, plan.submission) from error
    if no_wait:
        reference = display_reference(plan.submission.reference)
        act.say(f"The mail is queued. To see what became of it: rollcall show {reference}")
        return
    state = next(iter(wait_for(act, mailing, [plan.request], longest_s=WAIT_S)), MailState.QUEUED)
    if state is MailState.SENT:
        act.say("The mail was sent.")
    elif state is MailState.QUEUED:
        reference = display_reference(plan.submission.reference)
        act.say(f"The mail is not sent yet. To see what becomes of it: rollcall show {reference}")
    else:
        raise CliError(f"The mail was not sent: {state}.", hint="What that means: docs/staff.md, See submissions.")


def _plan(act: Act, mailing: MailingParts, details: SubmissionDetails, kind: MailKind | None, *, again: bool) -> Resend:
    try:
        return mailing.resend.plan(details, kind, again=again)
    except MailedLatelyError as error:
        raise CliError(
            f"The same mail about {act.called(details.submission)} went out less than ten minutes ago, at "
            f"{for_person(error.at)}.",
            hint="To send it anyway, add --again.",
        ) from error
    except SuppressedError as error:
        reference = display_reference(details.submission.reference)
        hint = f"If the address was mistyped, fix it first: rollcall edit {reference} FIELD=ADDRESS"
        raise CliError(str(error), hint=hint) from error
    except NoStaffError as error:
        raise CliError(str(error), hint="Add their addresses: staff in its form.toml") from error
