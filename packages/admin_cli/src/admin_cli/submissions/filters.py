"""The options that select submissions."""

from __future__ import annotations

from typing import Annotated

import typer

from admin_cli.terminal import completion
from registration_core.domain.filters import STATUSES

FormOption = Annotated[
    str | None,
    typer.Option("--form", metavar="FORM", help="Only this form's submissions.", autocompletion=completion.forms),
]
StatusOption = Annotated[
    list[str] | None,
    typer.Option(
        "--status",
        metavar="STATUS",
        help=f"Only submissions with this status; repeatable: {STATUSES}.",
        autocompletion=completion.statuses,
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="WHEN", help="Only submissions since then: 7d, 3mo, monday, 2026-03-01."),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="WHEN", help="Only submissions before then. A day is included whole.")
]
OptionOption = Annotated[
    str | None,
    typer.Option(
        "--option",
        metavar="OPTION",
        help="Only submissions for this option: its value, as `quota list` prints it, or its label.",
        autocompletion=completion.options,
    ),
]

LabelOption = Annotated[
    str | None, typer.Option("--label", metavar="LABEL", help="Only submissions with this label, such as paid.")
]
