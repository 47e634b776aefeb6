"""`rollcall mail`: the mails of a form."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.commands.forms import Folder, FormName  # noqa: TC001 - Typer reads the annotations
from admin_cli.errors import CliError, ExitCode
from admin_cli.escape import plain_lines
from admin_cli.formsets import forms_folder, read_forms, the_form
from admin_cli.helping import Command, noun
from admin_cli.services import of
from registration_core.domain.mail import MailKind

if TYPE_CHECKING:
    from registration_core.domain.mail import RenderedMail

app = noun("""
Read the mails of a clone's forms before anyone gets them.

Examples:
  rollcall mail preview registration confirmed
  rollcall mail preview registration waitlisted --language sv --part html
""")

#: What stands in a preview for addresses that only a stack has.
SITE_URL = "https://example.org"
MY_URL = f"{SITE_URL}/my?t=preview"


class Part(StrEnum):
    """What of a mail is printed."""

    TEXT = "text"
    HTML = "html"
    SUBJECT = "subject"


@app.command(cls=Command)
def preview(
    ctx: typer.Context,
    form: FormName,
    kind: Annotated[MailKind, typer.Argument(metavar="KIND", help=f"One of {', '.join(MailKind)}.")],
    *,
    language: Annotated[
        str | None, typer.Option(metavar="LANG", help="The registrant's language (default: the form's first).")
    ] = None,
    part: Annotated[
        Part | None, typer.Option(metavar="PART", help="Only this: text, html or subject (default: subject and text).")
    ] = None,
    folder: Folder = None,
) -> None:
    """Print a mail as it would be sent for the form's example; nobody gets it, and no stack is needed.

    Examples:
      rollcall mail preview registration confirmed
      rollcall mail preview registration promoted --language sv
      rollcall mail preview contact staff --part subject
      rollcall mail preview registration confirmed --part html > confirmed.html
    """
    from registration_core.bootstrap import preview_service  # noqa: PLC0415 - loads Jinja2

    output = of(ctx).output
    found = the_form(read_forms(folder), form)
    if language is not None and language not in found.languages:
        raise CliError(
            f"The form {form} has no language {language!r}. There are: {', '.join(found.languages)}.",
            exit_code=ExitCode.USAGE,
        )
    service = preview_service(forms_folder(folder), site_url=SITE_URL, my_url=MY_URL)
    text = _printed(service.preview(kind, found, language=language or found.languages[0]), part)
    output.line("\n".join(plain_lines(text)) if output.on_terminal else text)


def _printed(mail: RenderedMail, part: Part | None) -> str:
    if part is Part.SUBJECT:
        return mail.subject
    if part is not None:
        return (mail.text if part is Part.TEXT else mail.html).rstrip("\n")
    attached = [f"Attached: {attachment.filename}" for attachment in mail.attachments]
    return "\n".join([f"Subject: {mail.subject}", *attached, "", mail.text.rstrip("\n")])
