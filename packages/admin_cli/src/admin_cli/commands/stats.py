"""`rollcall stats`: counts of submissions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.export.delimiters import read_delimiter
from admin_cli.services import of
from admin_cli.stats.sheet import Sheet
from admin_cli.stats.tally import Period, Tally, choice_fields, stretches
from admin_cli.submissions.filters import (  # noqa: TC001 - Typer reads the annotations
    FormOption,
    LabelOption,
    OptionOption,
    SinceOption,
    StatusOption,
    UntilOption,
)
from admin_cli.submissions.lookup import counted
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.progress import Progress
from admin_cli.terminal.table import Column
from registration_core.domain.filters import selection

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping

    from admin_cli.terminal.output import Output
    from admin_cli.terminal.values import Value
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Status, Submission

app = verb()

K = TypeVar("K")

FIELDS = ("total", "days", "forms", "options", "statuses", "choices", "check_ins", "periods")
COLUMNS = (Column("WHAT"), Column("FORM"), Column("NAME"), Column("COUNT"))
_NARROWEST_COUNT = 7
PERIOD_COLUMNS = (Column("PERIOD"), Column("FORM"), Column("OPTION"), Column("COUNT"))


@app.command(cls=Command)
def stats(
    ctx: typer.Context,
    *,
    form: FormOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    option: OptionOption = None,
    label: LabelOption = None,
    by: Annotated[
        Period | None,
        typer.Option("--by", metavar="PERIOD", help="Count each option by day, week or month."),
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV: one line per option, one column per period (default: days).")
    ] = False,
    language: Annotated[
        str | None, typer.Option(metavar="LANGUAGE", help="Of the CSV (default: the form's first).")
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(
            metavar="SIGN",
            help="Between CSV cells: comma, semicolon or tab (default: what spreadsheets in that language expect).",
        ),
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with charts and tables.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the page's file if it exists.")] = False,
    json: Annotated[str | None, json_option(FIELDS)] = None,
) -> None:
    """Count submissions by day, form, option and status; with --form also by each choice.

    On a terminal it draws bars, with days in the organisation's time zone. In a pipe it prints one
    line per count: what is counted, form, name and count, with days in UTC. --by prints a table of
    periods and options instead; a week is named by its Monday. --html writes one file that needs
    nothing else: you can mail it, or open it without a network.

    People who were checked in are counted by option and day of attendance.

    Examples:
      rollcall stats
      rollcall stats --form registration --since 30d
      rollcall stats --by week --form registration
      rollcall stats --by month --csv > board.csv
      rollcall stats --by month --csv --language sv > styrelsen.csv
      rollcall stats --since 2026-01-01 --html stats.html
      rollcall stats --json total,options
    """
    from admin_cli.export.output_file import ensure_writable, write_whole  # noqa: PLC0415 - only for a page

    services = of(ctx)
    output = services.output
    names = requested_fields(output, json, FIELDS)
    if html is None and force:
        raise CliError("--force is only for the page. Add --html FILE.", exit_code=ExitCode.USAGE)
    _check_csv(csv=as_csv, json=names is not None, settings=bool(language or delimiter))
    sign = read_delimiter(delimiter)
    stack = services.stack()
    chosen = selection(
        lambda: stack.forms,
        form=form,
        status=status,
        since=since,
        until=until,
        option=option,
        label=label,
        versions_of=stack.versions_of,
    )
    for_person = html is not None or as_csv or (output.on_terminal and names is None)
    asked = {form: stack.forms[form]} if form is not None and form in stack.forms else {}
    sheet = Sheet(stack.forms if form is None else asked, language, sign)
    sheet.ensure_known()
    if html is not None:
        ensure_writable(services, html, force=force)
    tally = _count(output, stack.query().select(chosen), Tally(None if for_person else UTC, asked))
    if html is not None:
        from admin_cli.stats.page import stats_page  # noqa: PLC0415 - Jinja2; only for a page

        now = datetime.now().astimezone()
        write_whole(html, stats_page(tally, stack.name, stack.forms, chosen, now, by=by))
        output.note(f"Counted {counted(tally.total)}. The page: {html}")
    if names is not None:
        output.json(pick(_record(tally, by or Period.DAY), names))
    elif as_csv:
        output.write(sheet.written(tally, by or Period.DAY, chosen))
    elif html is None and by is not None:
        _print_periods(output, tally, by)
    elif html is None and output.on_terminal:
        _draw(output, tally, asked)
    elif html is None:
        output.rows(COLUMNS, _rows(tally))


def _check_csv(*, csv: bool, json: bool, settings: bool) -> None:
    """Raise CliError for options that don't go together."""
    if csv and json:
        raise CliError("Give either --csv or --json, not both.", exit_code=ExitCode.USAGE)
    if settings and not csv:
        raise CliError("--language and --delimiter are only for --csv.", exit_code=ExitCode.USAGE)


