"""Arguments and options that name forms and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from admin_cli.terminal import completion

FormArgument = Annotated[
    str,
    typer.Argument(metavar="FORM", help="The form's name, such as registration.", autocompletion=completion.forms),
]
OptionArgument = Annotated[
    str,
    typer.Argument(
        metavar="OPTION",
        help="The option: its value, as `quota list` prints it, or its label.",
        autocompletion=completion.options,
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option("--dir", metavar="DIR", help="The folder of form files (default: the clone's forms)."),
]
