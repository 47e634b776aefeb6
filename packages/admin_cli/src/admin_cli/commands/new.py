"""`rollcall new`: creates a folder for your own organisation."""

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
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to create, outside the clone.")],
) -> None:
    """Create a folder for your organisation's forms, site and values, with the example in it to start from.

    From then on this clone uses it: every command, make, and the local system. The clone remembers
    the folder in the file .organisation. To use another folder for one command, set
    ROLLCALL_ORGANISATION.

    Examples:
      rollcall new ../ours
    """
    from admin_cli.organisation.start import start  # noqa: PLC0415 - only for this

    services = of(ctx)
    made = start(find_root(), folder)
    remember(made.root, made.organisation)
    services.output.line(str(made.organisation))
    services.output.note(f"This clone now uses {made.organisation}. To make it yours: docs/make-it-yours.md")
    if services.environ.get(VARIABLE):
        services.output.tell(f"warning: {VARIABLE} is set to {services.environ[VARIABLE]}, which is used instead.")
