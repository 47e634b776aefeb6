"""Findings as a command prints them: a line each as soon as it is there, and how many of which kind at the end."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

import typer

from admin_cli.doctor.findings import Health
from admin_cli.errors import ExitCode
from admin_cli.terminal.escape import plain, tab_separated
from admin_cli.terminal.json_fields import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from admin_cli.doctor.findings import Finding
    from admin_cli.terminal.output import Output

FIELDS = ("check", "health", "says", "mend")

_COLOURS = {Health.OK: "32", Health.WARNING: "33", Health.FAILURE: "1;31", Health.SKIPPED: "2"}
_NAMES = {Health.OK: "ok", Health.WARNING: "warn", Health.FAILURE: "FAIL", Health.SKIPPED: "-"}
_HEALTH_WIDTH, _CHECK_WIDTH = 6, 14


def report(output: Output, findings: Iterable[Finding], *, names: Sequence[str] | None) -> None:
    """Print what is found, as JSON when fields are named. Raises typer.Exit when something is wrong."""
    found = []
    for finding in findings:
        found.append(finding)
        if names is None:
            _print(output, finding)
    if names is not None:
        output.json([pick(finding.as_dict(), names) for finding in found])
    counts = Counter(finding.health for finding in found)
    output.note(
        f"{counts[Health.OK]} ok, {counts[Health.WARNING]} to look at, {counts[Health.FAILURE]} wrong, "
        f"{counts[Health.SKIPPED]} not examined.",
    )
    if counts[Health.FAILURE]:
        raise typer.Exit(ExitCode.FAILURE)


def _print(output: Output, finding: Finding) -> None:
    if not output.on_terminal:
        cells = (str(finding.health), finding.check, finding.says, finding.mend or "")
        output.line("\t".join(tab_separated(cell) for cell in cells))
        return
    name = f"{_NAMES[finding.health]:<{_HEALTH_WIDTH}}"
    coloured = f"\x1b[{_COLOURS[finding.health]}m{name}\x1b[0m" if output.coloured else name
    indent = " " * (_HEALTH_WIDTH + _CHECK_WIDTH)
    lines = _wrapped(finding.says, output.width - len(indent), "")
    lines += _wrapped(finding.mend, output.width - len(indent), "→ ") if finding.mend else []
    output.line(f"{coloured}{finding.check:<{_CHECK_WIDTH}}{lines[0]}")
    for line in lines[1:]:
        output.line(indent + line)
    output.flush()


def _wrapped(text: str, width: int, first: str) -> list[str]:
    """Break a text into lines; a command to be copied is broken between its words alone."""
    return textwrap.wrap(
        plain(text),
        max(width, 30),
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
