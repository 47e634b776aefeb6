"""Checks the options of an export, asks before a file is replaced, and starts or resumes it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode
from admin_cli.export.formats import Format, read_format
from admin_cli.export.output_file import ensure_writable
from admin_cli.export.request import Request, Selected
from admin_cli.export.run import Exporting
from admin_cli.export.spool import Spool, file_of, others_beside
from admin_cli.export.target import Target, read_target
from registration_core.adapters.sheets.columns import FIXED, check_names
from registration_core.adapters.sheets.headings import ANSWER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from admin_cli.services import Services
    from admin_cli.stack import Stack
    from registration_core.domain.forms import Form
    from registration_core.domain.selection import Selection


@dataclass(frozen=True, slots=True)
class Options:
    """The options on the command line. columns: None for the default ones."""

    file: str
    format: str | None
    columns: Sequence[str] | None
    language: str | None
    delimiter: str | None
    sort: str | None
    resume: bool
    force: bool
    jobs: int


def export(services: Services, options: Options, choose: Callable[[Stack], Selection]) -> None:
    """Run an export. choose: returns the selection that the options mean on a stack. Raises CliError."""
    format_ = read_format(options.format, options.file)
    format_.ensure_installed()
    if options.delimiter is not None and format_ is not Format.CSV:
        raise CliError("--delimiter is only for CSV.", exit_code=ExitCode.USAGE)
    target = read_target(options.file)
    if format_.binary and target.path is None and services.output.on_terminal:
        raise CliError(
            f"A terminal can't show {format_}.", hint="Name a file, or use a pipe.", exit_code=ExitCode.USAGE
        )
    stack = services.stack()
    chosen = choose(stack)
    source = stack.source()
    jobs = options.jobs if source.parallel else 1
    exporting = Exporting(services.output, source, target, stack.forms, jobs)
    if options.resume:
        exporting.resume(_interrupted(target, stack, options, chosen))
    else:
        request = _request(stack, options, format_, chosen, replaces=target.exists)
        _ensure_free(services, target, force=options.force)
        exporting.begin(request)
    _name_others(services, target)


def name_columns(services: Services, chosen: Selection, stack: Stack) -> None:
    """Print the names of the columns."""
    forms = [stack.forms[name] for name in _forms(stack.forms, chosen)]
    answer_names = {field.name: None for form in forms for field in form.fields}
    for name in [*FIXED, *(ANSWER + name for name in answer_names)]:
        services.output.line(name)


def _ensure_free(services: Services, target: Target, *, force: bool) -> None:
    """Ask before anything is replaced. Raises CliError if nobody agrees."""
    if target.path is None or target.streams:
        return
    if not force and target.folder.exists():
        raise CliError(
            f"An export into {target.name} was interrupted.",
            hint="Continue it with --resume, or start again with --force.",
            exit_code=ExitCode.USAGE,
        )
    ensure_writable(services, target.path, force=force)


def _request(stack: Stack, options: Options, format_: Format, chosen: Selection, *, replaces: bool) -> Request:
    """Build the request. Raises CliError for an unknown column or language."""
    names = _forms(stack.forms, chosen)
    known_forms = [stack.forms[name] for name in names if name in stack.forms]
    named = [*(options.columns or ()), *([options.sort.removeprefix("-")] if options.sort is not None else ())]
    if named and known_forms:
        versions = [version for name in names for version in stack.source().versions(name)]
        check_names(named, [*known_forms, *versions])
    if len(names) > 1 and not format_.whole and not (options.columns and set(options.columns) <= FIXED.keys()):
        raise CliError(
            f"Each form has its own columns, so name one with --form. There are: {', '.join(names)}.",
            hint="To export all forms together, use JSON lines: --format jsonl",
            exit_code=ExitCode.USAGE,
        )
    _check_language(options.language, known_forms)
    return Request(
        context=stack.context.name,
        stack=stack.name,
        table=stack.source().place,
        began=int(datetime.now(UTC).timestamp()),
        format=format_.value,
        forms=tuple(names),
        columns=None if options.columns is None else tuple(map(_full, options.columns)),
        language=options.language,
        delimiter=options.delimiter,
        sort=_full_sort(options.sort),
        replaces=replaces,
        selected=Selected.of(chosen),
    )


def _interrupted(target: Target, stack: Stack, options: Options, chosen: Selection) -> Spool:
    """Open the spool of an interrupted export. Raises CliError if there is none, or it was for other options."""
    if target.streams or not target.folder.exists():
        raise CliError(
            f"No export into {target.name} was interrupted.",
            hint="To start one, leave out --resume.",
            exit_code=ExitCode.NOT_FOUND,
        )
    spool = Spool.resume(target.folder)
    try:
        _ensure_same(spool.request, target, stack, options, chosen)
    except CliError:
        spool.release()
        raise
    return spool


def _ensure_same(request: Request, target: Target, stack: Stack, options: Options, chosen: Selection) -> None:
    now, before = Selected.of(chosen), request.selected
    pairs = {
        "stack": (stack.source().place, request.table),
        "--format": (read_format(options.format, options.file).value, request.format),
        "--form": (now.form or before.form, before.form),
        "--status": (now.statuses or before.statuses, before.statuses),
        "--option": (now.option or before.option, before.option),
        "--label": (now.label or before.label, before.label),
        "--columns": (
            request.columns if options.columns is None else tuple(map(_full, options.columns)),
            request.columns,
        ),
        "--language": (options.language or request.language, request.language),
        "--sort": (_full_sort(options.sort) or request.sort, request.sort),
        "--delimiter": (options.delimiter or request.delimiter, request.delimiter),
    }
    differing = [name for name, (new, old) in pairs.items() if new != old]
    if differing:
        raise CliError(
            f"The interrupted export into {target.name} had a different {', '.join(differing)}.",
            hint="To continue it, leave that out. To start again, add --force.",
            exit_code=ExitCode.USAGE,
        )
    if target.exists and not request.replaces and not options.force:
        raise CliError(f"{target.name} exists now.", hint="Add --force to replace it.", exit_code=ExitCode.USAGE)


def _forms(forms: Mapping[str, Form], chosen: Selection) -> list[str]:
    """Name the forms to read. Raises CliError if they are not known."""
    if chosen.form is not None:
        return [chosen.form]
    if not forms:
        raise CliError(
            "No forms have been published to the stack, so its forms are not known.",
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
    """Return a column's full name: people may leave out the prefix of an answer."""
    return name if name in FIXED or name.startswith(ANSWER) else ANSWER + name


def _full_sort(sort: str | None) -> str | None:
    """Return the full name of the column to sort by, with its - in front if it has one."""
    if sort is None:
        return None
    return "-" * sort.startswith("-") + _full(sort.removeprefix("-"))


def _name_others(services: Services, target: Target) -> None:
    with contextlib.suppress(OSError):
        for folder in others_beside(target.folder) if not target.streams else ():
            file = file_of(folder)
            services.output.note(
                f"An export into {file} was interrupted. Continue it with --resume, or delete {folder}."
            )
