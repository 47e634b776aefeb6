"""`rollcall check`: finds mistakes in an organisation's own files."""

from __future__ import annotations

from typing import Annotated

import typer  # noqa: TC002 - Typer reads the annotations

from admin_cli.doctor.report import FIELDS, report
from admin_cli.forms.definitions import find_sources
from admin_cli.services import of
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.json_fields import json_option, requested_fields

app = verb()


@app.command(cls=Command)
def check(ctx: typer.Context, *, json: Annotated[str | None, json_option(FIELDS)] = None) -> None:
    """Check the organisation's own files: forms, mails, site, and values for Terraform. No stack is needed.

    Each mistake is one line that names the file and says how to fix it. Any mistake makes the exit
    code 1. Run this after each change, and after an upgrade. To check a stack: `rollcall doctor`.

    Examples:
      rollcall check
      rollcall check --json check,health,says
    """
    from admin_cli.organisation.checks import findings  # noqa: PLC0415 - reads every form

    output = of(ctx).output
    names = requested_fields(output, json, FIELDS)
    sources = find_sources()
    output.note(f"The organisation in {sources.organisation}:")
    report(output, findings(sources), names=names)
