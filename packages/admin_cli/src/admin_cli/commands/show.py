"""`rollcall show`: everything about one submission."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError
from admin_cli.services import of
from admin_cli.submissions.answers import answered
from admin_cli.submissions.history_lines import note_lines, print_history, short_name
from admin_cli.submissions.lookup import Entry, check_spelling, look_up, with_groups
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.json_fields import ensure_asked, json_option, pick, requested_fields
from admin_cli.terminal.table import Column
from registration_core.domain.identifiers import display_reference
from registration_core.domain.records import DETAILS, FIELDS, detailed_record
from registration_core.domain.spam_signs import why_spam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.terminal.output import Output
    from admin_cli.terminal.values import Value
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import MailRecord, Submission, SubmissionDetails

app = verb()

TOGETHER = (Column("REFERENCE"), Column("NAME", narrowest=12), Column("STATUS", status=True), Column("OPTION"))
CHECK_INS = (Column("DAY"), Column("WHEN"), Column("BY"))
MAILS = (Column("KIND"), Column("STATE"), Column("SENT"), Column("ATTEMPTS", narrowest=8))


@app.command(cls=Command)
def show(
    ctx: typer.Context,
    entry: Entry,
    *,
    copy: Annotated[
        bool, typer.Option("--copy", help="Print a copy for the registrant: the form's words, in their language.")
    ] = False,
    json: Annotated[str | None, json_option((*FIELDS, *DETAILS))] = None,
) -> None:
    """Print one submission with its answers, history and mails.

    You can write a reference in small letters, without the dash, or with O for 0; its last letter
    reveals a typing mistake. A waitlisted submission shows its rank. On a terminal the answers have
    the form's labels, as they were when it was submitted; in a pipe they have the field names.
    --copy prints a text to give to registrants who ask what you keep about them.

    Examples:
      rollcall show K7QM-3XTP
      rollcall show reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE --json all
      rollcall show K7QM-3XTP --json email,answers.course
      rollcall show K7QM-3XTP --copy > copy.txt
    """
    services = of(ctx)
    output = services.output
    names = requested_fields(output, json, (*FIELDS, *DETAILS))
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
        others = [each for each in with_groups(stack.query(), [details.submission]) if each.id != details.submission.id]
        _print(output, details, _facts(details.submission, name, rank), stack.form_of(details.submission), current)
        _print_others(output, others, current)
    else:
        output.fields(_lines(details, _facts(details.submission, name, rank)))


def _copy(details: SubmissionDetails, form: Form | None) -> str:
    from admin_cli.submissions.personal_copy import personal_copy  # noqa: PLC0415 - only for this

    if form is None:
        raise CliError("The stack no longer has this submission's form, so its questions are unknown.")
    return personal_copy(form, details, form.language_for(details.submission.language))


def _print(
    output: Output,
    details: SubmissionDetails,
    facts: Sequence[tuple[str, Value]],
    form: Form | None,
    current: Form | None,
) -> None:
    """Print a submission for a person. form: as it was when it was submitted; current: as it is now."""
    submission = details.submission
    known = [(name, value) for name, value in facts if value not in (None, "")]
    version = submission.form_version
    if current is not None and current.version != version:
        version += " (an earlier version of the form)" if form is not None else " (a version that was not kept)"
    output.fields([*known, ("form_version", version)])
    if submission.answers:
        output.heading("Answers")
        output.fields(answered(form, submission.answers))
    _print_desk_values(output, submission, current)
    output.heading("History")
    print_history(output, details.events)
    if details.mails:
        output.heading("Mails")
        output.rows(MAILS, [[_kind(mail), mail.state, mail.sent_at, _attempts(mail)] for mail in details.mails])


def _print_others(output: Output, others: Sequence[Submission], form: Form | None) -> None:
    """Print those who were sent together with the submission."""
    rows: list[list[Value]] = [
        [
            display_reference(each.reference),
            form.name_in(each.answers) if form is not None else "",
            str(each.status),
            each.option,
        ]
        for each in others
    ]
    if rows:
        output.heading("Sent together")
        output.rows(TOGETHER, rows)


def _print_desk_values(output: Output, submission: Submission, form: Form | None) -> None:
    """Print the files, the notes whole, numbered as `rollcall note remove` counts them, and the check-ins."""
    if submission.files or (form is not None and form.asks_for_files):
        from admin_cli.commands.files import COLUMNS, missing_rows, row  # noqa: PLC0415 - only for forms with files

        now = datetime.now(UTC)
        files = [*(row(file, now) for file in submission.files), *missing_rows(form, submission)]
        if files:
            output.heading("Files")
            output.rows(COLUMNS, files)
    if submission.notes:
        output.heading("Notes")
        output.fields(note_lines(submission.notes))
    if submission.check_ins:
        output.heading("Checked in")
        output.rows(
            CHECK_INS,
            [[check_in.day.isoformat(), check_in.at, short_name(check_in.by)] for check_in in submission.check_ins],
        )


def _facts(entry: Submission, name: str, rank: int | None) -> list[tuple[str, Value]]:
    return [
        ("id", entry.id),
        ("reference", display_reference(entry.reference)),
        ("name", name),
        ("form", entry.form),
        ("status", str(entry.status)),
        ("why_spam", why_spam(entry)),
        ("labels", " ".join(entry.labels)),
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
        ("group", entry.group),
    ]


def _kind(mail: MailRecord) -> str:
    return f"{mail.kind} (resent, {mail.copy})" if mail.copy else mail.kind


def _attempts(mail: MailRecord) -> Value:
    return mail.attempts if mail.attempts <= 1 else f"{mail.attempts}: it may have gone out more than once"


def _lines(details: SubmissionDetails, facts: Sequence[tuple[str, Value]]) -> list[tuple[str, Value]]:
    """Return names and values for a program: the submission, then its answers, mails and history."""
    submission = details.submission
    lines = [*facts, ("form_version", submission.form_version)]
    lines += [(f"answers.{name}", value) for name, value in answered(None, submission.answers)]
    for mail in details.mails:
        name = f"mails.{mail.kind}" + (f".resent{mail.copy}" if mail.copy else "")
        lines.append((name, mail.state))
        lines += [(f"{name}.attempts", mail.attempts)] if mail.attempts > 1 else []
    lines += [(f"files.{file.field}.{file.name}", str(file.state)) for file in submission.files]
    lines += [(f"notes.{number}", note.text) for number, note in enumerate(submission.notes, 1)]
    lines += [(f"checked_in.{check_in.day}", check_in.at) for check_in in submission.check_ins]
    return lines + [(f"history.{event.what}", event.at) for event in details.events]
