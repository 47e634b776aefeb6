"""`rollcall mail`: what is mailed, read beforehand, sent again, and taken up again when it failed."""

from __future__ import annotations

from admin_cli.helping import Command, noun
from admin_cli.mailing.dead import failed, redrive
from admin_cli.mailing.preview import preview
from admin_cli.mailing.resend import resend
from admin_cli.mailing.send import send
from admin_cli.mailing.sent import list_mails, unsuppress

app = noun("""
Read mails before anyone gets them, send them again, send one to many, and see to those that failed.

Examples:
  rollcall mail preview registration confirmed
  rollcall mail resend K7QM-3XTP
  rollcall mail send --form registration --option first-robot --template moved --set room="Kuggen 2" --dry-run
  rollcall mail list
  rollcall mail failed
""")

app.command("list", cls=Command)(list_mails)
for verb in (preview, resend, send, failed, redrive, unsuppress):
    app.command(cls=Command)(verb)
