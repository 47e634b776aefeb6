"""A form file's [mails.<name>]: what it says about the form's own mails."""

from __future__ import annotations

from dataclasses import replace

from registration_core.domain.forms import MESSAGE
from registration_core.domain.mail import MailKind
from rollcall_build.forms.checked_table import CheckedTable, listed, suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from registration_core.domain.forms import OwnMail

MAIL = ("unsubscribe",)


def read_mails(values: CheckedTable, mails: Sequence[OwnMail]) -> tuple[OwnMail, ...]:
    """Return the form's own mails, as its file marks them."""
    tables = values.table("mails")
    if tables is None:
        return tuple(mails)
    names = [mail.name for mail in mails]
    marked = set()
    for name in tables:
        if name in (*MailKind, MESSAGE.name):
            tables.problem(f"\"{name}\" is one of Rollcall's mails; only a mail of the form's own can be marked here")
        elif name not in names:
            own = f"; its own are {listed(names)}" if names else ""
            tables.problem(f'"{name}" is not a mail of this form{suggestion(name, names)}{own}')
        elif (table := tables.table(name)) is not None:
            table.known_keys(MAIL, of="a mail")
            if table.boolean("unsubscribe"):
                marked.add(name)
    return tuple(replace(mail, unsubscribe=mail.name in marked) for mail in mails)
