"""Redrive: dead letters become mails, none is lost, and nobody who has a mail gets another."""

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
from contract.mail_fakes import ListedChanges, ListedDeadLetters
from contract.webhook_fakes import ListedWebhookQueue
from unit.core.builders import a_form, an_entry

from registration_core.domain.dead_letters import ChangeSpan, DeadLetter
from registration_core.domain.errors import MailQueueError, SubmissionNotFoundError
from registration_core.domain.mail import Change, MailKind, MailRequest, Notice
from registration_core.domain.submission import Idempotency, MailRecord, Status, SubmissionDetails
from registration_core.domain.webhooks import Delivery, WebhookEvent
from registration_core.services.dispatch import WebhookDispatch
from registration_core.services.redrive import FAILED, STUCK_AFTER, RedriveService, stuck

CRM = {"name": "crm", "url": "https://hooks.kuggen.se/", "events": ["cancelled"]}
FORM = replace(a_form(), webhooks=(CRM,))
ENTRY = an_entry(FORM, {"name": "Åsa"}, submitted_at=START, expires_at=START + timedelta(days=30))
SPAN = ChangeSpan("arn", "shard-1", "100", "120", 2, START, START + timedelta(minutes=1))


def a_letter(number: int, about: MailRequest | ChangeSpan | None) -> DeadLetter:
    return DeadLetter(f"{number}f2a9c01", START, about, f"handle-{number}")


MAILS = [a_letter(number, MailRequest(ENTRY.id, MailKind.CONFIRMED, number)) for number in (1, 2, 3)]


class World:
    """A redrive service with one stored submission and both queues of dead letters."""

    def __init__(self, *mails: DeadLetter, stream: tuple[DeadLetter, ...] = ()) -> None:
        self.clock = StoppedClock()
        self.repository = InMemorySubmissionRepository(self.clock, CountedRandomness())
        self.repository.add(ENTRY, once=None, idempotency=Idempotency("k", "f", START + timedelta(days=1)))
        self.mails = ListedDeadLetters(list(mails))
        self.stream = ListedDeadLetters(list(stream))
        self.changes = ListedChanges()
        self.queue = ListedMailQueue()
        self.webhooks = ListedWebhookQueue()
        self.service = RedriveService(
            mail_letters=self.mails,
            stream_letters=self.stream,
            changes=self.changes,
            queue=self.queue,
            forms=GivenForms(FORM),
            repository=self.repository,
            clock=self.clock,
            webhooks=WebhookDispatch(queue=self.webhooks, forms=GivenForms(FORM)),
        )


def test_read__consumes_nothing() -> None:
    world = World(*MAILS, stream=(a_letter(4, SPAN),))
    assert [letter.id[0] for letter in world.service.read()] == ["1", "2", "3", "4"]
    assert [letter.id[0] for letter in world.service.read()] == ["1", "2", "3", "4"]


def test_redrive__queues_all_and_leaves_none() -> None:
    world = World(*MAILS)
    assert [redriven.mails for redriven in world.service.redrive(None)] == [1, 1, 1]
    assert world.queue.requests == [letter.about for letter in MAILS]
    assert world.service.read() == []


def test_redrive__takes_the_chosen_and_releases_the_others() -> None:
    world = World(*MAILS)
    assert len(list(world.service.redrive([MAILS[1].id]))) == 1
    assert [letter.id for letter in world.service.read()] == [MAILS[0].id, MAILS[2].id]


def test_redrive__keeps_a_letter_until_its_mail_is_queued() -> None:
    world = World(*MAILS)
    steps = world.service.redrive(None)
    next(steps)
    world.queue.refusing = True
    with pytest.raises(MailQueueError):
        next(steps)
    assert [letter.id for letter in world.service.read()] == [MAILS[1].id, MAILS[2].id]


def test_redrive__killed_before_removal__repeats_and_loses_none() -> None:
    """It was killed between queueing the mail and removing the letter."""
    world = World(MAILS[0])
    remove = world.mails.remove

    def killed(_letter: DeadLetter) -> None:
        raise KeyboardInterrupt

    world.mails.remove = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        list(world.service.redrive(None))
    world.mails.remove = remove  # type: ignore[method-assign]

    list(world.service.redrive(None))

    assert world.queue.requests == [MAILS[0].about] * 2  # notify sends it once
    assert world.service.read() == []


