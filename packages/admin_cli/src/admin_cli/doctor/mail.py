"""Checks of what SES lets the stack mail, and to whom."""

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
        return wrong("SES has paused this account's mails.", "SES console, Account dashboard: it says why.")
    if not account.get("ProductionAccessEnabled"):
        return worth_a_look(
            "SES is in its sandbox: only verified addresses are mailed, 200 mails a day.",
            "Ask for production access: docs/operator.md, step 5.",
        )
    if account.get("EnforcementStatus") == "PROBATION":
        return worth_a_look(
            "SES has put this account on probation: too many bounces or complaints.",
            "SES console, Account dashboard: it says what to change.",
        )
    return well(f"{account['SendQuota']['Max24HourSend']:.0f} mails a day, to anyone")


def addresses(patient: Patient) -> Verdict:
    """Whether mail goes to and from addresses that somebody reads."""
    if patient.on_this_machine:
        return not_examined("On this machine all mail goes to one mailbox.")
    said = patient.stack.description.sender
    examples = {f"the sender is {said}": None} if is_example(said) else {}
    for form in patient.stack.forms.values():
        examples |= {f"{form.name} tells {address}": None for address in example_staff(form)}
    if examples:
        return worth_a_look(
            f"Mail goes to or comes from example addresses, which nobody reads: {'; '.join(examples)}.",
            "Write your own into the form files (staff) and the stack's values (sender); then rollcall infra apply, "
            "and rollcall site publish",
        )
    return well("the sender and the forms' staff are no examples")


def identity(patient: Patient) -> Verdict:
    """Whether SES takes the sender for who it is."""
    address = parseaddr(patient.stack.description.sender)[1]
    domain = address.rpartition("@")[2]
    client = patient.stack.client("sesv2")
    there = {}
    for name in (domain, address):
        with sessions.sentences(patient.stack.context):
            try:
                there[name] = bool(client.get_email_identity(EmailIdentity=name)["VerifiedForSendingStatus"])
            except client.exceptions.NotFoundException:
                continue
    if verified := [name for name, good in there.items() if good]:
        return well(f"{verified[0]} is verified")
    if domain in there:
        return wrong(
            f"The domain {domain} is not verified.", "Enter into its DNS: rollcall infra output mail_dns_records"
        )
    if address in there:
        return wrong(f"The address {address} is not verified.", "Follow the link that SES mailed to it.")
    return wrong(f"SES knows neither {domain} nor {address}.", "Have the deployer run: rollcall infra apply")
