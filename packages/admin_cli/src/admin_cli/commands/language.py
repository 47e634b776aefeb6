"""`rollcall forms language`: adds or removes a language in all of an organisation's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.forms.definitions import find_sources
from admin_cli.services import of
from admin_cli.terminal.help import Command, noun

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from admin_cli.terminal.output import Output

app = noun("""
Add a language to all of the organisation's files, or remove one: forms, mails and site.

Examples:
  rollcall forms language add de Deutsch
  rollcall forms language remove sv
""")

Language = Annotated[str, typer.Argument(metavar="LANGUAGE", help="Two or three lower-case letters, such as de.")]


@app.command(cls=Command)
def add(
    ctx: typer.Context,
    language: Language,
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="What its speakers call it, such as Deutsch (default: LANGUAGE)."),
    ] = None,
) -> None:
    """Add every file and text that a language needs, in English at first, and list the files to translate.

    These are the API's messages, the mails, the site's pages, and each text of the form files.
    `rollcall check` names the mails that are still in English.

    Examples:
      rollcall forms language add de Deutsch
    """
    from admin_cli.organisation.languages import add as add_language  # noqa: PLC0415 - only for this

    output, sources = of(ctx).output, find_sources()
    _print(output, sources.organisation, add_language(sources, language, name or language))
    output.note("Now translate the English in these files. Then: rollcall check")


@app.command(cls=Command)
def remove(ctx: typer.Context, language: Language) -> None:
    """Remove a language: its files, and its texts in the form files.

    Examples:
      rollcall forms language remove sv
    """
    from admin_cli.organisation.languages import remove as remove_language  # noqa: PLC0415 - only for this

    sources = find_sources()
    _print(of(ctx).output, sources.organisation, remove_language(sources, language))


def _print(output: Output, folder: Path, files: Sequence[Path]) -> None:
    for file in files:
        output.line(file.relative_to(folder).as_posix())
    output.note(f"{'1 file' if len(files) == 1 else f'{len(files)} files'} in {folder} changed.")
