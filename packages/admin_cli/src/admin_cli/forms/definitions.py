"""The forms that an organisation defines, and the errors for unknown ones."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from admin_cli.errors import CliError
from rollcall_build.sources import Sources, sources_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from admin_cli.services import Services
    from registration_core.domain.forms import Form


def read_forms(folder: Path | None) -> Mapping[str, Form]:
    """Read every form in a folder, by default the organisation's.

    Raises FormFileError with every mistake, WorkspaceNotFoundError, or CliError if the folder doesn't exist.
    """
    from rollcall_build.forms.files import compile_forms  # noqa: PLC0415 - reads TOML; only for forms

    folder = forms_folder(folder)
    if not folder.is_dir():
        raise CliError(
            f"{folder} is not a folder.", hint="Give the folder that contains <form>/form.toml, such as forms."
        )
    forms = compile_forms(folder)
    if not forms:
        raise CliError(f"{folder} has no forms.", hint="Give the folder that contains <form>/form.toml, such as forms.")
    return forms


def forms_at_hand(services: Services, folder: Path | None) -> Mapping[str, Form]:
    """Read the forms as `read_forms` does; outside a clone, read the stack's.

    Raises what `read_forms` raises, and CliError if there is neither a clone nor a stack.
    """
    from rollcall_local.paths import WorkspaceNotFoundError  # noqa: PLC0415 - only where forms are read

    try:
        return read_forms(folder)
    except WorkspaceNotFoundError:
        return services.stack().forms


def read_checked_forms(folder: Path | None) -> Mapping[str, Form]:
    """Read every form as `read_forms` does, and render each of its mails.

    Raises what `read_forms` raises, and FormFileError with every mistake in a mail template.
    """
    from registration_core.adapters.clock import SystemClock  # noqa: PLC0415 - Jinja2; only for this
    from rollcall_build.mails.checks import check_mails  # noqa: PLC0415

    forms = read_forms(folder)
    folder = forms_folder(folder)
    check_mails(folder, forms, shared=shared_folder(folder), clock=SystemClock())
    return forms


def forms_folder(folder: Path | None) -> Path:
    """Return this folder; the organisation's if None. Raises WorkspaceNotFoundError, NoOrganisationError."""
    return folder or find_sources().forms


def shared_folder(forms: Path) -> Path:
    """Return the product's files for the forms in this folder. Raises WorkspaceNotFoundError outside a clone."""
    from rollcall_local.paths import WorkspaceNotFoundError, find_root  # noqa: PLC0415 - only with form files

    try:
        root = find_root()
    except WorkspaceNotFoundError:
        root = find_root(forms)
    return Sources(root, forms.parent).shared


def find_sources() -> Sources:
    """Return the clone around the working folder, and its organisation.

    Raises WorkspaceNotFoundError, NoOrganisationError.
    """
    return sources_of(find_root(), os.environ)


def find_root() -> Path:
    """Return the clone around the working folder. Raises WorkspaceNotFoundError."""
    from rollcall_local import paths  # noqa: PLC0415 - only where files of a clone are read

    return paths.find_root()