def _count(output: Output, submissions: Iterable[Submission], tally: Tally) -> Tally:
    with Progress(output, "submissions") as progress:
        for submission in submissions:
            tally.add(submission)
            progress.advance()
    return tally


def _print_periods(output: Output, tally: Tally, by: Period) -> None:
    """Print periods and options: as a table on a terminal, one line per pair in a pipe."""
    counts = tally.by(by)
    if not output.on_terminal:
        rows: list[list[Value]] = [[*key, split.total()] for key, split in counts.items()]
        output.rows(PERIOD_COLUMNS, rows)
        return
    if not counts:
        output.note("No submissions match.")
        return
    columns = list(dict.fromkeys((form, option) for _, form, option in sorted(counts, key=lambda key: key[1:])))
    periods = stretches(tally.each_day(), by).counts
    headings = [option or form for form, option in columns]
    table: list[list[Value]] = []
    for period, split in periods.items():
        cells = [counts[period, *key].total() if (period, *key) in counts else 0 for key in columns]
        table.append([period, *cells, split.total()])
    sums = [sum(split.total() for key, split in counts.items() if key[1:] == column) for column in columns]
    table.append(["total", *sums, tally.total])
    numbers = [Column(heading, narrowest=_NARROWEST_COUNT, number=True) for heading in [*headings, "TOTAL"]]
    output.rows([Column(by.upper()), *numbers], table)


def _draw(output: Output, tally: Tally, asked: Mapping[str, Form]) -> None:
    from admin_cli.terminal.bars import chart  # noqa: PLC0415 - only a terminal draws

    if not tally.total:
        output.note("No submissions match.")
        return
    by_time = stretches(tally.each_day())
    parts = [
        (f"By {by_time.unit}", [(name, split.total()) for name, split in by_time.counts.items()]),
        ("By form", [(name, split.total()) for name, split in _largest(tally.forms.items())]),
        ("By option", [(f"{name}, {option}", s.total()) for (name, option), s in _largest(tally.options.items())]),
        ("By status", [(str(status), tally.statuses[status]) for status in tally.used()]),
        (
            "Checked in",
            [(f"{option or form}, {day}", s.total()) for (form, option, day), s in sorted(tally.check_ins.items())],
        ),
    ]
    for form in asked.values():
        for field in choice_fields(form):
            counts = {key[2]: split for key, split in tally.choices.items() if key[:2] == (form.name, field)}
            parts.append((f"By {field}", [(option, split.total()) for option, split in _largest(counts.items())]))
    output.line(counted(tally.total))
    for title, bars in parts:
        if bars:
            output.heading(title)
            for line in chart(bars, output.width, blocks=output.has_blocks):
                output.line(line)


def _largest(splits: Iterable[tuple[K, Counter[Status]]]) -> list[tuple[K, Counter[Status]]]:
    return sorted(splits, key=lambda pair: -pair[1].total())


def _rows(tally: Tally) -> list[list[Value]]:
    rows: list[list[Value]] = [["day", "", day.isoformat(), split.total()] for day, split in tally.each_day().items()]
    rows += [["form", form, form, split.total()] for form, split in sorted(tally.forms.items())]
    rows += [["option", form, option, split.total()] for (form, option), split in sorted(tally.options.items())]
    rows += [["status", "", str(status), tally.statuses[status]] for status in tally.used()]
    rows += [
        ["checked in", form, f"{option}={day}" if option else str(day), split.total()]
        for (form, option, day), split in sorted(tally.check_ins.items())
    ]
    choices = sorted(tally.choices.items())
    return rows + [["choice", form, f"{field}={option}", s.total()] for (form, field, option), s in choices]


def _record(tally: Tally, by: Period) -> dict[str, object]:
    return {
        "total": tally.total,
        "days": [{"day": day.isoformat()} | _split(split) for day, split in tally.each_day().items()],
        "forms": [{"form": form} | _split(split) for form, split in sorted(tally.forms.items())],
        "options": [
            {"form": form, "option": option} | _split(split) for (form, option), split in sorted(tally.options.items())
        ],
        "statuses": [{"status": str(status), "count": tally.statuses[status]} for status in tally.used()],
        "choices": [
            {"form": form, "field": field, "option": option} | _split(split)
            for (form, field, option), split in sorted(tally.choices.items())
        ],
        "check_ins": [
            {"form": form, "option": option or None, "day": day.isoformat()} | _split(split)
            for (form, option, day), split in sorted(tally.check_ins.items())
        ],
        "periods": [
            {str(by): period, "form": form, "option": option or None} | _split(split)
            for (period, form, option), split in tally.by(by).items()
        ],
    }


def _split(split: Counter[Status]) -> dict[str, object]:
    return {"count": split.total(), "statuses": {str(status): count for status, count in sorted(split.items())}}
