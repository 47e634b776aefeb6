"""Which mail is meant: one of Rollcall's kinds, or a form's own; and what whoever sends one gives it to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.usage import meant
from registration_core.domain.mail import MailKind
from registration_core.domain.values import ValueRefusedError, clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registration_core.domain.forms import Form, OwnMail

Given = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=TEXT", help="What a mail of the form's own is to say; may be repeated."),
]

LONGEST = 500


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
