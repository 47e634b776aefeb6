"""The mails of the local mailbox, as `rollcall local mail` finds, prints and saves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registration_core.domain.errors import InvalidReferenceError
from registration_core.domain.identifiers import display_reference, parse_reference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from admin_cli.terminal.output import Output
    from rollcall_local.mailbox import Mail

MAIL_FIELDS = ("id", "at", "from", "to", "reply_to", "subject", "attachments", "text", "html")


def short_id(mail_id: str) -> str:
    """Return the end of an ID, which is enough to name one mail."""
    return mail_id.rpartition("-")[2]


def is_meant(mail: Mail, wanted_mail: str) -> bool:
    """Return whether a mail has this ID, ends in it, or is about the submission with this reference."""
    if wanted_mail in (mail.id, short_id(mail.id)):
        return True
    try:
        reference = display_reference(parse_reference(wanted_mail))
    except InvalidReferenceError:
        return False
    return reference in mail.text or reference in mail.subject


def record(mail: Mail) -> dict[str, object]:
    """Return a mail as `--json` prints it."""
    parts = mail.as_json()
    return {name: parts[name] for name in MAIL_FIELDS}


def save_attachments(output: Output, mails: Sequence[Mail], folder: Path) -> None:
    """Save the attachments, and print their paths."""
    saved = 0
    for mail in mails:
        for attached in mail.attachments:
            path = folder / mail.id / attached.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(attached.content)
            output.note(f"Saved {path}")
            saved += 1
    if not saved:
        output.note("These mails have no attachments.")


def print_mail(output: Output, mail: Mail) -> None:
    """Print one mail in full."""
    output.fields(
        [
            ("id", mail.id),
            ("at", mail.at),
            ("from", mail.sender),
            ("to", mail.to),
            ("reply to", mail.reply_to),
            ("subject", mail.subject),
            ("attached", [f"{each.name} ({each.type}, {len(each.content):,} bytes)" for each in mail.attachments]),
            ("text", "\n".join(mail.text.rstrip().splitlines())),  # a mail's lines end in CRLF
        ],
    )
