"""`rollcall mail resend`: a mail that a submission got, once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError
from admin_cli.mail.kinds import the_kind
from admin_cli.mail.outcome import NoWait, told
from admin_cli.services import of
from admin_cli.submissions.concurrent_changes import changed_meanwhile
from admin_cli.submissions.lookup import Entry, check_spelling
from admin_cli.terminal import completion
from admin_cli.terminal.values import for_person
from registration_core.domain.errors import EntryChangedError
from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import TO_STAFF, MailKind, MailState
from registration_core.domain.mail_errors import MailedLatelyError

if TYPE_CHECKING:
    from admin_cli.confirmation import Act
    from registration_core.bootstrap import MailingParts
    from registration_core.domain.submission import SubmissionDetails
    from registration_core.services.resend import Resend

Again = Annotated[bool, typer.Option("--again", help="Even if the same mail went out a moment ago.")]

WAIT_S = 20.0
"""A mail is mostly out within a second or two of being queued."""


def resend(
    ctx: typer.Context,
    entry: Entry,
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND",
            help="Which mail (default: the one that tells what it is now).",
            autocompletion=completion.mail_kinds,
        ),
    ] = None,
    *,
    again: Again = False,
    no_wait: NoWait = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Send a mail about a submission once more, and tell what became of it.

    It is written anew from what the submission says now; mend a mistyped address first (rollcall edit). Kinds whose
    words are not true now are refused, and so is a mail that went out within ten minutes, unless --again says so or
    the submission has changed since. Broken off, the same command goes on; nothing is sent twice for one resend.

    Examples:
      rollcall mail resend K7QM-3XTP --dry-run
      rollcall mail resend K7QM-3XTP
      rollcall mail resend K7QM-3XTP staff --yes
      rollcall mail resend K7QM-3XTP --again
    """
    check_spelling(entry)
    chosen = None if kind is None else the_kind(kind)
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
    """Send a mail about a submission, and tell what became of it.

    chosen: None for the one that tells what it is now. agreed: whether the person said yes to it already. Raises
    CliError where it is not sent.
    """
    mailing = act.stack.mailing()
    plan = _planned(act, mailing, details, chosen, again=again)
    _ensure_wanted(act, mailing, plan)
    mail = f'the mail "{plan.request.kind}" about {act.called(plan.entry)}'
    if plan.begun:
        act.say(f"{mail[:1].upper()}{mail[1:]} was asked for already, and is not out yet.")
    if not agreed and not act.agreed(f"send {mail} {'now' if plan.begun else 'again'}"):
        return
    try:
        mailing.resend.resend(plan, by=act.by)
    except EntryChangedError as error:
        raise changed_meanwhile(act.stack, plan.entry) from error
    if no_wait:
        act.say(f"It is queued. See what became of it: rollcall show {display_reference(plan.entry.reference)}")
        return
    state = next(iter(told(act, mailing, [plan.request], longest_s=WAIT_S)), MailState.QUEUED)
    if state is MailState.SENT:
        act.say("It is sent.")
    elif state is MailState.QUEUED:
        act.say(f"It is not out yet. See what becomes of it: rollcall show {display_reference(plan.entry.reference)}")
    else:
        raise CliError(f"It was not sent: {state}.", hint="What that means: docs/staff.md, See what came in.")


def _planned(
    act: Act, mailing: MailingParts, details: SubmissionDetails, kind: MailKind | None, *, again: bool
) -> Resend:
    try:
        return mailing.resend.plan(details, kind, again=again)
    except MailedLatelyError as error:
        raise CliError(
            f"The same mail about {act.called(details.submission)} went out at {for_person(error.at)}, a moment ago.",
            hint="To send it all the same, add --again.",
        ) from error


def _ensure_wanted(act: Act, mailing: MailingParts, plan: Resend) -> None:
    """Raise CliError where nobody would get the mail."""
    entry = plan.entry
    if plan.request.kind in TO_STAFF:
        form = act.stack.forms.get(entry.form)
        if form is not None and not form.staff:
            raise CliError(f"The form {entry.form} names no staff to mail.", hint="Name them: staff in its form.toml")
    elif mailing.suppressions.holds(entry.email):
        raise CliError(
            f"{entry.email} is not mailed: an earlier mail to it bounced for good, or was complained of.",
            hint=f"If it was mistyped, mend it first: rollcall edit {display_reference(entry.reference)} FIELD=ADDRESS",
        )
