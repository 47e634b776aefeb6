"""`rollcall check`: whether an organisation's own files are right."""

from __future__ import annotations

from typing import Annotated

import typer  # noqa: TC002 - Typer reads the annotations

from admin_cli.doctor.report import FIELDS, report
from admin_cli.forms.definitions import find_sources
from admin_cli.services import of
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.json_fields import json_option, wanted

app = verb()


@app.command(cls=Command)
def check(ctx: typer.Context, *, json: Annotated[str | None, json_option(FIELDS)] = None) -> None:
    """Examine the organisation's own files: forms, mails, site, and values for Terraform. No stack is asked.

    Each mistake is a line that names the file and says how to mend it. With one the exit code is 1. Run it after each
    change, and after an upgrade. `rollcall doctor` examines the stack.

    Examples:
      rollcall check
      rollcall check --json check,health,says
    """
    from admin_cli.organisation.checks import findings  # noqa: PLC0415 - reads every form

    output = of(ctx).output
    names = wanted(output, json, FIELDS)
    sources = find_sources()
    output.note(f"The organisation in {sources.organisation}:")
    report(output, findings(sources), names=names)
