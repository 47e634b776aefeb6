"""Reminders: each person with a confirmed seat gets each reminder once, in time, whatever fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import (
    START,
    CountedRandomness,
    GivenForms,
    ListedMailer,
    ListedMailQueue,
    PlainRenderer,
    PlainSigner,
    StoppedClock,
)
from contract.mail_fakes import (
    InMemoryAskedMails,
    InMemoryJournal,
    InMemorySendings,
    InMemorySuppressionList,
    InMemoryUnsubscriptions,
)
from contract.manage_fake import InMemoryManagedRepository
from unit.core.builders import a_field, a_form, an_entry, words

from registration_core.domain.errors import MailQueueError
from registration_core.domain.fields import Option
from registration_core.domain.reminders import Reminder
from registration_core.domain.submission import Idempotency, Status, Submission
from registration_core.domain.time_zones import TimeZone
from registration_core.services import reminders
from registration_core.services.edit import EditService
from registration_core.services.manage import ManageService
from registration_core.services.notify import NotifyService, Outcome
from registration_core.services.reminders import ReminderService
from registration_core.services.send import SendService

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.domain.forms import Form

STARTS = START + timedelta(days=20)


def a_dated_form(starts_at: Any = STARTS, *, rules: tuple[dict[str, str], ...] = ()) -> Form:
    options = (
        Option("a", words("A"), starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)),
        Option("b", words("B")),
    )
    return a_form(
        a_field("text", "name", required=True),
        a_field("email", "email", required=True),
        a_field("choice", "day", required=True, options=options),
        once="day",
        retention_days=365,
        reminders=rules or ({"template": "reminder", "before": "7d"},),
    )


class CountingRepository(InMemoryManagedRepository):
    """Counts how often all submissions are read."""

    reads = 0

    def newest(self, *arguments: Any, **settings: Any) -> Iterator[Submission]:
        type(self).reads += 1
        return super().newest(*arguments, **settings)


class World:
    """Submissions, the part of the sweep that queues reminders, and the notify that sends them."""

    def __init__(self, form: Form | None = None, entries: int = 2) -> None:
        self.form = form or a_dated_form()
        self.clock = StoppedClock()
        CountingRepository.reads = 0
        self.repository = CountingRepository(self.clock, CountedRandomness())
        for number in range(entries):
            self.add(number)
        self.queue = ListedMailQueue()
        self.asked = InMemoryAskedMails(self.repository)
        self.sendings = InMemorySendings(self.clock)
        self.mailer = ListedMailer()
        self.connect(self.form)

    def connect(self, form: Form) -> None:
        """Deploy a form: the services have it from now on."""
        self.form = form
        send = SendService(asked=self.asked, sendings=self.sendings, queue=self.queue, clock=self.clock)
        journal = InMemoryJournal(self.repository)
        self.service = ReminderService(
            repository=self.repository, journal=journal, sendings=self.sendings, send=send, clock=self.clock
        )
        shared: dict[str, Any] = {"forms": GivenForms(form), "repository": self.repository, "clock": self.clock}
        self.manage = ManageService(randomness=CountedRandomness("manage"), **shared)
        self.edit = EditService(signer=PlainSigner(), randomness=CountedRandomness("edit"), **shared)
        self.notify = NotifyService(
            suppressions=InMemorySuppressionList(self.clock),
            unsubscriptions=InMemoryUnsubscriptions(self.clock),
            sendings=self.sendings,
            renderer=PlainRenderer(),
            mailer=self.mailer,
            links=lambda submission: f"https://api.example/my?t={submission.id}",
            unsubscribe_links=lambda submission: f"https://api.example/my?unsubscribe={submission.id}",
            randomness=CountedRandomness("notify"),
            **shared,
        )

    def add(self, number: int, **changes: Any) -> Submission:
        entry = an_entry(
            self.form,
            {"name": "Åsa", "day": "a"} | changes.pop("answers", {}),
            id=f"crs_01JD2M8V4Q7ZJ3T9X0K5W6{number:04}",
            reference=f"K7QM{number:04}",
            email=f"r{number}@example.org",
            **{"submitted_at": self.clock.at, "expires_at": START + timedelta(days=365)} | changes,
        )
        self.repository.add(entry, once=None, idempotency=Idempotency(f"k{number}", "f", START + timedelta(days=1)))
        return entry

    def sweep(self) -> int:
        """Sweep once, send what it queued, and return how many mails that were."""
        queued = self.service.queue_due(self.form)
        self.work()
        return queued

    def work(self) -> list[Outcome]:
        requests, self.queue.requests = self.queue.requests, []
        return [self.notify.notify(request) for request in requests]

    @property
    def mailed(self) -> list[str]:
        return sorted(mail.to[0].partition("@")[0] for mail in self.mailer.sent)


def test_reminder__goes_out_once_when_its_moment_comes() -> None:
    world = World()
    assert world.sweep() == 0
    world.clock.forward(days=13)
    assert [world.sweep() for _ in range(3)] == [2, 0, 0]
    world.clock.forward(hours=2)
    assert world.sweep() == 0
    assert world.mailed == ["r0", "r1"]
    event = world.repository.details("crs_01JD2M8V4Q7ZJ3T9X0K5W60000").events[-1]
    assert (event.what, event.by) == ("mail sent: reminder", "system")


def test_reminder__not_due__reads_nothing() -> None:
    world = World()
    for day in (0, 12, 21):
        world.clock.at = START + timedelta(days=day)
        assert world.sweep() == 0
    assert CountingRepository.reads == 0
    assert world.sendings.kept == {}


@pytest.mark.parametrize("entries", [0, 2])
def test_reminder__due__reads_all_submissions_once(entries: int) -> None:
    """After the first time it looks only at those that changed, whether anybody had it or not."""
    world = World(entries=entries)
    world.clock.forward(days=13)
    for _ in range(30):
        world.sweep()
        world.clock.forward(minutes=5)
    assert CountingRepository.reads == 1


def test_reminder__reaches_those_confirmed_after_its_moment() -> None:
    world = World(entries=1)
    world.add(1, status=Status.PENDING)
    world.clock.forward(days=13)
    world.sweep()
    world.clock.forward(days=2)
    assert world.sweep() == 0
    world.manage.verify("crs_01JD2M8V4Q7ZJ3T9X0K5W60001", by="registrant")
    world.add(2, quiet=True)
    world.add(4, status=Status.WAITLISTED)
    world.clock.forward(minutes=40)
    assert world.sweep() == 0  # the last look was within the hour
    world.clock.forward(minutes=20)
    assert world.sweep() == 2
    world.clock.at = STARTS
    world.add(3)
    assert world.sweep() == 0
    assert world.mailed == ["r0", "r1", "r2"]


@pytest.mark.parametrize("status", [Status.PENDING, Status.WAITLISTED, Status.CANCELLED, Status.SPAM])
def test_reminder__goes_only_to_the_confirmed(status: Status) -> None:
    world = World(entries=0)
    world.add(0, status=status)
    world.add(1, answers={"day": "b"})
    world.clock.forward(days=13)
    assert world.sweep() == 0


def test_reminder__queued__is_not_sent_once_its_registrant_withdrew() -> None:
    world = World(entries=3)
    world.clock.forward(days=13)
    world.service.queue_due(world.form)
    world.manage.cancel("crs_01JD2M8V4Q7ZJ3T9X0K5W60000", by="registrant")
    world.manage.erase("crs_01JD2M8V4Q7ZJ3T9X0K5W60001", by="registrant")
    assert sorted(world.work()) == [Outcome.OUTDATED, Outcome.SENT, Outcome.SUBMISSION_GONE]
    assert world.mailed == ["r2"]


def test_reminder__queued__is_not_sent_about_another_option() -> None:
    """Nothing counts this option, so only the answers say what the submission is about."""
    world = World(entries=1)
    world.clock.forward(days=13)
    world.service.queue_due(world.form)
    submission = world.repository.get("crs_01JD2M8V4Q7ZJ3T9X0K5W60000")
    changed = replace(submission, answers=submission.answers | {"day": "b"}, version=submission.version + 1)
    world.repository.change(submission, changed, what="edited day", by="staff")
    assert world.work() == [Outcome.OUTDATED]


def test_reminder__redriven_after_the_start__is_not_sent() -> None:
    world = World(entries=1)
    world.clock.forward(days=13)
    world.service.queue_due(world.form)
    world.clock.at = STARTS
    assert world.work() == [Outcome.OUTDATED]


def test_reminder__moves_with_the_start_until_it_is_sent() -> None:
    world = World(entries=1)
    world.connect(a_dated_form(STARTS + timedelta(days=30)))
    world.clock.forward(days=13)
    assert world.sweep() == 0
    world.clock.forward(days=30)
    assert world.sweep() == 1
    world.connect(a_dated_form(STARTS + timedelta(days=60)))
    world.clock.forward(days=30)
    world.add(1)
    assert world.sweep() == 1
    assert world.mailed == ["r0", "r1"]


def test_reminder__after_the_end__is_sent_for_a_week() -> None:
    world = World(a_dated_form(rules=({"template": "thanks", "after": "1d"},)), entries=1)
    world.clock.at = STARTS + timedelta(hours=25)
    assert world.sweep() == 0
    world.clock.forward(hours=1)
    assert world.sweep() == 1
    late = World(a_dated_form(rules=({"template": "thanks", "after": "1d"},)), entries=1)
    late.clock.at = STARTS + timedelta(days=9)
    assert late.sweep() == 0


@pytest.mark.parametrize(
    ("starts", "due"),
    [
        ("2027-03-29T10:00+02:00", "2027-03-22T10:00+01:00"),  # a week with an hour less
        ("2027-11-01T10:00+01:00", "2027-10-25T10:00+02:00"),  # and one with an hour more
    ],
)
def test_reminder__keeps_its_hour_across_a_clock_change(starts: str, due: str) -> None:
    """It goes out once, also if the sweep looks at both hours that could be meant."""
    zone = TimeZone("Europe/Stockholm", "CET-1CEST,M3.5.0,M10.5.0/3")
    moment = datetime.fromisoformat(due)
    form = replace(a_dated_form(datetime.fromisoformat(starts)), time_zone=zone)
    world = World(form, entries=0)
    world.add(0, expires_at=moment + timedelta(days=365), submitted_at=moment - timedelta(days=1))
    sent = []
    for minutes in (-65, -5, 0, 5, 60, 65, 7 * 24 * 60 - 5):
        world.clock.at = moment + timedelta(minutes=minutes)
        sent.append(world.sweep())
    assert sent == [0, 0, 1, 0, 0, 0, 0]
    assert world.mailed == ["r0"]


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_reminder__after_the_end__keeps_its_hour_too(day: str) -> None:
    zone = TimeZone("Europe/Stockholm", "CET-1CEST,M3.5.0,M10.5.0/3")
    eve = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=zone) - timedelta(days=1)
    option = Option("a", words("A"), starts_at=eve.astimezone(UTC))
    moment = Reminder("thanks", "1d", after=True).moment(option, zone)
    assert moment is not None
    assert f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" == f"{day} 10:00"


def test_reminders__of_one_option_are_each_sent() -> None:
    rules = ({"template": "reminder", "before": "7d"}, {"template": "reminder", "before": "1d"})
    world = World(a_dated_form(rules=rules), entries=1)
    world.clock.forward(days=13)
    assert world.sweep() == 1
    world.clock.forward(days=5)
    assert world.sweep() == 0
    world.clock.forward(days=1)
    assert world.sweep() == 1
    assert world.mailed == ["r0", "r0"]


@pytest.mark.parametrize("before", [0, 1, 2])
def test_sweep__that_was_broken_off__is_continued_at_once(before: int) -> None:
    """Some reminders were queued, some only recorded, and the rest not begun."""
    world = World(entries=25)
    world.clock.forward(days=13)
    steps = world.service._send.send(
        world.service._send.plan(
            world.form,
            "reminder",
            {"option": "a", "before": "7d"},
            world.repository.entries.values(),
            statuses=reminders.STATUSES,
            by="system",
        ),
        by="system",
    )
    for _ in range(before):
        next(steps)
    world.queue.refusing = True
    with pytest.raises(MailQueueError):
        next(steps)
    world.queue.refusing = False
    world.work()
    world.sweep()
    assert world.mailed == sorted(f"r{number}" for number in range(25))


def test_later_sweep__that_was_broken_off__is_continued_at_once() -> None:
    world = World()
    world.clock.forward(days=13)
    world.sweep()
    world.clock.forward(days=1)
    world.add(2)
    world.queue.refusing = True
    with pytest.raises(MailQueueError):
        world.sweep()
    world.queue.refusing = False
    assert world.sweep() == 1
    assert world.mailed == ["r0", "r1", "r2"]


def test_reminder__that_fails__is_queued_once() -> None:
    """Staff redrive dead letters; the sweep adds none."""
    world = World(entries=1)
    world.clock.forward(days=13)
    assert world.service.queue_due(world.form) == 1
    world.clock.forward(hours=2)
    assert world.service.queue_due(world.form) == 0


def test_many_reminders__are_queued_over_several_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "MOST_AT_ONCE", 10)
    world = World(entries=25)
    world.clock.forward(days=13)
    assert [world.sweep() for _ in range(4)] == [10, 10, 5, 0]
    assert len(world.mailed) == 25
