"""`rollcall webhook failed` and `rollcall webhook redrive`: lists what could not be delivered, and tries it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer  # noqa: TC002 - typer reads the annotations

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.mail.letters import SHORT_ID, Every, Messages, agreed_letters, counted, ensure_named
from admin_cli.services import of
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.progress import Progress
from admin_cli.terminal.table import Column
from registration_core.domain.records import iso
from registration_core.domain.webhook_ports import DELIVERED
from registration_core.domain.webhooks import Delivery

if TYPE_CHECKING:
    from datetime import datetime

    from admin_cli.stack import Stack
    from admin_cli.terminal.values import Value
    from registration_core.domain.dead_letters import DeadLetter

LISTS = "rollcall webhook failed"

FIELDS = ("message", "form", "webhook", "event", "id", "since", "why")

COLUMNS = (
    Column("MESSAGE"),
    Column("FORM"),
    Column("WEBHOOK"),
    Column("EVENT"),
    Column("ID", narrowest=10),
    Column("SINCE"),
    Column("WHY", narrowest=20),
)


@dataclass(frozen=True, slots=True)
class Failed:
    """One dead letter. id: the submission's."""

    message: str
    since: datetime
    why: str
    form: str = ""
    webhook: str = ""
    event: str = ""
    id: str = ""

    def record(self) -> dict[str, object]:
        """Return what --json prints, under the names of FIELDS."""
        return {name: getattr(self, name) or None for name in FIELDS} | {"since": iso(self.since)}

    def row(self, *, whole: bool) -> list[Value]:
        """Return the line's cells. whole: with the whole ID of the message, for a pipe."""
        message = self.message if whole else self.message[:SHORT_ID]
        return [message, self.form, self.webhook, self.event, self.id, self.since, self.why]


def failed(ctx: typer.Context, *, json: Annotated[str | None, json_option(FIELDS)] = None) -> None:
    """Print the messages that could not be delivered, and why.

    This changes nothing. A message becomes a dead letter after eight attempts in 17 hours, or at once if its receiver
    answered "410 Gone". AWS keeps it for two weeks.

    Examples:
      rollcall webhook failed
      rollcall webhook failed --json message,webhook,event,why
    """
    services = of(ctx)
    names = requested_fields(services.output, json, FIELDS)
    stack = services.stack()
    lines = [_failed(stack, letter) for letter in stack.webhooks().redrive.read()]
    if names is not None:
        services.output.json([pick(line.record(), names) for line in lines])
    elif lines:
        whole = not services.output.on_terminal
        services.output.rows(COLUMNS, [line.row(whole=whole) for line in lines])
    else:
        services.output.note("Every webhook was delivered, or is still being tried.")


def redrive(
    ctx: typer.Context,
    messages: Messages = None,
    *,
    every: Every = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Deliver failed messages again, once their receiver works.

    A message keeps its ID, so a receiver that looks at it does nothing twice. You can safely repeat
    this command or interrupt it.

    Examples:
      rollcall webhook redrive --all --dry-run
      rollcall webhook redrive --all
      rollcall webhook redrive 3f2a9c01 --yes
    """
    ensure_named(messages, every=every, lists=LISTS)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    service = act.stack.webhooks().redrive
    chosen = agreed_letters(act, service.read(), messages, lists=LISTS)
    if not chosen:
        return
    with Progress(act.services.output, "dead letters", total=len(chosen)) as progress:
        for _ in service.redrive([letter.id for letter in chosen]):
            progress.advance()
    act.say(f"Queued {progress.done:,} of {counted(len(chosen))} again.")


def _failed(stack: Stack, letter: DeadLetter) -> Failed:
    about = letter.about
    if not isinstance(about, Delivery):
        return Failed(letter.id, letter.since, "Rollcall did not send this message")
    record = stack.webhooks().deliveries.get(about)
    if record is None:
        why = "never attempted: see the log of deliver"
    elif record.state == DELIVERED:
        why = "a later attempt delivered it"
    else:
        why = f"{record.problem or 'no answer'}, {record.attempts} attempt{'' if record.attempts == 1 else 's'}"
    return Failed(letter.id, letter.since, why, about.form, about.webhook, about.event, about.id)
