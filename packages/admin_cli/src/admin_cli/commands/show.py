"""`rollcall show`: one submission, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer  # noqa: TC002 - Typer reads the annotations

from admin_cli.entries import Entry, look_up
from admin_cli.fields import JsonOption, pick, wanted
from admin_cli.helping import Command, verb
from admin_cli.records import DETAILS, FIELDS, detailed_record
from admin_cli.services import of
from registration_core.domain.identifiers import display_reference

if TYPE_CHECKING:
    from admin_cli.values import Value
    from registration_core.domain.submission import SubmissionDetails

app = verb()


@app.command(cls=Command)
def show(
    ctx: typer.Context,
    entry: Entry,
    *,
    json: JsonOption = None,
) -> None:
    """Print one submission with its answers, its history and what was mailed about it.

    A reference may be written in small letters, without the dash, or with O for 0; its last letter tells a slip.

    Examples:
      rollcall show K7QM-3XTP
      rollcall show reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE --json all
      rollcall show K7QM-3XTP --json email,answers.course
    """
    services = of(ctx)
    names = wanted(services.output, json, (*FIELDS, *DETAILS))
    details = look_up(services.stack, entry)
    if names is not None:
        services.output.json(pick(detailed_record(details), names))
    else:
        services.output.fields(_lines(details))


def _lines(details: SubmissionDetails) -> list[tuple[str, Value]]:
    """Give names and values to print: the entry, then its answers under their own names."""
    entry = details.submission
    lines: list[tuple[str, Value]] = [
        ("id", entry.id),
        ("reference", display_reference(entry.reference)),
        ("form", entry.form),
        ("status", str(entry.status)),
        ("submitted_at", entry.submitted_at),
        ("email", entry.email),
        ("language", entry.language),
        ("form_version", entry.form_version),
        ("version", entry.version),
        ("expires_at", entry.expires_at),
    ]
    lines += [(f"answers.{name}", _value(answer)) for name, answer in entry.answers.items()]
    lines += [(f"mails.{mail.kind}", mail.state) for mail in details.mails]
    lines += [(f"history.{event.what}", event.at) for event in details.events]
    return lines


def _value(answer: object) -> Value:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return [str(part) for part in answer] if isinstance(answer, list | tuple) else str(answer)
