"""A mail goes out once, whatever is killed, refused, redelivered or lost on the way.

There is one exception, which the design names and these tests hold: when the process dies, or SES's
answer is lost, after SES took the mail and before we recorded it, the mail may go out twice. Its
item then counts two attempts.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from faults.conftest import NOTIFY_AT_ONCE, ORIGIN
from faults.functions import FunctionDiedError
from faults.kills import KillAt
from faults.mails import AskedMail, MailDesk, an_entry
from faults.proxy import AtRandom, Fault, Next

if TYPE_CHECKING:
    from faults.functions import Function
    from faults.proxy import FaultProxy

SEND = "SendRawEmail"
NOTE = "UpdateItem"
"""What leases a mail, notes that it was sent, and gives a lease back."""

_visitors = itertools.count()


@pytest.fixture
def desk(notify: Function, proxy: FaultProxy, dynamodb: Any, table: str) -> MailDesk:
    return MailDesk(proxy, dynamodb, table, notify)


@pytest.fixture
def mail(submit: Function) -> AskedMail:
    """The mail of one new submission, requested and not sent yet."""
    address = f"mailed-{next(_visitors)}@example.org"
    return AskedMail(address, an_entry(submit, ORIGIN, message(address)))


def message(address: str) -> dict[str, Any]:
    return {
        "name": "Robin Ek",
        "email": address,
        "topic": "courses",
        "message": f"Please write to {address}.",
        "consent": True,
    }


def test_notify__sends_once_under_repeated_requests(desk: MailDesk, mail: AskedMail) -> None:
    assert desk.deliver(mail.request, mail.request) == []
    assert desk.deliver(mail.request) == []
    assert desk.mails_to(mail.address) == 1


def test_notify__sends_once_under_concurrent_requests(desk: MailDesk, mail: AskedMail) -> None:
    with ThreadPoolExecutor(NOTIFY_AT_ONCE) as queue:
        again = list(queue.map(lambda _: desk.deliver(mail.request, mail.request), range(NOTIFY_AT_ONCE * 4)))

    assert desk.mails_to(mail.address) == 1
    assert desk.deliver(*itertools.chain(*again)) == []
    assert desk.mails_to(mail.address) == 1


def test_notify__killed_before_sending__sends_once(desk: MailDesk, mail: AskedMail, proxy: FaultProxy) -> None:
    """The mail goes out when the lease of the killed process has run out."""
    proxy.plan = KillAt(desk.notify, SEND)
    with pytest.raises(FunctionDiedError):
        desk.deliver(mail.request)
    assert desk.deliver(mail.request) == [mail.request], (
        "while the dead one's lease holds, the message comes again later"
    )
    assert desk.mails_to(mail.address) == 0

    desk.expire_lease(mail.request)

    assert desk.deliver(mail.request) == []
    assert desk.deliver(mail.request) == []
    assert desk.mails_to(mail.address) == 1


def test_notify__killed_after_the_record__sends_no_second(desk: MailDesk, mail: AskedMail, proxy: FaultProxy) -> None:
    proxy.plan = KillAt(desk.notify, NOTE, calls=[2], carried_out=True)
    with pytest.raises(FunctionDiedError):
        desk.deliver(mail.request)
    assert desk.deliver(mail.request) == []
    assert desk.mails_to(mail.address) == 1
    assert desk.note(mail.request)["attempts"] == "1"


def test_notify__killed_before_the_record__may_send_twice(desk: MailDesk, mail: AskedMail, proxy: FaultProxy) -> None:
    """The mail's item counts both attempts."""
    proxy.plan = KillAt(desk.notify, SEND, carried_out=True)
    with pytest.raises(FunctionDiedError):
        desk.deliver(mail.request)
    assert desk.deliver(mail.request) == [mail.request]
    assert desk.mails_to(mail.address) == 1

    desk.expire_lease(mail.request)

    assert desk.deliver(mail.request) == []
    assert desk.deliver(mail.request) == []
    assert desk.mails_to(mail.address) == 2
    assert (desk.note(mail.request)["state"], desk.note(mail.request)["attempts"]) == ("sent", "2")


def test_notify__after_a_lost_answer_of_ses__waits_for_the_lease(
    desk: MailDesk, mail: AskedMail, proxy: FaultProxy
) -> None:
    """The second attempt is counted."""
    proxy.plan = Next(SEND, Fault.LOST_ANSWER)
    assert desk.deliver(mail.request) == [mail.request]
    assert desk.deliver(mail.request) == [mail.request], (
        "it is not known whether the mail went out, so nobody tries at once"
    )
    assert desk.mails_to(mail.address) == 1

    desk.expire_lease(mail.request)

    assert desk.deliver(mail.request) == []
    assert (desk.mails_to(mail.address), desk.note(mail.request)["attempts"]) == (2, "2")


def test_notify__refused_by_ses__sends_once_when_ses_accepts(
    desk: MailDesk, mail: AskedMail, proxy: FaultProxy
) -> None:
    proxy.plan = Next(SEND, Fault.THROTTLED, Fault.THROTTLED)
    assert desk.deliver(mail.request) == [mail.request]
    assert desk.deliver(mail.request) == [mail.request]
    assert desk.mails_to(mail.address) == 0

    assert desk.deliver(mail.request) == []
    assert desk.deliver(mail.request) == []
    assert desk.mails_to(mail.address) == 1


def test_notify__after_a_failure_inside_ses__sends_once(desk: MailDesk, mail: AskedMail, proxy: FaultProxy) -> None:
    """The mail goes out when the lease has run out."""
    proxy.plan = Next(SEND, Fault.FAILED)
    assert desk.deliver(mail.request) == [mail.request]
    desk.expire_lease(mail.request)
    assert desk.deliver(mail.request) == []
    assert desk.mails_to(mail.address) == 1


@pytest.mark.parametrize("fault", list(Fault))
@pytest.mark.parametrize("before", [(), (None,)], ids=["lease", "note"])
def test_notify__with_a_failing_table__sends_once(
    desk: MailDesk,
    mail: AskedMail,
    proxy: FaultProxy,
    fault: Fault,
    before: tuple[Fault | None, ...],
) -> None:
    proxy.plan = Next(NOTE, *before, fault)
    desk.deliver(mail.request)
    assert proxy.met[fault] == 1
    assert desk.deliver(mail.request) == [], "what was not done at first is done when the message comes again"
    assert desk.mails_to(mail.address) == 1


def test_notify__with_random_faults__mails_everyone_once(desk: MailDesk, submit: Function, proxy: FaultProxy) -> None:
    addresses = [f"weather-{number}@example.org" for number in range(30)]
    left = [an_entry(submit, ORIGIN, message(address)) for address in addresses]
    proxy.plan = AtRandom("mails", share=0.25, faults=Fault, operations={NOTE, "GetItem"})

    for _ in range(20):
        twice = [request for request in left for _ in range(2)]
        with ThreadPoolExecutor(NOTIFY_AT_ONCE) as queue:
            again = list(itertools.chain(*queue.map(desk.deliver, twice)))
        left = [request for request in left if request in again]
        if not left:
            break
        for request in left:
            if "lease_until" in desk.note(request):
                desk.expire_lease(request)

    assert left == []
    assert set(proxy.met) == set(Fault)
    assert [desk.mails_to(address) for address in addresses] == [1] * len(addresses)
