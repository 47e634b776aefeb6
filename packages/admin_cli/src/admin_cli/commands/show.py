"""`rollcall show`: one submission, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError
from admin_cli.services import of
from admin_cli.submissions.answers import answered
from admin_cli.submissions.history_lines import print_history
from admin_cli.submissions.lookup import Entry, check_spelling, look_up
from admin_cli.submissions.records import DETAILS, FIELDS, detailed_record
from admin_cli.submissions.spam_signs import why_spam
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.json_fields import ensure_asked, json_option, pick, wanted
from admin_cli.terminal.table import Column
from registration_core.domain.identifiers import display_reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.terminal.output import Output
    from admin_cli.terminal.values import Value
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import MailRecord, Submission, SubmissionDetails

app = verb()

MAILS = (Column("KIND"), Column("STATE"), Column("SENT"), Column("ATTEMPTS", narrowest=8))


@app.command(cls=Command)
def show(
    ctx: typer.Context,
    entry: Entry,
    *,
    copy: Annotated[
        bool, typer.Option("--copy", help="Print it for its person: the form's words, in their language.")
    ] = False,
    json: Annotated[str | None, json_option((*FIELDS, *DETAILS))] = None,
) -> None:
    """Print one submission with its answers, its history and what was mailed about it.

    A reference may be written in small letters, without the dash, or with O for 0; its last letter tells a slip. Who
    waits is shown with their place in the queue. On a terminal the answers stand under the form's own words, as they
    were when the submission was made; in a pipe under the fields' names. With --copy it is a text to hand to the person
    who asks what is kept of them.

    Examples:
      rollcall show K7QM-3XTP
      rollcall show reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE --json all
      rollcall show K7QM-3XTP --json email,answers.course
      rollcall show K7QM-3XTP --copy > copy.txt
    """
    services = of(ctx)
    output = services.output
    names = wanted(output, json, (*FIELDS, *DETAILS))
    check_spelling(entry)
    stack = services.stack()
    details = look_up(lambda: stack, entry)
    rank = stack.query().rank(details.submission)
    current = stack.forms.get(details.submission.form)
    if copy:
        output.line(_copy(details, stack.form_of(details.submission) or current))
        return
    name = current.name_in(details.submission.answers) if current is not None else ""
    if names is not None:
        ensure_asked(names, stack, details.submission.form)
        output.json(pick(detailed_record(details, name=name, rank=rank), names))
    elif output.on_terminal:
        _print(output, details, _facts(details.submission, name, rank), stack.form_of(details.submission), current)
    else:
        output.fields(_lines(details, _facts(details.submission, name, rank)))


def _copy(details: SubmissionDetails, form: Form | None) -> str:
    from admin_cli.submissions.personal_copy import personal_copy  # noqa: PLC0415 - only for this

    if form is None:
        raise CliError("The stack keeps no such form, so nobody knows what its questions were.")
    return personal_copy(form, details, form.language_for(details.submission.language))


def _print(
    output: Output,
    details: SubmissionDetails,
    facts: Sequence[tuple[str, Value]],
    form: Form | None,
    current: Form | None,
) -> None:
    """Print an entry for a person. form: as it was when the entry was made; current: as it is now."""
    entry = details.submission
    named = [(name, value) for name, value in facts if value not in (None, "")]
    version = entry.form_version
    if current is not None and current.version != version:
        version += " (an earlier version of the form)" if form is not None else " (a version that nobody kept)"
    output.fields([*named, ("form_version", version)])
    if entry.answers:
        output.heading("Answers")
        output.fields(answered(form, entry.answers))
    output.heading("History")
    print_history(output, details.events)
    if details.mails:
        output.heading("Mails")
        output.rows(MAILS, [[_which(mail), mail.state, mail.sent_at, _attempts(mail)] for mail in details.mails])


def _facts(entry: Submission, name: str, rank: int | None) -> list[tuple[str, Value]]:
    return [
        ("id", entry.id),
        ("reference", display_reference(entry.reference)),
        ("name", name),
        ("form", entry.form),
        ("status", str(entry.status)),
        ("why_spam", why_spam(entry)),
        ("option", entry.option),
        ("position", entry.position),
        ("rank", rank),
        ("submitted_at", entry.submitted_at),
        ("email", entry.email),
        ("verify_by", entry.verify_by),
        ("verified_at", entry.verified_at),
        ("language", entry.language),
        ("version", entry.version),
        ("expires_at", entry.expires_at),
    ]


def _which(mail: MailRecord) -> str:
    return f"{mail.kind} (resent, {mail.copy})" if mail.copy else mail.kind


def _attempts(mail: MailRecord) -> Value:
    return mail.attempts if mail.attempts <= 1 else f"{mail.attempts}: it may have gone out more than once"


def _lines(details: SubmissionDetails, facts: Sequence[tuple[str, Value]]) -> list[tuple[str, Value]]:
    """Give names and values for a program: the entry, then its answers, mails and history under their own names."""
    entry = details.submission
    lines = [*facts, ("form_version", entry.form_version)]
    lines += [(f"answers.{name}", value) for name, value in answered(None, entry.answers)]
    for mail in details.mails:
        name = f"mails.{mail.kind}" + (f".resent{mail.copy}" if mail.copy else "")
        lines.append((name, mail.state))
        lines += [(f"{name}.attempts", mail.attempts)] if mail.attempts > 1 else []
    return lines + [(f"history.{event.what}", event.at) for event in details.events]
