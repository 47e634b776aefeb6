"""Checks of SES and of the addresses that the stack mails."""

from __future__ import annotations

from email.utils import parseaddr
from typing import TYPE_CHECKING

from admin_cli.aws import sessions
from admin_cli.doctor.findings import not_examined, well, worth_a_look, wrong
from rollcall_build.forms.example_addresses import example_staff, is_example

if TYPE_CHECKING:
    from admin_cli.doctor.examination import Patient
    from admin_cli.doctor.findings import Verdict


def sandbox(patient: Patient) -> Verdict:
    """Whether the account may mail to anyone, and may mail at all."""
    if patient.on_this_machine:
        return not_examined("An emulator has no sandbox.")
    with sessions.sentences(patient.stack.context):
        account = patient.stack.client("sesv2").get_account()
    if not account.get("SendingEnabled") or account.get("EnforcementStatus") == "SHUTDOWN":
        return wrong("SES has paused this account's mails.", "See why in the SES console, Account dashboard.")
    if not account.get("ProductionAccessEnabled"):
        return worth_a_look(
            "SES is in its sandbox: it mails only verified addresses, up to 200 mails per day.",
            "Request production access: docs/operator.md, step 5.",
        )
    if account.get("EnforcementStatus") == "PROBATION":
        return worth_a_look(
            "SES has put this account on probation: too many bounces or complaints.",
            "See what to change in the SES console, Account dashboard.",
        )
    return well(f"{account['SendQuota']['Max24HourSend']:.0f} mails per day, to any address")


def addresses(patient: Patient) -> Verdict:
    """Whether the sender and the staff have real addresses, not those of the example."""
    if patient.on_this_machine:
        return not_examined("On this machine all mail goes to one mailbox.")
    sender = patient.stack.description.sender
    examples = {f"the sender is {sender}": None} if is_example(sender) else {}
    for form in patient.stack.forms.values():
        examples |= {f"{form.name} mails {address}": None for address in example_staff(form)}
    if examples:
        return worth_a_look(
            f"Nobody reads example addresses: {'; '.join(examples)}.",
            "Write your own in the form files (staff) and the stack's values (sender). Then run: rollcall infra apply, "
            "and rollcall site publish",
        )
    return well("the sender and the staff have real addresses")


def identity(patient: Patient) -> Verdict:
    """Whether the sender is verified in SES."""
    address = parseaddr(patient.stack.description.sender)[1]
    domain = address.rpartition("@")[2]
    client = patient.stack.client("sesv2")
    verified_by_name = {}
    for name in (domain, address):
        with sessions.sentences(patient.stack.context):
            try:
                verified_by_name[name] = bool(client.get_email_identity(EmailIdentity=name)["VerifiedForSendingStatus"])
            except client.exceptions.NotFoundException:
                continue
    if verified := [name for name, is_verified in verified_by_name.items() if is_verified]:
        return well(f"{verified[0]} is verified")
    if domain in verified_by_name:
        return wrong(
            f"The domain {domain} is not verified.", "Add these DNS records: rollcall infra output mail_dns_records"
        )
    if address in verified_by_name:
        return wrong(f"The address {address} is not verified.", "Follow the link that SES mailed to it.")
    return wrong(f"SES has neither {domain} nor {address}.", "Ask the operator to run: rollcall infra apply")
