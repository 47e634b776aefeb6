"""Mails that staff ask for go out once too: a resend and a bulk sending, with processes killed and requests repeated.

`tests/unit` kills the command between its record and the queue, and lets the same command continue.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT
from contract.fakes import GivenForms
from contract.mail_fakes import InMemorySuppressionList
from faults.conftest import NOTIFY_AT_ONCE, ORIGIN
from faults.functions import FunctionDiedError
from faults.kills import KillAt
from faults.mails import AskedMail, MailDesk
from faults.visitors import FunctionDoor, Post

from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.asked_mails import DynamoAskedMails
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.sendings import DynamoSendings
from registration_core.adapters.dynamodb.table import Table
from registration_core.adapters.sqs import SqsMailQueue
from registration_core.domain.validation import example_submission
from registration_core.services.resend import ResendService
from registration_core.services.send import USUAL, SendService
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from faults.functions import Function
    from faults.proxy import FaultProxy

FORM = compile_forms(ROOT / "example" / "forms")["registration"]
STAFF = "arn:aws:iam::000000000000:user/staff"


class Sqs:
    """Keeps what a command puts on the queue."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send_message_batch(self, **call: Any) -> dict[str, Any]:
        self.bodies += [entry["MessageBody"] for entry in call["Entries"]]
        return {}


@pytest.fixture
def desk(notify: Function, proxy: FaultProxy, dynamodb: Any, table: str) -> MailDesk:
    return MailDesk(proxy, dynamodb, table, notify)


@pytest.fixture(params=["resend", "send"])
def mail(request: pytest.FixtureRequest, submit: Function, dynamodb: Any, table: str) -> AskedMail:
    """A mail that staff asked for, as their command recorded and queued it."""
    address = f"asked-{request.param}-{os.urandom(4).hex()}@example.org"
    response = FunctionDoor(submit, ORIGIN).send(Post(FORM.name, example_submission(FORM) | {"email": address}))
    assert response.status == 201, response
    clock, call, sqs = SystemClock(), sdk_call(dynamodb), Sqs()
    asked = DynamoAskedMails(Table(call, table), clock=clock, randomness=os.urandom)
    details = DynamoSubmissionRepository(Table(call, table), clock=clock).details(response.content["id"])
    queue = SqsMailQueue(sqs, "url")
    if request.param == "resend":
        suppressions = InMemorySuppressionList(clock)
        resend = ResendService(asked=asked, queue=queue, clock=clock, suppressions=suppressions, forms=GivenForms(FORM))
        resend.resend(resend.plan(details), by=STAFF)
    else:
        send = SendService(
            asked=asked, sendings=DynamoSendings(Table(call, table), clock=clock), queue=queue, clock=clock
        )
        plan = send.plan(FORM, "moved", {"room": "2"}, [details.submission], statuses=USUAL, by=STAFF)
        assert sum(send.send(plan, by=STAFF)) == 1
    (body,) = sqs.bodies
    return AskedMail(address, json.loads(body))


def test_asked_mail__is_sent_once_under_concurrent_requests(desk: MailDesk, mail: AskedMail) -> None:
    with ThreadPoolExecutor(NOTIFY_AT_ONCE) as queue:
        again = [
            request
            for left in queue.map(lambda _: desk.deliver(mail.request, mail.request), range(NOTIFY_AT_ONCE * 2))
            for request in left
        ]
    assert desk.deliver(*again) == []
    assert desk.mails_to(mail.address) == 1


@pytest.mark.parametrize("carried_out", [False, True], ids=["before SES", "after the note"])
def test_asked_mail__is_sent_once_though_notify_is_killed(
    desk: MailDesk, mail: AskedMail, proxy: FaultProxy, *, carried_out: bool
) -> None:
    """If notify dies before SES took the mail, the lease runs out first; after the record nothing is left to do."""
    proxy.plan = (
        KillAt(desk.notify, "UpdateItem", calls=[2], carried_out=True)
        if carried_out
        else KillAt(desk.notify, "SendRawEmail")
    )
    with pytest.raises(FunctionDiedError):
        desk.deliver(mail.request)
    if not carried_out:
        desk.expire_lease(mail.request)

    assert desk.deliver(mail.request) == []
    assert desk.deliver(mail.request) == []
    assert desk.mails_to(mail.address) == 1
    assert desk.note(mail.request)["state"] == "sent"
