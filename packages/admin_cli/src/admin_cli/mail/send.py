"""`rollcall mail send`: sends a form's own mail, or a text of your own, to many of its submissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.doctor.forms import deploying
from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.definitions import forms_folder, read_forms
from admin_cli.forms.parameters import Folder  # noqa: TC001 - Typer reads the annotations
from admin_cli.mail.kinds import OwnText, OwnTextFile, Subject, Values, own_message, read_mail, read_values
from admin_cli.mail.outcome import NoWait, wait_for
from admin_cli.mail.preview import as_text, render
from admin_cli.services import of
from admin_cli.submissions.filters import (  # noqa: TC001 - Typer reads the annotations
    LabelOption,
    OptionOption,
    SinceOption,
    StatusOption,
    UntilOption,
)
from admin_cli.submissions.lookup import counted
from admin_cli.terminal import completion
from admin_cli.terminal.escape import plain_lines
from admin_cli.terminal.progress import Progress
from admin_cli.terminal.values import for_person
from registration_core.domain.filters import selection, the_form
from registration_core.domain.forms import MESSAGE
from registration_core.domain.mail import MailKind, MailState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from admin_cli.confirmation import Act
    from registration_core.domain.forms import Form, OwnMail
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Status
    from registration_core.services.send import SendingPlan

FormName = Annotated[
    str,
    typer.Option("--form", metavar="FORM", help="The form whose registrants to mail.", autocompletion=completion.forms),
]
Template = Annotated[
    str | None,
    typer.Option(
        "--template", metavar="NAME", help="One of the form's own mails.", autocompletion=completion.own_mails
    ),
]
Again = Annotated[bool, typer.Option("--again", help="Also mail those who have had the same words before.")]

MOST_NAMED = 5
LEAST_WAIT_S, MOST_WAIT_S = 30.0, 600.0


def send(
    ctx: typer.Context,
    *,
    form: FormName,
    template: Template = None,
    subject: Subject = None,
    text: OwnText = None,
    text_file: OwnTextFile = None,
    option: OptionOption = None,
    label: LabelOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    values: Values = None,
    again: Again = False,
    no_wait: NoWait = False,
    folder: Folder = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Send one of the form's own mails, or a text of yours, to many registrants; each gets it once.

    For a text of your own, give --subject and --text. An empty line starts a new paragraph, and the
    mail adds the reference and the link to the registrant's page. Without --status it goes to
    confirmed and waitlisted submissions. Nobody gets the same words twice: run the same command
    again to mail those who registered since, or to continue after an interruption; --again mails
    everyone once more. Submissions whose status has changed by the time their mail is due, and
    suppressed addresses, are left out and counted. --dry-run prints the first mail, with this
    clone's templates.

    Examples:
      rollcall mail send --form registration --subject "No lesson on 6 March" --text "See you on the 13th."
      rollcall mail send --form registration --subject "Summer plans" --text-file plans.txt --dry-run
      rollcall mail send --form registration --option first-robot --template moved --set room="Kuggen 2" --dry-run
      rollcall mail send --form registration --option first-robot --template moved --set room="Kuggen 2"
      rollcall mail send --form registration --status waitlisted --template moved --set room="Kuggen 2" --yes
    """
    services = of(ctx)
    message = own_message(services, subject, text, text_file)
    _ensure_one(template, message, values)
    act = begin(services, yes=yes, dry_run=dry_run)
    chosen = selection(
        lambda: act.stack.forms, form=form, status=status, since=since, until=until, option=option, label=label
    )
    published = the_form(act.stack.forms, form)
    mail = MESSAGE if message is not None else _read_own_mail(published, template or "")
    texts = message or read_values(mail, values) or {}
    _ensure_deployed(act, published, mail)
    plan = _plan(act, published, mail, texts, chosen, again=again)
    _say_who(act, plan)
    if dry_run and plan.to_queue:
        _print_first(act, published, plan, folder)
    if not plan.to_queue:
        if not dry_run:
            sum(act.stack.mailing().send.send(plan, by=act.by))
        act.say("Nobody is left to mail." + ("" if again else " To mail everyone once more, add --again."))
        return
    if not act.agreed(f'send the mail "{message["subject"] if message else template}" to {counted(plan.to_queue)}'):
        return
    with Progress(services.output, "mails queued", total=plan.to_queue) as progress:
        try:
            for queued in act.stack.mailing().send.send(plan, by=act.by):
                progress.advance(queued)
        except KeyboardInterrupt:
            progress.tell(f"Stopped after {_mails(progress.done)}. For the rest, run the same command again.")
            raise
    act.say(f"Queued {progress.done:,} of {_mails(plan.to_queue)}.")
    if progress.done < plan.to_queue:
        act.say("The other submissions changed in the meantime. Run the same command again to mail them.")
    if not no_wait:
        _report_outcome(act, plan)


def _mails(count: int) -> str:
    return "1 mail" if count == 1 else f"{count:,} mails"


def _ensure_one(template: str | None, message: Mapping[str, str] | None, values: Sequence[str] | None) -> None:
    """Raise CliError unless it is a mail of the form's or a text of the sender's, which has no values."""
    if (template is None) == (message is None):
        raise CliError(
            "Give either --template, one of the form's own mails, or --subject and --text.", exit_code=ExitCode.USAGE
        )
    if message is not None and values:
        raise CliError(
            "--set is for one of the form's own mails. A text of your own has no values.", exit_code=ExitCode.USAGE
        )


