"""`rollcall doctor`: what is wrong with a stack, and how to fix it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer  # noqa: TC002 - Typer reads the annotations

from admin_cli.doctor.findings import Health
from admin_cli.doctor.report import FIELDS, report
from admin_cli.services import of
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.json_fields import json_option, requested_fields
from rollcall_local.errors import LocalStackError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin_cli.doctor.findings import Finding
    from admin_cli.services import Services
    from rollcall_build.sources import Sources

app = verb()


@app.command(cls=Command)
def doctor(ctx: typer.Context, *, json: Annotated[str | None, json_option(FIELDS)] = None) -> None:
    """Check the context's stack and this machine, and say how to fix each problem.

    It checks Terraform, credentials, the clock, the stack's description, its table, backups,
    expiry, functions and their triggers, dead letters, SES, the account's concurrency, and whether
    your files, the stack and the functions have the same forms and seats. It skips what your role
    may not read and what an emulator does not have. Any failure makes the exit code 1.

    Examples:
      rollcall doctor
      rollcall doctor --context prod
      rollcall doctor --json check,health,mend
    """
    services = of(ctx)
    names = requested_fields(services.output, json, FIELDS)
    report(services.output, _findings(services), names=names)


def _findings(services: Services) -> Iterator[Finding]:
    """Check the machine first: every other check needs credentials and the stack's description."""
    from admin_cli.doctor import forms, machine, mail, resources  # noqa: PLC0415 - only for this
    from admin_cli.doctor.examination import Patient, examine, skipped  # noqa: PLC0415

    machine_checks = {"terraform": machine.terraform, "credentials": machine.credentials, "clock": machine.clock}
    stack_checks = {
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
    can_go_on = True
    for finding in examine(machine_checks, patient):
        can_go_on = can_go_on and (finding.check != "credentials" or finding.health is Health.OK)
        yield finding
    if not can_go_on:
        yield from skipped(["stack", *stack_checks], "needs credentials")
        return
    for finding in examine({"stack": machine.description}, patient):
        yield finding
        can_go_on = finding.health is Health.OK
    yield from (
        examine(stack_checks, patient) if can_go_on else skipped(list(stack_checks), "needs the stack's description")
    )


def _sources() -> Sources | None:
    from admin_cli.forms.definitions import find_sources  # noqa: PLC0415 - only for this

    try:
        return find_sources()
    except LocalStackError:
        return None
