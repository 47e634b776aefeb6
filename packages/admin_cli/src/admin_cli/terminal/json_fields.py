"""The fields of --json. As in gh, --json without fields lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.terminal import completion
from registration_core.domain.suggestions import meant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.stack import Stack
    from admin_cli.terminal.output import Output

EVERYTHING = "all"

_ANSWER = "answers."


def json_option(known: Sequence[str]) -> Any:  # noqa: ANN401 - what typer.Option gives
    """Return the option --json for a command with these fields."""
    return typer.Option(
        "--json",
        metavar="[FIELDS]",
        help=f"Print JSON with these comma-separated fields, or `{EVERYTHING}`. Without a value, list them.",
        autocompletion=completion.json_fields(known),
    )


def requested_fields(output: Output, json: str | None, known: Sequence[str]) -> list[str] | None:
    """Return the fields that --json names; None without --json.

    Without a value, it prints the fields and ends the command (typer.Exit). Raises CliError for an unknown field.
    """
    if json is None:
        return None
    names = _read(json, known)
    if not names:
        for name in known:
            output.line(name)
        raise typer.Exit
    return names


def ensure_asked(names: Sequence[str], stack: Stack, form: str | None) -> None:
    """Raise CliError for an answer that is a field of no form, in any version.

    form: the only form to look at; None for all.
    """
    requested = [name.removeprefix(_ANSWER) for name in names if name.startswith(_ANSWER)]
    listed = [name for name in stack.forms if form in (None, name)]
    if not requested or not listed:
        return
    answer_names = [field.name for name in listed for field in stack.forms[name].fields]
    unknown = [name for name in requested if name not in answer_names]
    if unknown:
        answer_names += [field.name for name in listed for old in stack.versions_of(name) for field in old.fields]
    for name in unknown:
        if name not in answer_names:
            available = dict.fromkeys(_ANSWER + each for each in answer_names)
            raise CliError(
                f"There is no field {_ANSWER + name!r}.{meant(name, answer_names)} There are: {', '.join(available)}.",
                exit_code=ExitCode.USAGE,
            )


def pick(whole: Mapping[str, object], names: Sequence[str]) -> dict[str, object]:
    """Return these fields of a record, in this order. A missing answer is null."""
    answers = whole.get("answers")
    answer_values = answers if isinstance(answers, Mapping) else {}
    return {
        name: answer_values.get(name.removeprefix(_ANSWER)) if name.startswith(_ANSWER) else whole[name]
        for name in names
    }


def _read(text: str, known: Sequence[str]) -> list[str]:
    """Read `id,email,answers.course`. `answers.NAME` is allowed if `answers` is."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == [EVERYTHING]:
        return list(known)
    has_answers = "answers" in known
    for name in names:
        if name not in known and not (has_answers and name.startswith(_ANSWER) and len(name) > len(_ANSWER)):
            raise CliError(
                f"There is no field {name!r}.{meant(name, known)} "
                f"There are: {', '.join(known)}{', and answers.NAME' if has_answers else ''}.",
                exit_code=ExitCode.USAGE,
            )
    return names