def test_redrive__interrupted__releases_what_it_held() -> None:
    world = World(*MAILS)
    steps = world.service.redrive(None)
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert len(world.service.read()) == 2


def test_redrive__leaves_foreign_messages() -> None:
    world = World(a_letter(1, None))
    assert list(world.service.redrive(None)) == []
    assert len(world.service.read()) == 1


def test_redrive__turns_changes_into_the_mails_due() -> None:
    world = World(stream=(a_letter(4, SPAN),))
    world.changes.changes = [Change(ENTRY.id, 1, Status.CONFIRMED), Notice(ENTRY.id, 20270301)]
    (redriven,) = world.service.redrive(None)
    assert (redriven.mails, redriven.gone) == (3, False)
    assert [str(request.kind) for request in world.queue.requests] == ["confirmed", "staff", "already_registered"]


def test_redrive__of_expired_changes_reads_their_submissions() -> None:
    world = World(stream=(a_letter(4, SPAN), a_letter(5, replace(SPAN, since=START + timedelta(days=1)))))
    until = START + timedelta(seconds=90)
    sent = MailRequest(ENTRY.id, MailKind.STAFF, 1)
    world.repository.lease_mail(sent, holder="n", until=until, expires_at=ENTRY.expires_at)

    first, second = world.service.redrive(None)

    assert (first.mails, first.gone, second.mails) == (1, True, 0)
    assert world.queue.requests == [MailRequest(ENTRY.id, MailKind.CONFIRMED, 1)]


@pytest.mark.parametrize(
    ("record", "reported"),
    [
        (MailRecord("confirmed", 1, "bounced"), True),
        (MailRecord("confirmed", 1, "suppressed"), True),
        (MailRecord("confirmed", 1, "delivered"), False),
        (MailRecord("confirmed", 1, "outdated"), False),
        (MailRecord("confirmed", 1, "sending", lease_until=START), False),
        (MailRecord("confirmed", 1, "sending", lease_until=START - STUCK_AFTER - timedelta(seconds=1)), True),
        (MailRecord("confirmed", 1, "queued", asked_at=START), False),
        (MailRecord("confirmed", 1, "queued", asked_at=START - STUCK_AFTER - timedelta(seconds=1)), True),
    ],
)
def test_stuck__is_what_has_been_on_its_way_for_long(record: MailRecord, *, reported: bool) -> None:
    """A bounced mail counts as failed; one that is sent or outdated does not."""
    assert (record.state in FAILED or stuck(record, START)) is reported


def test_redrive__of_expired_changes_looks_only_at_their_time() -> None:
    """A submission that is gone by now stops no other, and a later one is not of these changes."""
    world = World(stream=(a_letter(4, SPAN),))
    for number, minutes in ((1, 0), (2, 60 * 24)):
        entry = replace(
            ENTRY,
            id=f"{ENTRY.id[:-1]}{number}",
            reference=f"K7QM3XT{number}",
            submitted_at=START + timedelta(minutes=minutes),
        )
        world.repository.add(entry, once=None, idempotency=Idempotency(entry.id, "f", START + timedelta(days=1)))
    details, gone = world.repository.details, ENTRY.id

    def without_one(submission_id: str) -> SubmissionDetails:
        if submission_id == gone:
            raise SubmissionNotFoundError(gone)
        return details(submission_id)

    world.clock.forward(days=2)
    world.repository.details = without_one  # type: ignore[method-assign]
    (redriven,) = world.service.redrive(None)
    assert (redriven.letter.id, redriven.gone) == ("4f2a9c01", True)
    assert {request.id[-1] for request in world.queue.requests} == {"1"}


def test_stream_letter__is_told_to_receivers_too() -> None:
    """What dispatch would have queued; once the stream has forgotten the changes, only mails are found."""
    world = World(stream=(a_letter(9, SPAN),))
    world.changes.changes = [Change(ENTRY.id, 2, Status.CANCELLED, Status.CONFIRMED, form=FORM.name)]

    (redriven,) = world.service.redrive(None)

    assert (redriven.mails, redriven.webhooks) == (1, 1)
    assert world.webhooks.deliveries == [Delivery(FORM.name, "crm", ENTRY.id, WebhookEvent.CANCELLED, 2)]
    forgotten = World(stream=(a_letter(9, SPAN),))
    (redriven,) = forgotten.service.redrive(None)
    assert (redriven.gone, redriven.webhooks) == (True, 0)
