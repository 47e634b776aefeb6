"""Dispatch and notify: which mails a change calls for, and that each is sent once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from contract.fakes import (
    START,
    CountedRandomness,
    GivenForms,
    InMemorySubmissionRepository,
    ListedMailer,
    ListedMailQueue,
    PlainRenderer,
    StoppedClock,
)
from unit.core.builders import a_form, an_entry

from registration_core.adapters.dynamodb.items import event_item, submission_item
from registration_core.adapters.dynamodb.stream import UnreadableRecordError, change_of
from registration_core.adapters.sqs import from_message, to_message
from registration_core.domain.errors import MailerError, MailHeldError, MailLeaseLostError, MailQueueError
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.submission import Event, Idempotency, Status, Submission
from registration_core.services.dispatch import Change, DispatchService, mails_for
from registration_core.services.notify import LEASE, NotifyService, Outcome

FORM = a_form()
ENTRY = an_entry(FORM, {"name": "Åsa", "email": "robin@example.org"}, expires_at=START + timedelta(days=30))
CONFIRMED = MailRequest(ENTRY.id, MailKind.CONFIRMED, 1)
STAFF = MailRequest(ENTRY.id, MailKind.STAFF, 1)


class World:
    """A notify service and everything it stands on."""

    def __init__(self, entry: Submission = ENTRY, *, staff: tuple[str, ...] = FORM.staff) -> None:
        self.clock = StoppedClock()
        self.repository = InMemorySubmissionRepository(self.clock, CountedRandomness())
        self.repository.add(entry, once=None, idempotency=Idempotency("k", "f", START + timedelta(days=1)))
        self.mailer = ListedMailer()
        self.service = NotifyService(
            forms=GivenForms(replace(FORM, staff=staff)),
            repository=self.repository,
            renderer=PlainRenderer(),
            mailer=self.mailer,
            clock=self.clock,
            randomness=CountedRandomness("notify"),
        )


def test_mails_for__tells_registrant_and_staff_of_a_new_entry() -> None:
    assert mails_for(Change("crs_1", Status.CONFIRMED, 1, new=True)) == [
        MailRequest("crs_1", MailKind.CONFIRMED, 1),
        MailRequest("crs_1", MailKind.STAFF, 1),
    ]


def test_mails_for__calls_for_none_when_an_entry_changes() -> None:
    assert mails_for(Change("crs_1", Status.CONFIRMED, 2, new=False)) == []
    assert mails_for(Change("crs_1", Status.SPAM, 1, new=True)) == []


def test_dispatch__queues_the_requests_of_all_changes() -> None:
    queue = ListedMailQueue()
    changes = [Change(f"crs_{number}", Status.CONFIRMED, 1, new=True) for number in range(3)]
    requests = DispatchService(queue=queue).dispatch(changes)
    assert queue.requests == list(requests)
    assert len(requests) == 6


def test_dispatch__raises_when_the_queue_refuses() -> None:
    with pytest.raises(MailQueueError):
        DispatchService(queue=ListedMailQueue(refusing=True)).dispatch([Change("x", Status.CONFIRMED, 1, new=True)])


def test_change_of__reads_a_new_entry_and_passes_over_its_other_items() -> None:
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": submission_item(ENTRY)}}
    assert change_of(record) == Change(ENTRY.id, Status.CONFIRMED, 1, new=True)
    assert change_of({**record, "eventName": "MODIFY"}) == Change(ENTRY.id, Status.CONFIRMED, 1, new=False)
    event = event_item(ENTRY, Event("01", START, "submitted", "registrant"))
    assert change_of({"eventName": "INSERT", "dynamodb": {"NewImage": event}}) is None
    assert change_of({"eventName": "REMOVE", "dynamodb": {"OldImage": submission_item(ENTRY)}}) is None


@pytest.mark.parametrize(
    "image", [{}, {"sk": {"S": "SUB"}}, {"sk": {"S": "SUB"}, "id": {"S": "x"}, "status": {"S": "?"}}]
)
def test_change_of__says_without_personal_data_what_cannot_be_read(image: dict[str, object]) -> None:
    with pytest.raises(UnreadableRecordError, match="cannot be read"):
        change_of({"eventName": "INSERT", "dynamodb": {"NewImage": image}})


def test_from_message__reads_what_was_queued_and_nothing_else() -> None:
    assert from_message(to_message(STAFF)) == STAFF
    for body in ("", "[]", "{}", '{"id": "x", "kind": "poem", "version": 1}', '{"id": "x", "kind": "staff"}'):
        with pytest.raises(ValueError, match="no mail request"):
            from_message(body)


def test_notify__mails_the_registrant_and_the_staff() -> None:
    world = World()
    assert world.service.notify(CONFIRMED) is Outcome.SENT
    assert world.service.notify(STAFF) is Outcome.SENT
    to_registrant, to_staff = world.mailer.sent
    assert (to_registrant.to, to_registrant.reply_to) == (("robin@example.org",), "staff@example.org")
    assert (to_staff.to, to_staff.reply_to) == (("staff@example.org",), "robin@example.org")
    states = [(mail.kind, mail.state, mail.message_id) for mail in world.repository.details(ENTRY.id).mails]
    assert states == [("confirmed", "sent", "message-1"), ("staff", "sent", "message-2")]


def test_notify__sends_a_mail_once_however_often_it_is_asked_for() -> None:
    world = World()
    world.service.notify(CONFIRMED)
    world.clock.forward(days=1)
    assert world.service.notify(CONFIRMED) is Outcome.SENT_BEFORE
    assert len(world.mailer.sent) == 1


def test_notify__lets_another_attempt_follow_at_once_when_surely_nothing_was_sent() -> None:
    world = World()
    world.mailer.failures.append(MailerError("throttled"))
    with pytest.raises(MailerError):
        world.service.notify(CONFIRMED)
    assert world.service.notify(CONFIRMED) is Outcome.SENT


def test_notify__keeps_its_lease_when_it_is_open_whether_the_mail_was_sent() -> None:
    world = World()
    world.mailer.failures.append(TimeoutError("no answer"))
    with pytest.raises(TimeoutError):
        world.service.notify(CONFIRMED)
    with pytest.raises(MailHeldError):
        world.service.notify(CONFIRMED)
    world.clock.at += LEASE
    assert world.service.notify(CONFIRMED) is Outcome.SENT


def test_notify__says_when_its_lease_was_taken_over_while_it_sent() -> None:
    world = World()

    class SlowMailer(ListedMailer):
        def send(self, mail: object) -> str:
            world.clock.at += LEASE
            world.repository.lease_mail(
                CONFIRMED, holder="other", until=world.clock.at + LEASE, expires_at=ENTRY.expires_at
            )
            return f"message of {type(mail).__name__}"

    world.service._mailer = SlowMailer()
    with pytest.raises(MailLeaseLostError):
        world.service.notify(CONFIRMED)


def test_notify__has_nobody_to_tell_without_staff() -> None:
    world = World(staff=())
    assert world.service.notify(STAFF) is Outcome.NOBODY_TO_TELL
    assert world.service.notify(CONFIRMED) is Outcome.SENT
    assert world.mailer.sent[0].reply_to is None


def test_notify__mails_nobody_about_an_entry_that_is_gone() -> None:
    world = World()
    assert world.service.notify(replace(CONFIRMED, id="crs_other")) is Outcome.ENTRY_GONE
    world.clock.forward(days=30)
    assert world.service.notify(CONFIRMED) is Outcome.ENTRY_GONE
    assert World(replace(ENTRY, status=Status.ERASED)).service.notify(CONFIRMED) is Outcome.ENTRY_GONE
    assert not world.mailer.sent