def _read_own_mail(form: Form, name: str) -> OwnMail:
    mail = read_mail(form, name) if form.own_mail(name) is not None or name in list(MailKind) else None
    if mail is None or isinstance(mail, MailKind):
        names = ", ".join(each.name for each in form.mails)
        own_mails = f"There are: {names}." if names else "It has none."
        why = f"{name!r} is sent automatically" if mail is not None else f"The form {form.name} has no mail {name!r}"
        raise CliError(
            f"{why}. You can send the form's own mails to many. {own_mails}",
            hint=f"Write forms/{form.name}/mail/{name}.en.subject.j2, .txt.j2 and .html.j2 (docs/editor.md), deploy, "
            "then: rollcall site publish"
            if mail is None
            else f"To send it to one registrant: rollcall mail resend ID {name}",
            exit_code=ExitCode.NOT_FOUND if mail is None else ExitCode.USAGE,
        )
    return mail


def _ensure_deployed(act: Act, form: Form, mail: OwnMail) -> None:
    """Raise CliError if the functions have a different version of the form from the one published."""
    deployed = act.stack.deployed_version(form.name)
    if deployed != form.version:
        raise CliError(
            f"The functions have version {deployed} of the form {form.name}, but version {form.version} was published, "
            f"so their mail {mail.name!r} may say something else.",
            hint=f"Deploy this version and publish it: {deploying(act.stack.context)}",
        )


def _plan(
    act: Act, form: Form, mail: OwnMail, values: Mapping[str, str], chosen: Selection, *, again: bool
) -> SendingPlan:
    from dataclasses import replace  # noqa: PLC0415 - only here

    from registration_core.services.send import MAILABLE, USUAL  # noqa: PLC0415 - hashlib; only where it is sent

    _ensure_mailable(chosen.statuses - MAILABLE)
    statuses = chosen.statuses or USUAL
    submissions = list(act.stack.query().select(replace(chosen, statuses=statuses)))
    return act.stack.mailing().send.plan(
        form, mail.name, values, submissions, statuses=statuses, by=act.by, again=again
    )


def _ensure_mailable(others: frozenset[Status]) -> None:
    if others:
        raise CliError(
            f"Nobody is mailed about submissions that are {' or '.join(sorted(others))}.", exit_code=ExitCode.USAGE
        )


def _say_who(act: Act, plan: SendingPlan) -> None:
    """Say how many would be mailed, and who the first are."""
    if plan.had:
        at = f", the first at {for_person(plan.sending.at)}" if plan.sending.number == 1 else ""
        act.say(f"{counted(len(plan.had))} had this mail before{at}.")
    if plan.unsubscribed:
        act.say(f"{counted(len(plan.unsubscribed))} left out, because the registrants want no such mails.")
    if plan.begun:
        act.say(
            f"{counted(len(plan.begun))} may still be waiting for it from an earlier run, at "
            f"{for_person(plan.sending.at)}."
        )
    recipients = [*plan.begun, *plan.fresh]
    if recipients:
        more = f", and {len(recipients) - MOST_NAMED:,} more" if len(recipients) > MOST_NAMED else ""
        act.say(f"To mail: {'; '.join(map(act.called, recipients[:MOST_NAMED]))}{more}.")


def _print_first(act: Act, form: Form, plan: SendingPlan, folder: Path | None) -> None:
    """Print the first mail, if there is a clone with its templates."""
    from rollcall_local.errors import LocalStackError  # noqa: PLC0415 - only here

    submission, output = [*plan.begun, *plan.fresh][0], act.services.output
    try:
        local_form = read_forms(folder).get(form.name)
    except LocalStackError:
        if plan.sending.template == MESSAGE.name:
            output.line("\n".join(plain_lines("Subject: {subject}\n\n{text}".format_map(plan.sending.values))))
            act.say("The mail adds the reference and the link to the registrant's page.")
        else:
            act.say("To see the mail itself, run this in a clone or add --dir.")
        return
    if local_form is None or local_form.own_mail(plan.sending.template) != form.own_mail(plan.sending.template):
        act.say("The mail itself is not shown, because this clone's templates differ from the stack's.")
        return
    sending = plan.sending
    mail = render(
        act.stack, form, submission, kind=sending.template, values=sending.values, folder=forms_folder(folder)
    )
    text = as_text(mail)
    output.line("\n".join(plain_lines(text)) if output.on_terminal else text)


def _report_outcome(act: Act, plan: SendingPlan) -> None:
    requests = [plan.request(submission) for submission in (*plan.begun, *plan.fresh)]
    longest_s = min(MOST_WAIT_S, LEAST_WAIT_S + len(requests))
    states = wait_for(act, act.stack.mailing(), requests, longest_s=longest_s)
    parts = [f"{states.pop(MailState.SENT, 0):,} sent"]
    waiting = states.pop(MailState.QUEUED, 0)
    parts += [f"{count:,} {state}" for state, count in sorted(states.items())]
    if waiting:
        parts.append(f"{waiting:,} still on the way")
    act.say(f"{', '.join(parts)}.")
    if waiting:
        act.say("To see whether any failed: rollcall mail failed")
