"""Checks of the machine and the person at it: Terraform, credentials, clock, the stack they mean."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from admin_cli.aws import sessions
from admin_cli.doctor.findings import well, worth_a_look, wrong
from rollcall_local.errors import TerraformMissingError

if TYPE_CHECKING:
    from admin_cli.doctor.examination import Patient
    from admin_cli.doctor.findings import Verdict

#: AWS refuses signatures that are five minutes off.
SKEW_LIMIT_S = 240
SKEW_WARNING_S = 30


def terraform(_patient: Patient) -> Verdict:
    """Whether Terraform can be called; only those who deploy need it."""
    from rollcall_local.terraform import require_terraform  # noqa: PLC0415 - loads python-terraform

    try:
        return well(f"Terraform {require_terraform()}")
    except TerraformMissingError as error:
        return worth_a_look(
            str(error), "Install it from developer.hashicorp.com/terraform; only `rollcall infra` needs it."
        )


def credentials(patient: Patient) -> Verdict:
    """Whose credentials these are."""
    caller = patient.stack.caller
    return well(f"{caller.arn}, account {caller.account}")


def clock(patient: Patient) -> Verdict:
    """Whether this machine's clock is that of AWS."""
    with sessions.sentences(patient.stack.context):
        answer = patient.stack.client("sts").get_caller_identity()
    told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    if told is None:
        return well("AWS did not say what time it is.")
    off_s = abs((patient.now() - parsedate_to_datetime(told)).total_seconds())
    says = f"This machine's clock is {off_s:.0f} s off."
    mend = "Let the system set its time by the network (timedatectl set-ntp true)."
    if off_s > SKEW_LIMIT_S:
        return wrong(f"{says} AWS refuses what is five minutes off.", mend)
    return worth_a_look(says, mend) if off_s > SKEW_WARNING_S else well("as AWS's")


def description(patient: Patient) -> Verdict:
    """Whether the stack describes itself, in the region that the context names."""
    said, context = patient.stack.description, patient.stack.context
    mend = f"Name the right one: rollcall context add {context.name} --stack {said.stack} --region {said.region}"
    if said.region != context.region:
        return wrong(f"The stack says that it stands in {said.region}, but the context says {context.region}.", mend)
    if said.stack != context.stack:
        return wrong(f"The secret rollcall/{context.stack} describes the stack {said.stack}.", "rollcall infra apply")
    return well(f"{said.stack} in {said.region}, {said.site_url}")
