"""`rollcall history`: what happened to a submission."""

from __future__ import annotations

from typing import Annotated

import typer  # noqa: TC002 - Typer reads the annotations

from admin_cli.entries import Entry, look_up
from admin_cli.fields import json_option, pick, wanted
from admin_cli.helping import Command, verb
from admin_cli.histories import print_history
from admin_cli.records import HISTORY, event_record
from admin_cli.services import of

app = verb()


@app.command(cls=Command)
def history(ctx: typer.Context, entry: Entry, *, json: Annotated[str | None, json_option(HISTORY)] = None) -> None:
    """Print what happened to a submission, oldest first: when, what, what it was afterwards, and who did it.

    `registrant` is the person who sent it, `system` what runs by itself; staff are named by their AWS identity.

    Examples:
      rollcall history K7QM-3XTP
      rollcall history K7QM-3XTP --json at,what,by
    """
    services = of(ctx)
    names = wanted(services.output, json, HISTORY)
    events = look_up(services.stack, entry).events
    if names is not None:
        services.output.json([pick(event_record(event), names) for event in events])
    else:
        print_history(services.output, events)
