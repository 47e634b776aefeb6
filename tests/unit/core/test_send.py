"""Send: a form's own mail reaches each submission once, whatever is repeated or interrupted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

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
from contract.mail_fakes import InMemoryAskedMails, InMemorySendings, InMemorySuppressionList, InMemoryUnsubscriptions
from unit.core.builders import a_form, an_entry

from registration_core.domain.errors import MailQueueError
from registration_core.domain.forms import OwnMail
from registration_core.domain.mail import MailState
from registration_core.domain.mail_errors import SendingNotFoundError
from registration_core.domain.submission import Idempotency, Status, Submission
from registration_core.services.mail_watch import MailWatch
from registration_core.services.notify import NotifyService, Outcome
from registration_core.services.send import USUAL, SendingPlan, SendService

if TYPE_CHECKING:
    from registration_core.domain.forms import Form
    from registration_core.domain.mail import MailRequest

FORM = a_form()
STAFF = "arn:aws:iam::000000000000:user/staff"
ROOM = {"room": "Kuggen 2"}


class World:
    """Submissions of one option, a send service, and the notify that sends what it queues."""

    def __init__(self, entries: int = 3, form: Form = FORM) -> None:
        self.form = form
        self.clock = StoppedClock()
        self.repository = InMemorySubmissionRepository(self.clock, CountedRandomness())
        self.repository.make_quotas(FORM.name, {"a": 99})
        for number in range(entries):
            self.add(number)
        self.queue = ListedMailQueue()
        self.asked = InMemoryAskedMails(self.repository)
        self.sendings = InMemorySendings(self.clock)
        self.unsubscriptions = InMemoryUnsubscriptions(self.clock)
        self.service = SendService(
            asked=self.asked,
            sendings=self.sendings,
            queue=self.queue,
            clock=self.clock,
            unsubscriptions=self.unsubscriptions,
        )
        self.suppressions = InMemorySuppressionList(self.clock)
        self.mailer = ListedMailer()
        self.notify = NotifyService(
            forms=GivenForms(form),
            repository=self.repository,
            suppressions=self.suppressions,
            unsubscriptions=self.unsubscriptions,
            sendings=self.sendings,
            renderer=PlainRenderer(),
            mailer=self.mailer,
            links=lambda submission: f"https://api.example/my?t={submission.id}",
            unsubscribe_links=lambda submission: f"https://api.example/my?unsubscribe={submission.id}",
            clock=self.clock,
            randomness=CountedRandomness("notify"),
        )

    def add(self, number: int) -> None:
        entry = an_entry(
            FORM,
            {"name": "Åsa"},
            id=f"crs_01JD2M8V4Q7ZJ3T9X0K5W6{number:04}",
            reference=f"K7QM{number:04}",
            email=f"r{number}@example.org",
            expires_at=START + timedelta(days=30),
            option="a",
        )
        key = Idempotency(f"k{number}", "f", START + timedelta(days=1))
        self.repository.add(entry, once=None, idempotency=key)

    @property
    def entries(self) -> list[Submission]:
        return list(self.repository.entries.values())

    def plan(self, **settings: Any) -> SendingPlan:
        values = {"template": "moved", "values": ROOM, "entries": self.entries, "statuses": USUAL, "by": STAFF}
        return self.service.plan(self.form, **(values | settings))

    def send(self, **settings: Any) -> int:
        return sum(self.service.send(self.plan(**settings), by=STAFF))

    def work(self) -> list[Outcome]:
        """Make notify send everything that is queued."""
        requests, self.queue.requests = self.queue.requests, []
        return [self.notify.notify(request) for request in requests]

    @property
    def mailed(self) -> list[str]:
        return sorted(mail.to[0] for mail in self.mailer.sent)


def test_send__reaches_each_once_with_the_given_values() -> None:
    world = World()
    assert world.send() == 3
    assert world.work() == [Outcome.SENT] * 3
    assert world.mailed == ["r0@example.org", "r1@example.org", "r2@example.org"]
    assert {mail.subject for mail in world.mailer.sent} == {f"moved course {ROOM}"}
    assert world.mailer.sent[0].text == f"https://api.example/my?t={world.entries[0].id}"
    assert [sending.by for sending in world.sendings.kept.values()] == [STAFF]
    event = world.repository.details(world.entries[0].id).events[-1]
    assert (event.what, event.by) == ("mail sent: moved", STAFF)


def test_send__repeated__mails_only_newcomers() -> None:
    world = World()
    world.send()
    world.work()
    world.clock.forward(days=1)

    plan = world.plan()
    assert (plan.to_queue, plan.had) == (0, tuple(world.entries))
    (ended,) = (each.ended_at for each in world.sendings.kept.values())
    assert sum(world.service.send(plan, by=STAFF)) == 0
    assert [each.ended_at for each in world.sendings.kept.values()] == [ended]

    world.add(3)
    assert world.send() == 1
    world.work()
    assert world.mailed == [f"r{number}@example.org" for number in range(4)]


def test_send__knows_who_had_it_after_the_sending_expires() -> None:
    """A submission may outlive the sending: the mails' own records say."""
    world = World()
    world.send()
    world.work()
    world.sendings.kept.clear()
    assert world.send() == 0


