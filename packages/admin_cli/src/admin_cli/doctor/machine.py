"""Checks of the machine and its configuration: Terraform, credentials, clock, context."""

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
            str(error), "Only `rollcall infra` needs it. Install it from developer.hashicorp.com/terraform"
        )


def credentials(patient: Patient) -> Verdict:
    """Whose credentials these are."""
    caller = patient.stack.caller
    return well(f"{caller.arn}, account {caller.account}")


def clock(patient: Patient) -> Verdict:
    """Whether this machine's clock agrees with that of AWS."""
    with sessions.sentences(patient.stack.context):
        answer = patient.stack.client("sts").get_caller_identity()
    aws_time = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    if aws_time is None:
        return well("AWS did not say what time it is.")
    off_s = abs((patient.now() - parsedate_to_datetime(aws_time)).total_seconds())
    says = f"This machine's clock is {off_s:.0f} s off."
    mend = "Set the clock from the network: timedatectl set-ntp true"
    if off_s > SKEW_LIMIT_S:
        return wrong(f"{says} AWS refuses requests that are five minutes off.", mend)
    return worth_a_look(says, mend) if off_s > SKEW_WARNING_S else well("agrees with AWS")


def description(patient: Patient) -> Verdict:
    """Whether the stack describes itself, in the region that the context names."""
    stack, context = patient.stack.description, patient.stack.context
    mend = f"Correct the context: rollcall context add {context.name} --stack {stack.stack} --region {stack.region}"
    if stack.region != context.region:
        return wrong(f"The stack is in {stack.region}, but the context says {context.region}.", mend)
    if stack.stack != context.stack:
        return wrong(f"The secret rollcall/{context.stack} describes the stack {stack.stack}.", "rollcall infra apply")
    return well(f"{stack.stack} in {stack.region}, {stack.site_url}")
