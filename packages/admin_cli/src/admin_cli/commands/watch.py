"""`rollcall watch`: submissions as they arrive."""

from __future__ import annotations

from typing import Annotated

import typer

from admin_cli.services import of
from admin_cli.submissions.arrivals import Watch
from admin_cli.submissions.columns import ColumnsOption  # noqa: TC001 - Typer reads the annotations
from admin_cli.submissions.filters import (  # noqa: TC001 - Typer reads the annotations
    FormOption,
    LabelOption,
    OptionOption,
    SinceOption,
    StatusOption,
)
from admin_cli.submissions.listing import JsonLines, PrintOptions, printer
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.json_fields import json_option, requested_fields
from registration_core.domain.filters import selection
from registration_core.domain.records import FIELDS

app = verb()

DEFAULT_INTERVAL_S = 5.0


@app.command(cls=Command)
def watch(
    ctx: typer.Context,
    *,
    form: FormOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    option: OptionOption = None,
    label: LabelOption = None,
    interval: Annotated[
        float, typer.Option(min=1, max=3600, metavar="SECONDS", help="How long to wait between checks.")
    ] = DEFAULT_INTERVAL_S,
    columns: ColumnsOption = None,
    json: Annotated[str | None, json_option(FIELDS)] = None,
    jsonl: JsonLines = False,
) -> None:
    """Print submissions as they arrive, each once, until Ctrl-C.

    With --since it first prints submissions since then. --json prints one object per line, as
    --jsonl does. If the network goes down, it says so and continues when it is back; nothing is
    missed.

    Examples:
      rollcall watch
      rollcall watch --form registration --status waitlisted
      rollcall watch --since 1h --interval 30
      rollcall watch --jsonl | jq -r .email
    """
    services = of(ctx)
    output = services.output
    names = requested_fields(output, json, FIELDS)
    stack = services.stack()
    chosen = selection(lambda: stack.forms, form=form, status=status, since=since, option=option, label=label)
    shown = printer(output, stack, PrintOptions(names, jsonl or names is not None, columns), form=form)
    arrivals = Watch(
        stack.query(),
        chosen,
        interval_s=interval,
        sleep=services.sleep,
        say=output.note,
        looked=shown.ranks.forget,  # newly waitlisted submissions have a rank too
    )
    if output.on_terminal:
        output.note("Watching for new submissions. Press Ctrl-C to stop.")
    shown.print(arrivals, nothing="", slow=True)