def test_send__is_kept_as_long_as_its_last_recipient() -> None:
    world = World()
    world.send()
    (first,) = world.sendings.kept.values()
    world.clock.forward(days=3)
    world.add(3)
    world.send()
    (now,) = world.sendings.kept.values()
    assert now.expires_at == first.expires_at + timedelta(days=3)


def test_send__to_others_omits_whoever_had_the_same_text() -> None:
    world = World()
    world.send(entries=world.entries[:2])
    world.work()
    assert world.send() == 1


def test_send__to_nobody_leaves_no_trace() -> None:
    world = World(entries=0)
    assert world.send() == 0
    assert world.sendings.kept == {}


def test_send__by_two_at_the_same_moment__mails_once() -> None:
    """Both queue the mails, so that none is lost if one of them stops."""
    world = World()
    plans = [world.plan(), world.plan()]
    assert [sum(world.service.send(plan, by=STAFF)) for plan in plans] == [3, 3]
    assert sorted(world.work()) == sorted([*[Outcome.SENT] * 3, *[Outcome.SENT_BEFORE] * 3])


def test_send__of_another_form_is_another_mail() -> None:
    """Even if its name and values are the same."""
    world = World()
    world.send()
    other = world.service.plan(replace(FORM, name="other"), "moved", ROOM, world.entries, statuses=USUAL, by=STAFF)
    assert other.fresh == tuple(world.entries)


def test_send__with_another_text_is_another_mail() -> None:
    world = World(entries=1)
    world.send()
    world.work()
    assert world.send(values={"room": "Kuggen 3"}) == 1
    assert world.send(template="bring") == 1
    world.work()
    subjects = [mail.subject for mail in world.mailer.sent]
    assert subjects == [f"moved course {ROOM}", "moved course {'room': 'Kuggen 3'}", f"bring course {ROOM}"]


