"""`rollcall doctor`: what is wrong with a stack, and how to mend it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer  # noqa: TC002 - Typer reads the annotations

from admin_cli.doctor.findings import Health
from admin_cli.doctor.report import FIELDS, report
from admin_cli.services import of
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.json_fields import json_option, wanted
from rollcall_local.errors import LocalStackError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin_cli.doctor.findings import Finding
    from admin_cli.services import Services
    from rollcall_build.sources import Sources

app = verb()


@app.command(cls=Command)
def doctor(ctx: typer.Context, *, json: Annotated[str | None, json_option(FIELDS)] = None) -> None:
    """Examine the context's stack, and the machine that you work on; each line that is not well says how to mend it.

    Examined are Terraform, credentials, clock, the stack's description, table, backups, expiry, functions, what wakes
    them, dead letters, SES, the account's concurrency, and whether clone, stack and functions have the same forms and
    seats. What your role may not ask, or an emulator does not have, is passed over. With a failure the exit code is 1.

    Examples:
      rollcall doctor
      rollcall doctor --context prod
      rollcall doctor --json check,health,mend
    """
    services = of(ctx)
    names = wanted(services.output, json, FIELDS)
    report(services.output, _findings(services), names=names)


def _findings(services: Services) -> Iterator[Finding]:
    """Examine the machine first; without credentials or a description nothing else can be asked."""
    from admin_cli.doctor import forms, machine, mail, resources  # noqa: PLC0415 - only for this
    from admin_cli.doctor.examination import Patient, examine, skipped  # noqa: PLC0415

    begin = {"terraform": machine.terraform, "credentials": machine.credentials, "clock": machine.clock}
    whole = {
        "table": resources.table,
        "backups": resources.backups,
        "expiry": resources.expiry,
        "functions": resources.functions,
        "mappings": resources.mappings,
        "dead letters": resources.dead_letters,
        "identity": mail.identity,
        "sandbox": mail.sandbox,
        "addresses": mail.addresses,
        "concurrency": resources.concurrency,
        "forms": forms.published,
        "api": forms.deployed,
        "seats": forms.seats,
        "spam": forms.spam,
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
    from admin_cli.forms.definitions import find_sources  # noqa: PLC0415 - only for this

    try:
        return find_sources()
    except LocalStackError:
        return None
