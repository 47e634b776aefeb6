"""`rollcall doctor`: what is wrong with a stack, and how to fix it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.doctor.findings import Health
from admin_cli.doctor.report import FIELDS, report
from admin_cli.errors import CliError, ExitCode
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


READ_UNITS_PER_S = 500

ReadUnits = Annotated[
    int | None,
    typer.Option(
        metavar="UNITS",
        min=1,
        help=f"With --deep: read no faster, in DynamoDB's read units per second (default: {READ_UNITS_PER_S}).",
    ),
]


@app.command(cls=Command)
def doctor(
    ctx: typer.Context,
    *,
    deep: Annotated[bool, typer.Option("--deep", help="Check the table's items instead.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="With --deep: repair what can be repaired.")] = False,
    read_units_per_second: ReadUnits = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Annotated[str | None, json_option(FIELDS)] = None,
) -> None:
    """Check the context's stack and this machine, and say how to fix each problem.

    It checks Terraform, credentials, the clock, the stack's description, its table, backups,
    expiry, functions and their triggers, dead letters, SES, the account's concurrency, whether your
    files, the stack and the functions have the same forms and seats, and whether a manager can sign
    in to the desk. It skips what your role may not read and what an emulator does not have. Any
    failure makes the exit code 1.

    With --deep, it reads the whole table instead and checks that its items agree: quotas, seats,
    tickets, guards, references, histories, mails, indexes, expiry and erasures. It is safe to run
    while visitors register. With --repair, it fixes what can be fixed without taking a seat from
    anyone, and notes it in the history. docs/operator.md lists each check.

    Examples:
      rollcall doctor
      rollcall doctor --context prod
      rollcall doctor --json check,health,mend
      rollcall doctor --deep
      rollcall doctor --deep --repair --dry-run
      rollcall doctor --deep --repair --yes
    """
    services = of(ctx)
    names = requested_fields(services.output, json, FIELDS)
    _ensure_together(deep=deep, repair=repair, asks=yes or dry_run, paced=read_units_per_second is not None)
    if not deep:
        report(services.output, _findings(services), names=names)
        return
    from admin_cli.table_check.findings import DeepCheck  # noqa: PLC0415 - loads the SDK

    act = begin(services, yes=yes, dry_run=dry_run) if repair else None
    stack = services.stack() if act is None else act.stack
    check = DeepCheck(services, stack, units_per_s=read_units_per_second or READ_UNITS_PER_S, act=act)
    report(services.output, check.findings(), names=names)


def _ensure_together(*, deep: bool, repair: bool, asks: bool, paced: bool) -> None:
    """Raise CliError for an option without the one that it belongs to."""
    needs = (
        (repair and not deep, "--repair needs --deep."),
        (asks and not repair, "--yes and --dry-run need --repair."),
        (paced and not deep, "--read-units-per-second needs --deep."),
    )
    for lacks, sentence in needs:
        if lacks:
            raise CliError(sentence, hint="Try: rollcall doctor --help", exit_code=ExitCode.USAGE)


def _findings(services: Services) -> Iterator[Finding]:
    """Check the machine first: every other check needs credentials and the stack's description."""
    from admin_cli.doctor import desk, forms, machine, mail, resources, webhooks  # noqa: PLC0415 - only for this
    from admin_cli.doctor.examination import Patient, examine, skipped  # noqa: PLC0415
    from admin_cli.staff_api.unsupported import not_through_the_api  # noqa: PLC0415

    machine_checks = {"terraform": machine.terraform, "credentials": machine.credentials, "clock": machine.clock}
    stack_checks = {
        "table": resources.table,
        "backups": resources.backups,
        "expiry": resources.expiry,
        "functions": resources.functions,
        "mappings": resources.mappings,
        "dead letters": resources.dead_letters,
        "webhooks": webhooks.webhooks,
        "identity": mail.identity,
        "sandbox": mail.sandbox,
        "addresses": mail.addresses,
        "concurrency": resources.concurrency,
        "forms": forms.published,
        "api": forms.deployed,
        "seats": forms.seats,
        "spam": forms.spam,
        "desk": desk.managers,
    }
    stack = services.stack()
    if stack.context.via is not None:
        raise not_through_the_api()
    patient = Patient(stack, _sources(), lambda: datetime.now(UTC))
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