@pytest.mark.parametrize("taken", [0, 10, 20])
def test_send__interrupted__continues_with_the_same_command(taken: int) -> None:
    """Some mails were queued, some only recorded, and the rest not begun."""
    world = World(entries=25)
    steps = world.service.send(world.plan(), by=STAFF)
    for _ in range(taken // 10):
        next(steps)
    world.queue.refusing = True
    with pytest.raises(MailQueueError):
        next(steps)
    world.queue.refusing = False
    world.work()

    world.send()
    world.work()

    assert world.mailed == sorted(f"r{number}@example.org" for number in range(25))
    notes = [event.what for entry in world.entries for event in world.repository.details(entry.id).events]
    assert notes.count("mail sent: moved") == 25


def test_send__delivered_twice_mails_once() -> None:
    world = World(entries=1)
    world.send()
    (request,) = world.queue.requests
    assert [world.notify.notify(request) for _ in range(2)] == [Outcome.SENT, Outcome.SENT_BEFORE]


def test_send__again_starts_a_new_sending_on_purpose() -> None:
    world = World()
    world.send()
    world.work()
    assert world.send(again=True) == 3
    world.work()
    assert len(world.mailed) == 6
    assert world.send() == 0
    assert sorted(each.number for each in world.sendings.kept.values()) == [1, 2]


def test_send__again_continues_an_interrupted_one() -> None:
    world = World(entries=15)
    world.send()
    world.work()
    steps = world.service.send(world.plan(again=True), by=STAFF)
    next(steps)
    world.work()

    plan = world.plan(again=True)
    assert (plan.sending.number, plan.to_queue, len(plan.had)) == (2, 5, 10)
    world.send(again=True)
    world.work()
    assert len(world.mailed) == 30


def test_send__again_after_all_was_queued_is_a_new_one() -> None:
    """An interrupted run had queued everything: the next one records that, and only the one after is a new sending."""
    world = World()
    next(world.service.send(world.plan(), by=STAFF))
    world.work()
    assert world.send(again=True) == 0
    assert world.send(again=True) == 3
    world.work()
    assert len(world.mailed) == 6


@pytest.mark.parametrize("change", [{"status": Status.CANCELLED}, {"option": "another"}])
def test_send__skips_submissions_that_no_longer_match(change: dict[str, Any]) -> None:
    world = World()
    world.send()
    moved_on = world.entries[0]
    world.repository.entries[moved_on.id] = replace(moved_on, **change)
    assert world.work() == [Outcome.OUTDATED, Outcome.SENT, Outcome.SENT]


def test_send__leaves_a_changed_submission_to_the_next_run() -> None:
    world = World()
    plan = world.plan()
    changed = world.entries[0]
    world.repository.entries[changed.id] = replace(changed, version=2)
    assert sum(world.service.send(plan, by=STAFF)) == 2
    world.work()
    assert world.send() == 1


def test_watch__counts_the_outcomes_of_the_mails() -> None:
    world = World()
    world.suppressions.add("r1@example.org", reason=MailState.BOUNCED, expires_at=START + timedelta(days=1))
    plan = world.plan()
    sum(world.service.send(plan, by=STAFF))
    requests: list[MailRequest] = [plan.request(entry) for entry in plan.fresh]
    ended: list[int] = []
    watch = MailWatch(asked=world.asked, sleep=lambda _: world.work() and None, monotonic=lambda: 0.0)

    states = watch.states(requests, longest_s=60, ended=ended.append)

    assert states == {MailState.SENT: 2, MailState.SUPPRESSED: 1}
    assert ended == [0, 3]


def test_watch__waits_for_no_mail_that_was_never_queued() -> None:
    """One example is the mail of a submission that changed at the last moment."""
    world = World()
    plan = world.plan()
    world.repository.entries[plan.fresh[0].id] = replace(plan.fresh[0], version=2)
    sum(world.service.send(plan, by=STAFF))
    seconds = iter(range(100))
    watch = MailWatch(asked=world.asked, sleep=lambda _: world.work() and None, monotonic=lambda: float(next(seconds)))
    states = watch.states([plan.request(entry) for entry in plan.fresh], longest_s=60)
    assert (states, next(seconds)) == ({MailState.SENT: 2}, 2)


def test_watch__gives_up_at_its_deadline() -> None:
    world = World()
    plan = world.plan()
    sum(world.service.send(plan, by=STAFF))
    seconds = iter(range(100))
    watch = MailWatch(asked=world.asked, sleep=lambda _: None, monotonic=lambda: float(next(seconds)))
    assert watch.states([plan.request(entry) for entry in plan.fresh], longest_s=3) == {MailState.QUEUED: 3}


def test_notify__a_missing_sending_becomes_a_dead_letter() -> None:
    """It is retried first."""
    world = World(entries=1)
    world.send()
    world.sendings.kept.clear()
    with pytest.raises(SendingNotFoundError):
        world.work()
    assert world.mailer.sent == []


@pytest.mark.parametrize("marked", [True, False])
def test_send__leaves_out_whoever_refuses_such_mails(marked: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Only for a mail that the form file marks; it then has the link that stops it, for people and for programs."""
    news = OwnMail("news", ("en",), (), "digest", unsubscribe=marked)
    world = World(form=a_form(mails=(news,)))
    world.unsubscriptions.add(world.entries[0], expires_at=START + timedelta(days=9))

    plan = world.plan(template="news", values={})
    assert [each.email for each in plan.unsubscribed] == (["r0@example.org"] if marked else [])
    assert sum(world.service.send(plan, by=STAFF)) == (2 if marked else 3)
    world.work()
    assert [mail.unsubscribe_url is not None for mail in world.mailer.sent] == ([True] * 2 if marked else [False] * 3)


def test_send__to_somebody_who_refuses_meanwhile__is_not_sent() -> None:
    news = OwnMail("news", ("en",), (), "digest", unsubscribe=True)
    world = World(form=a_form(mails=(news,)), entries=1)
    world.send(template="news", values={})
    world.unsubscriptions.add(world.entries[0], expires_at=START + timedelta(days=9))

    assert world.work() == [Outcome.UNSUBSCRIBED]
    (mail,) = world.repository.details(world.entries[0].id).mails
    assert mail.state == MailState.UNSUBSCRIBED
