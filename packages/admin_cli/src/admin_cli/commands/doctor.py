"""`rollcall doctor`: what is wrong with a stack, and how to mend it."""

from __future__ import annotations

import textwrap
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.doctor.findings import Health
from admin_cli.errors import ExitCode
from admin_cli.escape import plain, tab_separated
from admin_cli.fields import json_option, pick, wanted
from admin_cli.helping import Command, verb
from admin_cli.services import of
from rollcall_local.errors import LocalStackError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin_cli.doctor.findings import Finding
    from admin_cli.output import Output
    from admin_cli.services import Services
    from registration_core.adapters.sources import Sources

app = verb()

FIELDS = ("check", "health", "says", "mend")

_COLOURS = {Health.OK: "32", Health.WARNING: "33", Health.FAILURE: "1;31", Health.SKIPPED: "2"}
_NAMES = {Health.OK: "ok", Health.WARNING: "warn", Health.FAILURE: "FAIL", Health.SKIPPED: "-"}
_HEALTH_WIDTH, _CHECK_WIDTH = 6, 14


@app.command(cls=Command)
def doctor(ctx: typer.Context, *, json: Annotated[str | None, json_option(FIELDS)] = None) -> None:
    """Examine the context's stack, and the machine that you work on; each line that is not well says how to mend it.

    Examined are Terraform, credentials, clock, the stack's description, table, backups, expiry, functions, what wakes
    them, dead letters, SES, the account's concurrency, and whether clone, stack and functions have the same forms and
    places. What your role may not ask, or an emulator does not have, is passed over. With a failure the exit code is 1.

    Examples:
      rollcall doctor
      rollcall doctor --context prod
      rollcall doctor --json check,health,mend
    """
    services = of(ctx)
    names = wanted(services.output, json, FIELDS)
    found = []
    for finding in _findings(services):
        found.append(finding)
        if names is None:
            _print(services.output, finding)
    if names is not None:
        services.output.json([pick(finding.as_dict(), names) for finding in found])
    counts = Counter(finding.health for finding in found)
    services.output.note(
        f"{counts[Health.OK]} ok, {counts[Health.WARNING]} to look at, {counts[Health.FAILURE]} wrong, "
        f"{counts[Health.SKIPPED]} not examined.",
    )
    if counts[Health.FAILURE]:
        raise typer.Exit(ExitCode.FAILURE)


def _findings(services: Services) -> Iterator[Finding]:
    """Examine the machine first; without credentials or a description nothing else can be asked."""
    from admin_cli.doctor import forms, machine, mail, parts  # noqa: PLC0415 - only for this
    from admin_cli.doctor.examination import Patient, examine, skipped  # noqa: PLC0415

    begin = {"terraform": machine.terraform, "credentials": machine.credentials, "clock": machine.clock}
    whole = {
        "table": parts.table,
        "backups": parts.backups,
        "expiry": parts.expiry,
        "functions": parts.functions,
        "mappings": parts.mappings,
        "dead letters": parts.dead_letters,
        "identity": mail.identity,
        "sandbox": mail.sandbox,
        "concurrency": parts.concurrency,
        "forms": forms.published,
        "api": forms.deployed,
        "places": forms.places,
    }
    patient = Patient(services.stack(), _sources(), lambda: datetime.now(UTC))
    sound = True
    for finding in examine(begin, patient):
        sound = sound and (finding.check != "credentials" or finding.health is Health.OK)
        yield finding
    if not sound:
        yield from skipped(["stack", *whole], "not examined without credentials")
        return
    for finding in examine({"stack": machine.description}, patient):
        yield finding
        sound = finding.health is Health.OK
    yield from (
        examine(whole, patient) if sound else skipped(list(whole), "not examined without the stack's description")
    )


def _sources() -> Sources | None:
    from admin_cli.formsets import find_sources  # noqa: PLC0415 - only for this

    try:
        return find_sources()
    except LocalStackError:
        return None


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
