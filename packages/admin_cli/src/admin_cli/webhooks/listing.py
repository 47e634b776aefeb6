"""`rollcall webhook list`: the webhooks of the stack's forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer  # noqa: TC002 - typer reads the annotations

from admin_cli.services import of
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.table import Column
from admin_cli.terminal.values import for_person
from registration_core.domain.records import iso
from registration_core.domain.webhooks import SUBSCRIBABLE, webhooks_of

if TYPE_CHECKING:
    from datetime import datetime

    from admin_cli.stack import Stack
    from registration_core.domain.webhooks import Webhook

FIELDS = ("form", "name", "url", "events", "format", "fields", "state", "off_since")

COLUMNS = (
    Column("FORM"),
    Column("NAME"),
    Column("HOST", narrowest=12),
    Column("EVENTS", narrowest=12),
    Column("FORMAT"),
    Column("ANSWERS", narrowest=8),
    Column("STATE"),
)


def list_webhooks(ctx: typer.Context, *, json: Annotated[str | None, json_option(FIELDS)] = None) -> None:
    """List webhooks: where each goes, for which events, with which answers.

    They are those of the forms as published. A webhook is off after its receiver answered
    "410 Gone". Its messages then wait among the dead letters, and a test that succeeds turns it on
    again. The table shows only the host, because the rest of an address can be a secret; --json
    prints all of it.

    Examples:
      rollcall webhook list
      rollcall webhook list --json form,name,url,state
    """
    services = of(ctx)
    names = requested_fields(services.output, json, FIELDS)
    stack = services.stack()
    webhooks = [(form, webhook) for form in sorted(stack.forms) for webhook in webhooks_of(stack.forms[form])]
    delivers = stack.description.webhooks is not None
    off = {(form, webhook.name): _off_since(stack, form, webhook) for form, webhook in webhooks} if delivers else {}
    if names is not None:
        services.output.json(
            [pick(_record(form, each, off.get((form, each.name)), delivers=delivers), names) for form, each in webhooks]
        )
        return
    if webhooks:
        services.output.rows(
            COLUMNS,
            [
                [
                    form,
                    each.name,
                    urlsplit(each.url).hostname,
                    "all" if each.events == SUBSCRIBABLE else ", ".join(each.events),
                    each.format,
                    ", ".join(each.fields) or "none",
                    _state(off.get((form, each.name)), delivers=delivers, in_words=True),
                ]
                for form, each in webhooks
            ],
        )
    else:
        services.output.note("No form has a webhook. docs/editor.md, Tell other programs, says how to add one.")
    if webhooks and not delivers:
        services.output.note("This stack delivers none. Add webhooks = {} to its values and apply: docs/options.md")


def _off_since(stack: Stack, form: str, webhook: Webhook) -> datetime | None:
    return stack.webhooks().deliveries.off_since(form, webhook.name)


def _state(off_since: datetime | None, *, delivers: bool, in_words: bool = False) -> str:
    if not delivers:
        return "not delivered"
    if off_since is None:
        return "on"
    return f"off since {for_person(off_since)}" if in_words else "off"


def _record(form: str, webhook: Webhook, off_since: datetime | None, *, delivers: bool) -> dict[str, object]:
    return {
        "form": form,
        "name": webhook.name,
        "url": webhook.url,
        "events": list(webhook.events),
        "format": webhook.format.value,
        "fields": list(webhook.fields),
        "state": _state(off_since, delivers=delivers),
        "off_since": iso(off_since) if off_since is not None else None,
    }
