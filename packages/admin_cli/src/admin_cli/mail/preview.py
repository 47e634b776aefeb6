"""`rollcall mail preview`: prints a mail before anyone gets it."""

from __future__ import annotations

import re
from base64 import b64encode
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.definitions import forms_folder, read_forms, shared_folder
from admin_cli.forms.parameters import Folder  # noqa: TC001 - Typer reads the annotations
from admin_cli.mail.kinds import Values, read_mail, read_values
from admin_cli.services import of
from admin_cli.submissions.lookup import look_up
from admin_cli.terminal import completion
from admin_cli.terminal.escape import plain_lines
from registration_core.domain.filters import the_form
from registration_core.domain.mail import GROUP_MAIL, MailKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from admin_cli.services import Services
    from admin_cli.stack import Stack
    from registration_core.domain.forms import Form
    from registration_core.domain.mail import RenderedMail
    from registration_core.domain.submission import Submission

#: Replaces addresses that only a stack has.
SITE_URL = "https://example.org"

#: Never a working link: anyone who has one can act as the registrant.
NO_LINK = "my?t=preview"

_ID_OR_REFERENCE = re.compile(r"[a-z]+_[0-9A-Za-z]{26}|[0-9A-Za-z]{4}-?[0-9A-Za-z]{4}")


class Part(StrEnum):
    """The part of a mail to print."""

    TEXT = "text"
    HTML = "html"
    SUBJECT = "subject"


def preview(
    ctx: typer.Context,
    about: Annotated[str, typer.Argument(metavar="FORM|ID|REFERENCE", help="A form's example, or a submission.")],
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND",
            help=f"One of {', '.join(MailKind)}, or a mail of the form's own.",
            autocompletion=completion.mail_kinds,
        ),
    ] = None,
    *,
    language: Annotated[
        str | None, typer.Option(metavar="LANG", help="The registrant's language (default: theirs, or the first).")
    ] = None,
    part: Annotated[
        Part | None,
        typer.Option(metavar="PART", help="Only this part: text, html or subject (default: subject and text)."),
    ] = None,
    values: Values = None,
    folder: Folder = None,
) -> None:
    """Print a mail as it would be sent, for a form's example or a submission; nobody gets it.

    A form's example needs no stack. For a submission, it prints the mail that it would get now,
    with this clone's templates; without KIND, the one for its status. The link to the registrant's
    own page works only for them, so a different one is shown here.

    Examples:
      rollcall mail preview registration confirmed
      rollcall mail preview registration moved --set room="Kuggen 2" --language sv
      rollcall mail preview K7QM-3XTP
      rollcall mail preview K7QM-3XTP cancelled --part subject
      rollcall mail preview registration confirmed --part html > confirmed.html
    """
    services = of(ctx)
    forms = read_forms(folder)
    if about in forms or not _ID_OR_REFERENCE.fullmatch(about):
        mail = _of_example(the_form(forms, about), kind, language, values, forms_folder(folder))
    else:
        mail = _of_submission(
            services, forms, about, kind=kind, language=language, assignments=values, folder=forms_folder(folder)
        )
    text = _to_print(mail, part)
    services.output.line("\n".join(plain_lines(text)) if services.output.on_terminal else text)


def render(
    stack: Stack, form: Form, submission: Submission, *, kind: str, values: Mapping[str, str] | None, folder: Path
) -> RenderedMail:
    """Render a submission's mail with a folder's templates and no working link. Raises MailTemplateError."""
    from registration_core.bootstrap.command_line import preview_service  # noqa: PLC0415 - loads Jinja2

    description = stack.description
    my_url = f"{description.api_url}/{NO_LINK}"
    service = preview_service(folder, shared=shared_folder(folder), site_url=description.site_url, my_url=my_url)
    return service.of_entry(kind, form, submission, values)


def _of_example(
    form: Form, kind: str | None, language: str | None, assignments: list[str] | None, folder: Path
) -> RenderedMail:
    from registration_core.bootstrap.command_line import preview_service  # noqa: PLC0415 - loads Jinja2

    if kind is None:
        own_mails = [mail.name for mail in form.mails]
        raise CliError(
            f"Name a mail of the form {form.name}. There are: {', '.join([*MailKind, *own_mails])}.",
            exit_code=ExitCode.USAGE,
        )
    of_group = kind == GROUP_MAIL and form.group is not None
    values = None if of_group else read_values(read_mail(form, kind), assignments)
    my_url = f"{SITE_URL}/{NO_LINK}"
    service = preview_service(folder, shared=shared_folder(folder), site_url=SITE_URL, my_url=my_url)
    return service.preview(kind, form, language=_language(form, language) or form.languages[0], values=values)


def _of_submission(
    services: Services,
    forms: Mapping[str, Form],
    id_or_reference: str,
    *,
    kind: str | None,
    language: str | None,
    assignments: list[str] | None,
    folder: Path,
) -> RenderedMail:
    from dataclasses import replace  # noqa: PLC0415 - only here

    from registration_core.services.resend import the_fitting  # noqa: PLC0415

    stack = services.stack()
    details = look_up(lambda: stack, id_or_reference)
    submission = details.submission
    form = the_form(forms, submission.form)
    mail = None if kind is None else read_mail(form, kind)
    if mail is None or isinstance(mail, MailKind):
        mail = the_fitting(details, mail)
    else:
        the_fitting(details, None)  # raises for spam and erased submissions: nobody is mailed about them
    values = read_values(mail, assignments)
    if (published := stack.forms.get(form.name)) is None or published.version != form.version:
        services.output.note("This is this clone's version of the mail; the stack has a different version of the form.")
    submission = replace(submission, language=_language(form, language) or submission.language)
    name = mail if isinstance(mail, MailKind) else mail.name
    return render(stack, form, submission, kind=name, values=values, folder=folder)


def _language(form: Form, language: str | None) -> str | None:
    if language is not None and language not in form.languages:
        raise CliError(
            f"The form {form.name} has no language {language!r}. There are: {', '.join(form.languages)}.",
            exit_code=ExitCode.USAGE,
        )
    return language


def _to_print(mail: RenderedMail, part: Part | None) -> str:
    if part is Part.SUBJECT:
        return mail.subject
    if part is not None:
        return (mail.text if part is Part.TEXT else _with_images(mail)).rstrip("\n")
    return as_text(mail)


def _with_images(mail: RenderedMail) -> str:
    """Return a mail's HTML with its images in it, as a browser can show them."""
    page = mail.html
    for image in mail.attachments:
        if image.content_id is not None:
            content = b64encode(image.content).decode()
            page = page.replace(f"cid:{image.content_id}", f"data:{image.content_type};base64,{content}")
    return page


def as_text(mail: RenderedMail) -> str:
    """Write a mail's subject, the names of the files attached to it, and its text."""
    files = [attachment.filename for attachment in mail.attachments if attachment.content_id is None]
    attachments = [f"Attached: {name}" for name in files]
    return "\n".join([f"Subject: {mail.subject}", *attachments, "", mail.text.rstrip("\n")])
