"""`rollcall webhook test`: sends one message without data, and shows what the receiver answered."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer  # noqa: TC002 - typer reads the annotations

from admin_cli.errors import CliError
from admin_cli.forms.parameters import FormArgument  # noqa: TC001 - typer reads the annotations
from admin_cli.services import of
from admin_cli.webhooks.lookup import NameArgument, find_webhook
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.webhook_ports import DELIVERED
from registration_core.domain.webhooks import Delivery, WebhookEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.bootstrap.command_line import WebhookParts

PAUSES, PAUSE_S = 60, 0.5


def test(ctx: typer.Context, form: FormArgument, name: NameArgument) -> None:
    """Send a test message to a webhook, and show what its receiver answered.

    The message goes the same way as all others: through the queue, signed, from the stack and not from
    this machine. It has no answers in it. If the receiver accepts it, a webhook that was off is on
    again.

    Examples:
      rollcall webhook test registration crm
    """
    services = of(ctx)
    stack = services.stack()
    find_webhook(stack, form, name)
    webhooks = stack.webhooks()
    now = datetime.now(UTC)
    delivery = Delivery(
        form, name, f"test_{new_ulid(now, os.urandom)}", WebhookEvent.TEST, at=now.isoformat(timespec="seconds")
    )
    webhooks.queue.put([delivery])
    problem = _wait(webhooks, delivery, services.sleep)
    if problem is not None:
        raise CliError(
            f"The receiver did not accept the message: {problem}.",
            hint="Fix the receiver, then run the same command again.",
        )
    services.output.tell(f"{form}/{name} accepted the test message.")


def _wait(webhooks: WebhookParts, delivery: Delivery, sleep: Callable[[float], None]) -> str | None:
    """Wait until a message was tried. Return why the receiver refused it; None if it accepted it."""
    for _ in range(PAUSES):
        sleep(PAUSE_S)
        record = webhooks.deliveries.get(delivery)
        if record is not None and (record.state == DELIVERED or record.problem is not None):
            return record.problem
    raise CliError(
        f"Nothing was delivered within {PAUSES * PAUSE_S:g} seconds.",
        hint="If you just added this webhook, deploy the forms first: rollcall infra apply. "
        "Otherwise read the log of the function deliver.",
    )
