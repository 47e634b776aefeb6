"""`rollcall new`: a folder for an organisation of one's own."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import Annotated

import typer

from admin_cli.forms.definitions import find_root
from admin_cli.services import of
from admin_cli.terminal.help import Command, verb
from rollcall_build.sources import VARIABLE, remember

app = verb()


@app.command(cls=Command)
def new(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make, outside of the clone.")],
) -> None:
    """Start a folder for an organisation's own forms, site and values, with the example in it to begin with.

    The clone works for it from then on: every command, make, and the system on this machine. The environment variable
    ROLLCALL_ORGANISATION names another for one command; the file .organisation in the clone is where it is kept.

    Examples:
      rollcall new ../ours
    """
    from admin_cli.organisation.start import start  # noqa: PLC0415 - only for this

    services = of(ctx)
    made = start(find_root(), folder)
    remember(made.root, made.organisation)
    services.output.line(str(made.organisation))
    services.output.note(f"This clone works for {made.organisation} now. Make it yours: docs/make-it-yours.md")
    if services.environ.get(VARIABLE):
        services.output.tell(f"But {VARIABLE} names {services.environ[VARIABLE]}, and wins.")
