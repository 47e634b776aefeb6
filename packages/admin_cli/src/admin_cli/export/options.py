"""What a person asked an export for: checked, and asked about where a file would be replaced."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode
from admin_cli.export.columns import FIXED, check_names
from admin_cli.export.formats import Format, the_format
from admin_cli.export.output_file import ensure_writable
from admin_cli.export.request import Request, Selected
from admin_cli.export.run import Exporting
from admin_cli.export.spool import Spool, file_of, others_beside
from admin_cli.export.target import Target, the_target
from admin_cli.forms.headings import ANSWER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from admin_cli.services import Services
    from admin_cli.stack import Stack
    from registration_core.domain.forms import Form
    from registration_core.domain.selection import Selection


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line said. columns: none named when it is empty, the usual ones when it is None."""

    file: str
    format: str | None
    columns: Sequence[str] | None
    language: str | None
    delimiter: str | None
    sort: str | None
    resume: bool
    force: bool
    jobs: int


def export(services: Services, wish: Wish, choose: Callable[[Stack], Selection]) -> None:
    """Carry it out. choose: gives the selection that the options mean on a stack. Raises CliError."""
    format_ = the_format(wish.format, wish.file)
    format_.ensure_can()
    if wish.delimiter is not None and format_ is not Format.CSV:
        raise CliError("--delimiter is for CSV alone.", exit_code=ExitCode.USAGE)
    target = the_target(wish.file)
    if format_.binary and target.path is None and services.output.on_terminal:
        raise CliError(
            f"A terminal cannot show {format_}.", hint="Name a file, or lead it into a pipe.", exit_code=ExitCode.USAGE
        )
    stack = services.stack()
    chosen = choose(stack)
    exporting = Exporting(services.output, stack.source(), target, stack.forms, wish.jobs)
    if wish.resume:
        exporting.resume(_left(target, stack, wish, chosen))
    else:
        request = _request(stack, wish, format_, chosen, replaces=target.exists)
        _ensure_free(services, target, force=wish.force)
        exporting.begin(request)
    _name_others(services, target)


def name_columns(services: Services, chosen: Selection, stack: Stack) -> None:
    """Print the columns that there are."""
    forms = [stack.forms[name] for name in _forms(stack.forms, chosen)]
    asked = {field.name: None for form in forms for field in form.fields}
    for name in [*FIXED, *(ANSWER + name for name in asked)]:
        services.output.line(name)


def _ensure_free(services: Services, target: Target, *, force: bool) -> None:
    """Have a person agree to what would be replaced. Raises CliError when nobody does."""
    if target.path is None or target.streams:
        return
    if not force and target.folder.exists():
        raise CliError(
            f"An export into {target.name} was interrupted.",
            hint="Go on with --resume, or begin anew with --force.",
            exit_code=ExitCode.USAGE,
        )
    ensure_writable(services, target.path, force=force)


def _request(stack: Stack, wish: Wish, format_: Format, chosen: Selection, *, replaces: bool) -> Request:
    """Put together what is asked. Raises CliError for a column or language that there is none of."""
    names = _forms(stack.forms, chosen)
    known = [stack.forms[name] for name in names if name in stack.forms]
    named = [*(wish.columns or ()), *([wish.sort.removeprefix("-")] if wish.sort is not None else ())]
    if named and known:
        versions = [version for name in names for version in stack.source().versions(name)]
        check_names(named, [*known, *versions])
    if len(names) > 1 and not format_.whole and not (wish.columns and set(wish.columns) <= FIXED.keys()):
        raise CliError(
            f"Each form has columns of its own: name one with --form. There are: {', '.join(names)}.",
            hint="All of them together go into JSON lines (--format jsonl).",
            exit_code=ExitCode.USAGE,
        )
    _check_language(wish.language, known)
    return Request(
        context=stack.context.name,
        stack=stack.description.stack,
        table=stack.description.table,
        began=int(datetime.now(UTC).timestamp()),
        format=format_.value,
        forms=tuple(names),
        columns=None if wish.columns is None else tuple(map(_full, wish.columns)),
        language=wish.language,
        delimiter=wish.delimiter,
        sort=_full_sort(wish.sort),
        replaces=replaces,
        selected=Selected.of(chosen),
    )


def _left(target: Target, stack: Stack, wish: Wish, chosen: Selection) -> Spool:
    """Take up what was left. Raises CliError when there is nothing, or it was another export."""
    if target.streams or not target.folder.exists():
        raise CliError(
            f"No export into {target.name} was interrupted.",
            hint="Leave --resume out to begin one.",
            exit_code=ExitCode.NOT_FOUND,
        )
    spool = Spool.resume(target.folder)
    try:
        _ensure_same(spool.request, target, stack, wish, chosen)
    except CliError:
        spool.release()
        raise
    return spool


def _ensure_same(asked: Request, target: Target, stack: Stack, wish: Wish, chosen: Selection) -> None:
    said, then = Selected.of(chosen), asked.selected
    pairs = {
        "stack": (stack.description.table, asked.table),
        "--format": (the_format(wish.format, wish.file).value, asked.format),
        "--form": (said.form or then.form, then.form),
        "--status": (said.statuses or then.statuses, then.statuses),
        "--option": (said.option or then.option, then.option),
        "--columns": (asked.columns if wish.columns is None else tuple(map(_full, wish.columns)), asked.columns),
        "--language": (wish.language or asked.language, asked.language),
        "--sort": (_full_sort(wish.sort) or asked.sort, asked.sort),
        "--delimiter": (wish.delimiter or asked.delimiter, asked.delimiter),
    }
    other = [name for name, (now, then) in pairs.items() if now != then]
    if other:
        raise CliError(
            f"The export into {target.name} that was interrupted had another {', '.join(other)}.",
            hint="Leave that out to go on with it, or begin anew with --force.",
            exit_code=ExitCode.USAGE,
        )
    if target.exists and not asked.replaces and not wish.force:
        raise CliError(
            f"{target.name} came into being meanwhile.", hint="Add --force to replace it.", exit_code=ExitCode.USAGE
        )


def _forms(forms: Mapping[str, Form], chosen: Selection) -> list[str]:
    """Name the forms to be read. Raises CliError when nobody knows which there are."""
    if chosen.form is not None:
        return [chosen.form]
    if not forms:
        raise CliError(
            "The stack keeps no form yet, so which there are is not known.",
            hint="Name one: --form registration",
            exit_code=ExitCode.USAGE,
        )
    return sorted(forms)


def _check_language(language: str | None, forms: Sequence[Form]) -> None:
    known = {each for form in forms for each in form.languages}
    if language is not None and known and language not in known:
        raise CliError(
            f"The form has no texts in {language!r}. There are: {', '.join(sorted(known))}.", exit_code=ExitCode.USAGE
        )


def _full(name: str) -> str:
    """Name a column in full: an answer may be named alone."""
    return name if name in FIXED or name.startswith(ANSWER) else ANSWER + name


def _full_sort(sort: str | None) -> str | None:
    """Name the column to sort by in full; the - for the other way round stays in front."""
    if sort is None:
        return None
    return "-" * sort.startswith("-") + _full(sort.removeprefix("-"))


def _name_others(services: Services, target: Target) -> None:
    with contextlib.suppress(OSError):
        for folder in others_beside(target.folder) if not target.streams else ():
            file = file_of(folder)
            services.output.note(
                f"An export into {file} was interrupted and lies in {folder}: go on with it by --resume, or remove it."
            )
