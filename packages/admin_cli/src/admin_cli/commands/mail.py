"""`rollcall mail`: previews, sends and resends mails, and deals with failed ones."""

from __future__ import annotations

from admin_cli.mail.failed import failed, redrive
from admin_cli.mail.planned import planned
from admin_cli.mail.preview import preview
from admin_cli.mail.resend import resend
from admin_cli.mail.resubscribe import resubscribe
from admin_cli.mail.send import send
from admin_cli.mail.sent import list_mails, unsuppress
from admin_cli.terminal.help import Command, noun

app = noun("""
Preview mails, send them again, send one to many submissions, and deal with failed ones.

Examples:
  rollcall mail preview registration confirmed
  rollcall mail resend K7QM-3XTP
  rollcall mail send --form registration --option first-robot --template moved --set room="Kuggen 2" --dry-run
  rollcall mail list
  rollcall mail planned
  rollcall mail failed
""")

app.command("list", cls=Command)(list_mails)
for verb in (preview, planned, resend, send, failed, redrive, unsuppress, resubscribe):
    app.command(cls=Command)(verb)
