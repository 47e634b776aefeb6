"""A form file's [[webhooks]]: each checked and read."""

from __future__ import annotations

import re

from registration_core.domain.webhook_urls import WebhookUrlError, read_webhook_url
from registration_core.domain.webhooks import SUBSCRIBABLE, Webhook, WebhookEvent, WebhookFormat
from rollcall_build.forms.checked_table import CheckedTable, listed, repeated, suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

WEBHOOK = ("name", "url", "events", "format", "fields")
MOST_WEBHOOKS = 10
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")


def read_webhooks(values: CheckedTable, fields: Sequence[str] | None) -> tuple[Mapping[str, Any], ...]:
    """Read the form's webhooks, as the compiled form has them.

    fields: the names of the form's fields; None when some could not be read.
    """
    tables = values.tables("webhooks", required=False)
    if len(tables) > MOST_WEBHOOKS:
        values.problem(f"there are {len(tables)} webhooks; a form can have at most {MOST_WEBHOOKS}")
    webhooks = [
        webhook
        for number, each in enumerate(tables, start=1)
        if (webhook := _webhook(CheckedTable(each, f"{values.where}: webhook {number}", values.problems), fields))
    ]
    for name in repeated(webhook.name for webhook in webhooks):
        values.problem(f'two webhooks are called "{name}"; give each its own name, such as name = "crm"')
    return tuple(webhook.to_dict() for webhook in webhooks)


def _webhook(table: CheckedTable, fields: Sequence[str] | None) -> Webhook | None:
    table.known_keys(WEBHOOK, of="a webhook")
    url = table.string("url", required=True)
    kind = table.one_of("format", [each.value for each in WebhookFormat])
    events, named = _events(table), table.strings("fields")
    for name in named:
        if fields is not None and name not in fields:
            table.problem(f'"fields" has "{name}", which is not a field of this form{suggestion(name, fields)}')
    if url is None:
        return None
    try:
        host = read_webhook_url(url).host
    except WebhookUrlError as error:
        table.problem(f'"url" {error}')
        return None
    name = table.string("name") or host
    if not _NAME.fullmatch(name):
        table.problem(
            '"name" must begin with a lowercase letter or a digit, and have at most 63 lowercase letters, digits, '
            "dots and hyphens"
        )
    return Webhook(name, url, events, WebhookFormat(kind or WebhookFormat.JSON), named)


def _events(table: CheckedTable) -> tuple[WebhookEvent, ...]:
    """Return the events in the order of the list of all, so that their order makes no new form version."""
    named = table.strings("events")
    if not named:
        table.problem(f'"events" is missing or empty; use some of {listed(SUBSCRIBABLE)}')
    for name in named:
        if name not in SUBSCRIBABLE:
            table.problem(f'"events" has "{name}"{suggestion(name, SUBSCRIBABLE)}; use some of {listed(SUBSCRIBABLE)}')
    return tuple(event for event in SUBSCRIBABLE if event in named)
