"""`rollcall calendar`: the link with which staff see every course and its seats in their own calendar."""

from __future__ import annotations

import typer  # noqa: TC002 - it reads the annotations

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.services import of
from admin_cli.terminal.help import Command, noun

app = noun("""
See every course and its seats in your own calendar program.

Examples:
  rollcall calendar link
  rollcall calendar reset
""")


@app.command(cls=Command)
def link(ctx: typer.Context) -> None:
    """Print the link to subscribe to. The first call makes it.

    Subscribe to it in your calendar program, which then asks for news by itself. The calendar has each
    course with its seats taken and its waiting list, and no personal data. Whoever has the link can
    read it: give it only to staff.

    Examples:
      rollcall calendar link
    """
    services = of(ctx)
    stack = services.stack()
    services.output.line(_link(stack.description.api_url, stack.calendar_link().make()))


@app.command(cls=Command)
def reset(ctx: typer.Context, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """End the link for everyone who has it, and print a new one.

    Examples:
      rollcall calendar reset
      rollcall calendar reset --yes
    """
    services = of(ctx)
    act = begin(services, yes=yes, dry_run=dry_run)
    if act.agreed("end the calendar's link for everyone who has it"):
        secret = act.stack.calendar_link().reset()
        act.say("The old link has ended. Give this one to those who need it:")
        services.output.line(_link(act.stack.description.api_url, secret))


def _link(api_url: str, secret: str) -> str:
    return f"{api_url}/calendar.ics?t={secret}"
