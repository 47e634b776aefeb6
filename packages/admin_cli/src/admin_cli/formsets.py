"""The forms that a clone defines, and what a command says when one is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode
from admin_cli.usage import meant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from registration_core.domain.forms import Form


def read_forms(folder: Path | None) -> Mapping[str, Form]:
    """Read every form in a folder, or of the clone that the working folder lies in.

    Raises FormFileError with every mistake, WorkspaceNotFoundError, or CliError when there is no such folder.
    """
    from registration_core.adapters.form_files import compile_forms  # noqa: PLC0415 - reads TOML; only for forms

    folder = forms_folder(folder)
    if not folder.is_dir():
        raise CliError(f"{folder} is no folder.", hint="Give the folder that holds <form>/form.toml, such as forms.")
    forms = compile_forms(folder)
    if not forms:
        raise CliError(f"{folder} holds no form.", hint="Give the folder that holds <form>/form.toml, such as forms.")
    return forms


def read_checked_forms(folder: Path | None) -> Mapping[str, Form]:
    """Read every form as `read_forms` does, and try each of their mails.

    Raises what `read_forms` raises, and FormFileError with every mistake in a mail template.
    """
    from registration_core.adapters.clock import SystemClock  # noqa: PLC0415 - Jinja2; only for this
    from registration_core.adapters.mail_check import check_mails  # noqa: PLC0415

    forms = read_forms(folder)
    check_mails(forms_folder(folder), forms, clock=SystemClock())
    return forms


def forms_folder(folder: Path | None) -> Path:
    """Give this folder, or else that of the clone that the working folder lies in. Raises WorkspaceNotFoundError."""
    from rollcall_local.paths import find_root  # noqa: PLC0415 - only where forms are read from files

    return folder or find_root() / "forms"


def the_form(forms: Mapping[str, Form], name: str) -> Form:
    """Give one form. Raises CliError, naming those there are."""
    if name in forms:
        return forms[name]
    raise CliError(
        f"There is no form {name!r}.{meant(name.lower(), forms)} There are: {', '.join(forms)}.",
        exit_code=ExitCode.NOT_FOUND,
    )
