"""Resend: which mail may go out again, and that it is recorded before it is queued."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from contract.fakes import (
    START,
    CountedRandomness,
    GivenForms,
    InMemorySubmissionRepository,
    ListedMailQueue,
    StoppedClock,
)
from contract.mail_fakes import InMemoryAskedMails, InMemorySuppressionList
from unit.core.builders import a_form, an_entry

from registration_core.domain.errors import MailQueueError, SubmissionChangedError
from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.domain.mail_errors import MailedLatelyError, MailNotFittingError, NoStaffError, SuppressedError
from registration_core.domain.submission import Event, Idempotency, Status, SubmissionDetails
from registration_core.services.resend import LATELY, USUAL, ResendService, fitting

ENTRY = an_entry(a_form(), {"name": "Åsa"}, expires_at=START + timedelta(days=30))
STAFF = "arn:aws:iam::000000000000:user/staff"


class World:
    """A resend service with one stored submission."""

    def __init__(self, status: Status = Status.CONFIRMED, *, staff: tuple[str, ...] = ("staff@example.org",)) -> None:
        self.clock = StoppedClock()
        self.repository = InMemorySubmissionRepository(self.clock, CountedRandomness())
        entry = replace(ENTRY, status=status)
        self.repository.add(entry, once=None, idempotency=Idempotency("k", "f", START + timedelta(days=1)))
        self.queue = ListedMailQueue()
        self.suppressions = InMemorySuppressionList(self.clock)
        self.service = ResendService(
            asked=InMemoryAskedMails(self.repository),
            queue=self.queue,
            clock=self.clock,
            suppressions=self.suppressions,
            forms=GivenForms(a_form(staff=staff)),
        )

    @property
    def details(self) -> SubmissionDetails:
        return self.repository.details(ENTRY.id)

    def resend(self, kind: MailKind | None = None, *, again: bool = False) -> MailRequest:
        plan = self.service.plan(self.details, kind, again=again)
        self.service.resend(plan, by=STAFF)
        return plan.request

    def sent(self, request: MailRequest, state: MailState | None = None) -> None:
        """Carry out a request as notify does."""
        until = self.clock.at + timedelta(seconds=90)
        assert self.repository.lease_mail(request, holder="n", until=until, expires_at=ENTRY.expires_at)
        if state is None:
            self.repository.mark_mail_sent(request, holder="n", message_id="m")
        else:
            self.repository.end_mail(request, holder="n", state=state)


@pytest.mark.parametrize(("status", "kind"), USUAL.items())
def test_plan__chooses_the_mail_for_the_status(status: Status, kind: MailKind) -> None:
    assert World(status).resend() == MailRequest(ENTRY.id, kind, 1, copy=1)


def test_resend__is_recorded_then_queued() -> None:
    world = World()
    request = world.resend()
    assert world.queue.requests == [request]
    assert [(mail.kind, mail.copy, mail.state) for mail in world.details.mails] == [("confirmed", 1, "queued")]
    assert (world.details.events[-1].what, world.details.events[-1].by) == ("mail resent: confirmed", STAFF)


def test_plan__numbers_copies_and_refuses_a_quick_repeat() -> None:
    world = World()
    world.sent(MailRequest(ENTRY.id, MailKind.CONFIRMED, 1))
    with pytest.raises(MailedLatelyError) as error:
        world.resend()
    assert error.value.at == world.clock.at

    world.clock.at += LATELY
    first = world.resend()
    world.sent(first)
    assert first.copy == 1
    with pytest.raises(MailedLatelyError):
        world.resend()
    assert world.resend(again=True).copy == 2


def test_plan__refuses_a_mail_that_is_being_sent() -> None:
    world = World()
    first = MailRequest(ENTRY.id, MailKind.CONFIRMED, 1)
    until = world.clock.at + timedelta(seconds=90)
    world.repository.lease_mail(first, holder="n", until=until, expires_at=ENTRY.expires_at)
    with pytest.raises(MailedLatelyError) as error:
        world.resend()
    assert error.value.at == world.clock.at


def test_plan__treats_another_kind_as_another_mail() -> None:
    world = World()
    world.sent(world.resend())
    assert world.resend(MailKind.STAFF) == MailRequest(ENTRY.id, MailKind.STAFF, 1, copy=1)


def test_plan__continues_what_could_not_be_queued() -> None:
    """The copy is recorded once."""
    world = World()
    world.queue.refusing = True
    with pytest.raises(MailQueueError):
        world.resend()
    world.queue.refusing = False

    assert [world.resend() for _ in range(2)] == world.queue.requests
    assert {request.copy for request in world.queue.requests} == {1}
    assert [event.what for event in world.details.events].count("mail resent: confirmed") == 1


def test_plan__mails_a_changed_submission_at_once() -> None:
    """After a correction of the address nobody has to wait."""
    world = World()
    world.sent(MailRequest(ENTRY.id, MailKind.CONFIRMED, 1))
    world.repository.entries[ENTRY.id] = replace(ENTRY, email="asa@example.org", version=2)
    assert world.resend() == MailRequest(ENTRY.id, MailKind.CONFIRMED, 2, copy=1)


@pytest.mark.parametrize("state", [MailState.SUPPRESSED, MailState.OUTDATED])
def test_plan__need_not_wait_after_a_mail_that_never_went_out(state: MailState) -> None:
    world = World()
    world.sent(MailRequest(ENTRY.id, MailKind.CONFIRMED, 1), state)
    assert world.resend().copy == 1


def test_resend__reports_a_concurrent_change() -> None:
    world = World()
    plan = world.service.plan(world.details)
    world.repository.entries[ENTRY.id] = replace(ENTRY, version=2)
    with pytest.raises(SubmissionChangedError):
        world.service.resend(plan, by=STAFF)
    assert world.queue.requests == []


@pytest.mark.parametrize("status", [Status.SPAM, Status.ERASED])
def test_plan__mails_nobody_about_spam_or_erased_submissions(status: Status) -> None:
    details = SubmissionDetails(replace(ENTRY, status=status), (), ())
    assert fitting(details) == []
    with pytest.raises(MailNotFittingError, match=f"is {status}, so there is no mail"):
        World().service.plan(details)


@pytest.mark.parametrize(
    "kind", [MailKind.WAITLISTED, MailKind.VERIFY, MailKind.PROMOTED, MailKind.ALREADY_REGISTERED, MailKind.CANCELLED]
)
def test_plan__refuses_a_mail_that_is_not_true(kind: MailKind) -> None:
    with pytest.raises(MailNotFittingError, match="Use one of confirmed, staff"):
        World().resend(kind)


def test_fitting__allows_promoted_after_waiting() -> None:
    waited = Event("01KJM2N0S0ABCDEFGHJKMNPQRS", START, "submitted", "registrant", Status.WAITLISTED, 1)
    assert fitting(SubmissionDetails(ENTRY, (waited,), ())) == [MailKind.CONFIRMED, MailKind.PROMOTED, MailKind.STAFF]


@pytest.mark.parametrize(("by", "told"), [("registrant", True), ("staff", False)])
def test_fitting__tells_the_staff_only_what_the_registrant_did(by: str, *, told: bool) -> None:
    """Whoever sent it was the registrant; that is not what counts, and neither is a later note."""
    cancelled = replace(ENTRY, status=Status.CANCELLED, version=3)
    events = (
        Event("01KJM2N0S0ABCDEFGHJKMNPQRS", START, "submitted", "registrant", Status.CONFIRMED, 1),
        Event("01KJM2N0S1ABCDEFGHJKMNPQRS", START, "cancelled", by, Status.CANCELLED, 2),
        Event("01KJM2N0S2ABCDEFGHJKMNPQRS", START, "noted", "staff", Status.CANCELLED, 3),
    )
    kinds = fitting(SubmissionDetails(cancelled, events, ()))
    assert kinds[0] is MailKind.CANCELLED
    assert (MailKind.STAFF_WITHDRAWN in kinds) is told


@pytest.mark.parametrize(("by", "fits"), [("registrant", True), ("kim", False)])
def test_plan__a_change_is_told_again_as_it_was(by: str, *, fits: bool) -> None:
    """Also after a later note. Only what the registrant changed has such a mail."""
    events = (
        Event("01KJM2N0S0ABCDEFGHJKMNPQRS", START, "submitted", "registrant", Status.CONFIRMED, 1),
        Event("01KJM2N0S1ABCDEFGHJKMNPQRS", START, "edited day", by, Status.CONFIRMED, 2),
        Event("01KJM2N0S2ABCDEFGHJKMNPQRS", START, "noted", "kim", Status.CONFIRMED, 3),
    )
    details = SubmissionDetails(replace(ENTRY, version=3), events, ())
    assert {MailKind.CHANGED, MailKind.STAFF_CHANGED} <= set(fitting(details)) or not fits
    if not fits:
        with pytest.raises(MailNotFittingError):
            World().service.plan(details, MailKind.CHANGED)
        return
    request = World().service.plan(details, MailKind.CHANGED).request
    assert request == MailRequest(ENTRY.id, MailKind.CHANGED, 3, copy=1, edited=("day",))


def test_plan__a_cancellation_again_still_ends_the_calendars_event() -> None:
    events = (
        Event("01KJM2N0S0ABCDEFGHJKMNPQRS", START, "submitted", "registrant", Status.CONFIRMED, 1),
        Event("01KJM2N0S1ABCDEFGHJKMNPQRS", START, "cancelled", "kim", Status.CANCELLED, 2),
    )
    details = SubmissionDetails(replace(ENTRY, status=Status.CANCELLED, version=2), events, ())
    assert World().service.plan(details).request.ended


def test_plan__with_the_same_key_is_the_same_mail() -> None:
    """A redelivered request queues the mail again while it is queued, and does nothing once it is out."""
    world = World()
    for _ in range(2):
        plan = world.service.plan(world.details, key="k-1")
        world.service.resend(plan, by=STAFF)
    assert world.queue.requests == [plan.request] * 2
    assert [mail.asked_key for mail in world.details.mails] == ["k-1"]

    world.sent(plan.request)
    world.service.resend(world.service.plan(world.details, again=True, key="k-1"), by=STAFF)
    assert len(world.queue.requests) == 2
    assert world.service.plan(world.details, again=True, key="k-2").request.copy == 2


def test_plan__refuses_a_mail_that_nobody_would_get() -> None:
    world = World()
    world.suppressions.add(ENTRY.email, reason=MailState.BOUNCED, expires_at=START + timedelta(days=30))
    with pytest.raises(SuppressedError, match=f"{ENTRY.email} is suppressed"):
        world.resend()
    with pytest.raises(NoStaffError, match="The form course has no staff to mail"):
        World(staff=()).resend(MailKind.STAFF)
