"""Which mail is meant: one of Rollcall's kinds, or a form's own; and what whoever sends one gives it to say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.terminal.usage import meant
from registration_core.domain.mail import MailKind
from registration_core.domain.values import ValueRefusedError, clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.services import Services
    from registration_core.domain.forms import Form, OwnMail

Given = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=TEXT", help="What a mail of the form's own is to say; may be repeated."),
]

LONGEST = 500
LONGEST_SUBJECT, LONGEST_TEXT = 150, 5000

Subject = Annotated[
    str | None, typer.Option("--subject", metavar="TEXT", help="Send a mail of your own: what its subject says.")
]
OwnText = Annotated[str | None, typer.Option("--text", metavar="TEXT", help="What a mail of your own says.")]
OwnTextFile = Annotated[
    Path | None,
    typer.Option("--text-file", metavar="FILE", help="The same from a file, or from stdin with -."),
]


def the_kind(name: str) -> MailKind:
    """Give one kind of mail. Raises CliError, naming those there are."""
    try:
        return MailKind(name)
    except ValueError as error:
        raise CliError(
            f"There is no kind of mail {name!r}.{meant(name, map(str, MailKind))} There are: {', '.join(MailKind)}.",
            exit_code=ExitCode.USAGE,
        ) from error


def the_mail(form: Form, name: str) -> MailKind | OwnMail:
    """Give one kind of mail, or one of the form's own. Raises CliError, naming those there are."""
    own = form.own_mail(name)
    if own is not None:
        return own
    if name in list(MailKind):
        return MailKind(name)
    known = [*map(str, MailKind), *(mail.name for mail in form.mails)]
    raise CliError(
        f"The form {form.name} has no mail {name!r}.{meant(name, known)} There are: {', '.join(known)}.",
        exit_code=ExitCode.USAGE,
    )


def given_values(mail: MailKind | OwnMail, given: Sequence[str] | None) -> dict[str, str] | None:
    """Read `--set room="Kuggen 2"`; None for a mail that is told nothing.

    Raises CliError for what cannot be read, a value that the mail does not use, or one that it lacks.
    """
    values = dict(_read(word) for word in given or ())
    needs = () if isinstance(mail, MailKind) else mail.needs
    name = mail.value if isinstance(mail, MailKind) else mail.name
    for value in values:
        if value not in needs:
            there = f"It uses: {', '.join(needs)}." if needs else "It uses none."
            raise CliError(
                f"The mail {name!r} uses no value {value!r}.{meant(value, needs)} {there}", exit_code=ExitCode.USAGE
            )
    missing = [each for each in needs if each not in values]
    if missing:
        raise CliError(
            f"The mail {name!r} needs {', '.join(missing)}, which was not given.",
            hint="Add " + " ".join(f'--set {each}="…"' for each in missing),
            exit_code=ExitCode.USAGE,
        )
    return None if isinstance(mail, MailKind) else values


def own_message(services: Services, subject: str | None, text: str | None, file: Path | None) -> dict[str, str] | None:
    """Read what a mail of the sender's own says; None when it was not asked for.

    Paragraphs have an empty line between them; lines keep their indentation. Raises CliError for one part without the
    other, a file that cannot be read, or a text that is empty, too long or holds control characters.
    """
    if subject is None and text is None and file is None:
        return None
    if subject is None or (text is None) == (file is None):
        raise CliError(
            "A mail of your own takes --subject, and either --text or --text-file.", exit_code=ExitCode.USAGE
        )
    written = text if file is None else _read_file(services, file)
    assert written is not None  # noqa: S101 - one of the two was given
    lines = "\n".join(_indentation(line) + _own("--text", line) for line in written.splitlines()).strip("\n")
    return {
        "subject": _of_length("--subject", _own("--subject", subject), LONGEST_SUBJECT),
        "text": _of_length("--text", lines, LONGEST_TEXT),
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
    """Give the blanks that a line begins with, tabs as spaces; none of an empty line."""
    text = line.lstrip(" \t")
    return line.removesuffix(text).expandtabs(4) if text.strip() else ""


def _own(option: str, line: str) -> str:
    try:
        return clean_line(line) if line.strip() else ""
    except ValueRefusedError as error:
        raise CliError(
            f"{option} holds control characters, which a mail can't show.", exit_code=ExitCode.USAGE
        ) from error


def _of_length(option: str, text: str, most: int) -> str:
    if not text or len(text) > most:
        raise CliError(f"{option} must have 1 to {most:,} characters; it has {len(text):,}.", exit_code=ExitCode.USAGE)
    return text


def _read(word: str) -> tuple[str, str]:
    name, given, text = word.partition("=")
    try:
        value = clean_line(text)
    except ValueRefusedError as error:
        raise CliError(
            f"--set {name}: a value is one line of text without control characters.", exit_code=ExitCode.USAGE
        ) from error
    if not given or not name or not value or len(value) > LONGEST:
        raise CliError(
            f'--set {word[:60]!r} cannot be read; write a name and up to {LONGEST} letters, such as room="Kuggen 2".',
            exit_code=ExitCode.USAGE,
        )
    return name.strip(), value
