"""`rollcall stats`: how many came in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.fields import JsonOption, pick, wanted
from admin_cli.helping import Command, verb
from admin_cli.progress import Progress
from admin_cli.selecting import FormOption, OptionOption, SinceOption, StatusOption, UntilOption, selection
from admin_cli.services import of
from admin_cli.table import Column
from admin_cli.tally import Tally, stretches

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from admin_cli.output import Output
    from admin_cli.values import Value
    from registration_core.domain.submission import Status, Submission

app = verb()

K = TypeVar("K")

FIELDS = ("total", "days", "forms", "options", "statuses")
COLUMNS = (Column("WHAT"), Column("FORM"), Column("NAME"), Column("COUNT"))


@app.command(cls=Command)
def stats(
    ctx: typer.Context,
    *,
    form: FormOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    option: OptionOption = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with charts and tables.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the page's file if it is there.")] = False,
    json: JsonOption = None,
) -> None:
    """Count submissions by day, form, option and status.

    On a terminal with bars, and days of your time zone; in a pipe as lines of what is counted, form, name and count,
    with days of UTC. The page is one file that needs nothing else: it can be mailed, or opened without a network.

    Examples:
      rollcall stats
      rollcall stats --form registration --since 30d
      rollcall stats --since 2026-01-01 --html stats.html
      rollcall stats --json total,options
    """
    from admin_cli.whole_file import ensure_writable, write_whole  # noqa: PLC0415 - only for a page

    services = of(ctx)
    output = services.output
    names = wanted(output, json, FIELDS)
    if html is None and force:
        raise CliError("--force says what becomes of the page's file: give --html FILE too.", exit_code=ExitCode.USAGE)
    if html is not None:
        ensure_writable(services, html, force=force)
    stack = services.stack()
    chosen = selection(
        lambda: stack.forms,
        form=form,
        status=status,
        since=since,
        until=until,
        option=option,
        versions_of=stack.versions_of,
    )
    for_person = html is not None or (output.on_terminal and names is None)
    tally = _counted(output, stack.query().select(chosen), Tally(None if for_person else UTC))
    if html is not None:
        from admin_cli.stats_page import stats_page  # noqa: PLC0415 - Jinja2; only for a page

        write_whole(html, stats_page(tally, stack.description.stack, stack.forms, chosen, datetime.now().astimezone()))
        output.note(f"{tally.total:,} submissions counted; the page is {html}")
    if names is not None:
        output.json(pick(_record(tally), names))
    elif html is None and output.on_terminal:
        _draw(output, tally)
    elif html is None:
        output.rows(COLUMNS, _rows(tally))


def _counted(output: Output, entries: Iterable[Submission], tally: Tally) -> Tally:
    with Progress(output, "submissions") as progress:
        for entry in entries:
            tally.add(entry)
            progress.advance()
    return tally


def _draw(output: Output, tally: Tally) -> None:
    from admin_cli.bars import chart  # noqa: PLC0415 - only a terminal draws

    if not tally.total:
        output.note("Nothing of that came in.")
        return
    by_time = stretches(tally.each_day())
    parts = [
        (f"By {by_time.unit}", [(name, split.total()) for name, split in by_time.counts.items()]),
        ("By form", [(name, split.total()) for name, split in _largest(tally.forms.items())]),
        ("By option", [(f"{name}, {option}", s.total()) for (name, option), s in _largest(tally.options.items())]),
        ("By status", [(str(status), tally.statuses[status]) for status in tally.used()]),
    ]
    output.line(f"{tally.total:,} submissions")
    for title, counts in parts:
        if counts:
            output.heading(title)
            for line in chart(counts, output.width, blocks=output.has_blocks):
                output.line(line)


def _largest(splits: Iterable[tuple[K, Counter[Status]]]) -> list[tuple[K, Counter[Status]]]:
    return sorted(splits, key=lambda pair: -pair[1].total())


def _rows(tally: Tally) -> list[list[Value]]:
    rows: list[list[Value]] = [["day", "", day.isoformat(), split.total()] for day, split in tally.each_day().items()]
    rows += [["form", form, form, split.total()] for form, split in sorted(tally.forms.items())]
    rows += [["option", form, option, split.total()] for (form, option), split in sorted(tally.options.items())]
    return rows + [["status", "", str(status), tally.statuses[status]] for status in tally.used()]


def _record(tally: Tally) -> dict[str, object]:
    return {
        "total": tally.total,
        "days": [{"day": day.isoformat()} | _split(split) for day, split in tally.each_day().items()],
        "forms": [{"form": form} | _split(split) for form, split in sorted(tally.forms.items())],
        "options": [
            {"form": form, "option": option} | _split(split) for (form, option), split in sorted(tally.options.items())
        ],
        "statuses": [{"status": str(status), "count": tally.statuses[status]} for status in tally.used()],
    }


def _split(split: Counter[Status]) -> dict[str, object]:
    return {"count": split.total(), "statuses": {str(status): count for status, count in sorted(split.items())}}
