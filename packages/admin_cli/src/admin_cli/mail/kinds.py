"""Options that choose a mail: one of Rollcall's kinds, a form's own with its values, or a text of your own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode
from registration_core.domain.mail import MailKind
from registration_core.domain.suggestions import meant
from registration_core.domain.values import ValueRefusedError, clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.services import Services
    from registration_core.domain.forms import Form, OwnMail

Values = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=TEXT", help="A value for a mail of the form's own; may be repeated."),
]

LONGEST_VALUE = 500
LONGEST_SUBJECT, LONGEST_TEXT = 150, 5000

Subject = Annotated[str | None, typer.Option("--subject", metavar="TEXT", help="Send a mail of your own: its subject.")]
OwnText = Annotated[str | None, typer.Option("--text", metavar="TEXT", help="The text of a mail of your own.")]
OwnTextFile = Annotated[
    Path | None,
    typer.Option("--text-file", metavar="FILE", help="The text from a file, or from stdin with -."),
]


def read_kind(name: str) -> MailKind:
    """Read a kind of mail. Raises CliError, which lists the kinds."""
    try:
        return MailKind(name)
    except ValueError as error:
        raise CliError(
            f"There is no kind of mail {name!r}.{meant(name, map(str, MailKind))} There are: {', '.join(MailKind)}.",
            exit_code=ExitCode.USAGE,
        ) from error


def read_mail(form: Form, name: str) -> MailKind | OwnMail:
    """Read a kind of mail, or the name of one of the form's own. Raises CliError, which lists them."""
    own_mail = form.own_mail(name)
    if own_mail is not None:
        return own_mail
    if name in list(MailKind):
        return MailKind(name)
    mail_names = [*map(str, MailKind), *(mail.name for mail in form.mails)]
    raise CliError(
        f"The form {form.name} has no mail {name!r}.{meant(name, mail_names)} There are: {', '.join(mail_names)}.",
        exit_code=ExitCode.USAGE,
    )


def read_values(mail: MailKind | OwnMail, assignments: Sequence[str] | None) -> dict[str, str] | None:
    """Read `--set room="Kuggen 2"`; None for a kind of mail that has no values.

    Raises CliError for an assignment that can't be read, a value that the mail does not use, or one that is missing.
    """
    values = dict(_read(assignment) for assignment in assignments or ())
    needs = () if isinstance(mail, MailKind) else mail.needs
    name = mail.value if isinstance(mail, MailKind) else mail.name
    for value in values:
        if value not in needs:
            used = f"It uses: {', '.join(needs)}." if needs else "It uses none."
            raise CliError(
                f"The mail {name!r} uses no value {value!r}.{meant(value, needs)} {used}", exit_code=ExitCode.USAGE
            )
    missing = [each for each in needs if each not in values]
    if missing:
        raise CliError(
            f"The mail {name!r} needs a value for {', '.join(missing)}.",
            hint="Add " + " ".join(f'--set {each}="…"' for each in missing),
            exit_code=ExitCode.USAGE,
        )
    return None if isinstance(mail, MailKind) else values


def own_message(services: Services, subject: str | None, text: str | None, file: Path | None) -> dict[str, str] | None:
    """Read the subject and text of the sender's own mail; None if none is given.

    Empty lines separate paragraphs; lines keep their indentation. Raises CliError for one part without the other, a
    file that can't be read, or a text that is empty, too long or has control characters.
    """
    if subject is None and text is None and file is None:
        return None
    if subject is None or (text is None) == (file is None):
        raise CliError(
            "A mail of your own needs --subject, and either --text or --text-file.", exit_code=ExitCode.USAGE
        )
    raw_text = text if file is None else _read_file(services, file)
    assert raw_text is not None  # noqa: S101 - one of the two was given
    clean_text = "\n".join(_indentation(line) + _clean("--text", line) for line in raw_text.splitlines()).strip("\n")
    return {
        "subject": _check_length("--subject", _clean("--subject", subject), LONGEST_SUBJECT),
        "text": _check_length("--text", clean_text, LONGEST_TEXT),
    }


def _read_file(services: Services, file: Path) -> str:
    try:
        if str(file) == "-" and services.stdin is not None:
            return services.stdin.read()
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise CliError(f"{file} could not be read: {why}.", exit_code=ExitCode.USAGE) from error


def _indentation(line: str) -> str:
    """Return the line's leading blanks, with tabs as spaces; nothing for an empty line."""
    text = line.lstrip(" \t")
    return line.removesuffix(text).expandtabs(4) if text.strip() else ""


def _clean(option: str, line: str) -> str:
    try:
        return clean_line(line) if line.strip() else ""
    except ValueRefusedError as error:
        raise CliError(
            f"{option} has control characters, which a mail can't show.", exit_code=ExitCode.USAGE
        ) from error


def _check_length(option: str, text: str, most: int) -> str:
    if not text or len(text) > most:
        raise CliError(f"{option} must have 1 to {most:,} characters; it has {len(text):,}.", exit_code=ExitCode.USAGE)
    return text


def _read(assignment: str) -> tuple[str, str]:
    name, equals, text = assignment.partition("=")
    try:
        value = clean_line(text)
    except ValueRefusedError as error:
        raise CliError(
            f"--set {name}: the value must be one line without control characters.", exit_code=ExitCode.USAGE
        ) from error
    if not equals or not name or not value or len(value) > LONGEST_VALUE:
        raise CliError(
            f'Write --set room="Kuggen 2", with at most {LONGEST_VALUE} characters, not {assignment[:60]!r}.',
            exit_code=ExitCode.USAGE,
        )
    return name.strip(), value
