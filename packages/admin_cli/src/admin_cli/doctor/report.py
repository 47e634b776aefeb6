"""Prints findings, each as soon as it is known, and their totals at the end."""

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

_COLOURS = {Health.OK: "32", Health.REPAIRED: "32", Health.WARNING: "33", Health.FAILURE: "1;31", Health.SKIPPED: "2"}
_NAMES = {Health.OK: "ok", Health.REPAIRED: "done", Health.WARNING: "warn", Health.FAILURE: "FAIL", Health.SKIPPED: "-"}
_HEALTH_WIDTH, _CHECK_WIDTH = 6, 14


def report(output: Output, findings: Iterable[Finding], *, names: Sequence[str] | None) -> None:
    """Print the findings, as JSON if fields are named. Raises typer.Exit if there is a failure."""
    reported = []
    for finding in findings:
        reported.append(finding)
        if names is None:
            _print(output, finding)
    if names is not None:
        output.json([pick(finding.as_dict(), names) for finding in reported])
    counts = Counter(finding.health for finding in reported)
    warnings = "1 warning" if counts[Health.WARNING] == 1 else f"{counts[Health.WARNING]} warnings"
    failures = "1 failure" if counts[Health.FAILURE] == 1 else f"{counts[Health.FAILURE]} failures"
    output.note(f"{counts[Health.OK]} ok, {warnings}, {failures}, {counts[Health.SKIPPED]} skipped.")
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
    """Wrap a text, breaking only between words, so that commands can be copied."""
    return textwrap.wrap(
        plain(text),
        max(width, 30),
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
