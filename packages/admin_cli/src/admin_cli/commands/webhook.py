"""`rollcall webhook`: the programs that a stack tells of events, and what could not be delivered."""

from __future__ import annotations

from admin_cli.terminal.help import Command, noun
from admin_cli.webhooks.failed import failed, redrive
from admin_cli.webhooks.listing import list_webhooks
from admin_cli.webhooks.secret import secret
from admin_cli.webhooks.test_message import test

app = noun("""
See which programs the stack sends events to, test one, and deal with what it could not deliver.

Form files name them: docs/editor.md, Tell other programs.

Examples:
  rollcall webhook list
  rollcall webhook secret registration crm
  rollcall webhook test registration crm
  rollcall webhook failed
""")

app.command("list", cls=Command)(list_webhooks)
for verb in (secret, test, failed, redrive):
    app.command(cls=Command)(verb)
