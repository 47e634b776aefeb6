"""Notify: each mail is sent once, to those who want it, while it is true."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from contract.fakes import (
    START,
    CountedRandomness,
    GivenForms,
    InMemorySubmissionRepository,
    ListedMailer,
    PlainRenderer,
    StoppedClock,
)
from contract.mail_fakes import InMemorySendings, InMemorySuppressionList
from unit.core.builders import a_form, an_entry

from lambda_handlers.notify import MAIL_TAKES_S
from registration_core.domain.errors import (
    MailerError,
    MailHeldError,
    MailLeaseLostError,
    MailRefusedError,
    MailTemplateError,
)
from registration_core.domain.forms import STAFF_MAILS
from registration_core.domain.mail import FITTING, TO_STAFF, MailKind, MailRequest, MailState
from registration_core.domain.submission import Idempotency, Status, Submission
from registration_core.services.notify import LEASE, NotifyService, Outcome

if TYPE_CHECKING:
    from registration_core.domain.forms import Form
    from registration_core.domain.mail import MailFacts, OutgoingMail, RenderedMail

FORM = a_form()
ENTRY = an_entry(FORM, {"name": "Åsa", "email": "robin@example.org"}, expires_at=START + timedelta(days=30))
CONFIRMED = MailRequest(ENTRY.id, MailKind.CONFIRMED, 1)
STAFF = MailRequest(ENTRY.id, MailKind.STAFF, 1)


class World:
    """A notify service and everything it stands on."""

    def __init__(
        self,
        entry: Submission = ENTRY,
        *,
        staff: tuple[str, ...] = FORM.staff,
        staff_mails: tuple[str, ...] = STAFF_MAILS,
    ) -> None:
        self.clock = StoppedClock()
        self.repository = InMemorySubmissionRepository(self.clock, CountedRandomness())
        self.repository.add(entry, once=None, idempotency=Idempotency("k", "f", START + timedelta(days=1)))
        self.suppressions = InMemorySuppressionList(self.clock)
        self.sendings = InMemorySendings(self.clock)
        self.mailer = ListedMailer()
        self.service = NotifyService(
            forms=GivenForms(replace(FORM, staff=staff, staff_mails=staff_mails)),
            repository=self.repository,
            suppressions=self.suppressions,
            sendings=self.sendings,
            renderer=PlainRenderer(),
            mailer=self.mailer,
            links=lambda submission: f"https://api.example/my?t={submission.id}",
            clock=self.clock,
            randomness=CountedRandomness("notify"),
        )

    def mails_by(self, mailer: Choosy) -> Choosy:
        """Have another mail service."""
        self.service._mailer = mailer
        return mailer

    @property
    def states(self) -> list[tuple[str, str]]:
        return [(mail.kind, mail.state) for mail in self.repository.details(ENTRY.id).mails]


def test_notify__mails_the_registrant_and_the_staff() -> None:
    world = World()
    assert world.service.notify(CONFIRMED) is Outcome.SENT
    assert world.service.notify(STAFF) is Outcome.SENT
    to_registrant, to_staff = world.mailer.sent
    assert (to_registrant.to, to_registrant.reply_to) == (("robin@example.org",), "staff@example.org")
    assert (to_staff.to, to_staff.reply_to) == (("staff@example.org",), "robin@example.org")
    assert (to_registrant.request, to_staff.request) == (CONFIRMED, STAFF)
    assert world.states == [("confirmed", "sent"), ("staff", "sent")]


@pytest.mark.parametrize("kind", list(MailKind))
def test_notify__only_the_registrant_learns_the_address_of_the_entrys_own_page(kind: MailKind) -> None:
    digest = kind is MailKind.STAFF_SPAM
    world = World(replace(ENTRY, status=Status.SPAM if digest else min(FITTING[kind])))
    request = MailRequest(ENTRY.form, kind, 20270301, entries=(ENTRY.id,)) if digest else MailRequest(ENTRY.id, kind, 1)
    assert world.service.notify(request) is Outcome.SENT
    told = world.mailer.sent[0].text
    assert told == ("None" if kind in TO_STAFF else f"https://api.example/my?t={ENTRY.id}")


def test_notify__sends_a_mail_once_however_often_it_is_asked_for() -> None:
    world = World()
    world.service.notify(CONFIRMED)
    world.clock.forward(days=1)
    assert world.service.notify(CONFIRMED) is Outcome.SENT_BEFORE
    assert len(world.mailer.sent) == 1


def test_notify__tells_of_a_second_try_at_most_once_a_day() -> None:
    world = World()
    asked = [MailRequest(ENTRY.id, MailKind.ALREADY_REGISTERED, day) for day in (20270301, 20270301, 20270302)]
    assert [world.service.notify(request) for request in asked] == [Outcome.SENT, Outcome.SENT_BEFORE, Outcome.SENT]


def test_notify__lets_another_attempt_follow_at_once_when_surely_nothing_was_sent() -> None:
    world = World()
    world.mailer.failures.append(MailerError("throttled"))
    with pytest.raises(MailerError):
        world.service.notify(CONFIRMED)
    assert world.service.notify(CONFIRMED) is Outcome.SENT


def test_notify__takes_no_lease_for_a_mail_that_cannot_be_written() -> None:
    world = World()

    class BrokenRenderer(PlainRenderer):
        def render(self, *_: object) -> None:  # type: ignore[override]
            raise MailTemplateError("forms/course/mail/confirmed.en.txt.j2, line 1: no")

    world.service._renderer = BrokenRenderer()
    with pytest.raises(MailTemplateError):
        world.service.notify(CONFIRMED)
    assert world.states == []


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


def test_notify__has_nobody_to_tell_without_staff_and_notes_it() -> None:
    world = World(staff=())
    assert world.service.notify(STAFF) is Outcome.NOBODY_TO_TELL
    assert world.service.notify(CONFIRMED) is Outcome.SENT
    assert world.mailer.sent[0].reply_to is None
    assert world.states == [("confirmed", "sent"), ("staff", "unaddressed")]


def test_notify__mails_no_address_that_bounced_or_complained_and_notes_it() -> None:
    world = World()
    world.suppressions.add("Robin@example.org", reason=MailState.BOUNCED, expires_at=START + timedelta(days=1))
    assert world.service.notify(CONFIRMED) is Outcome.SUPPRESSED
    assert world.service.notify(STAFF) is Outcome.SENT
    assert world.states == [("confirmed", "suppressed"), ("staff", "sent")]
    world.clock.forward(days=2)
    assert world.service.notify(CONFIRMED) is Outcome.SENT_BEFORE


def test_notify__mails_the_staff_who_are_left() -> None:
    world = World(staff=("a@example.org", "b@example.org"))
    world.suppressions.add("a@example.org", reason=MailState.COMPLAINED, expires_at=START + timedelta(days=1))
    assert world.service.notify(STAFF) is Outcome.SENT
    assert world.mailer.sent[0].to == ("b@example.org",)


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind is not MailKind.STAFF_SPAM])
@pytest.mark.parametrize("status", [status for status in Status if status is not Status.ERASED])
def test_notify__sends_what_is_still_true_and_nothing_else(kind: MailKind, status: Status) -> None:
    world = World(replace(ENTRY, status=status))
    outcome = world.service.notify(MailRequest(ENTRY.id, kind, 1))
    assert outcome is (Outcome.SENT if status in FITTING[kind] else Outcome.OUTDATED)
    assert world.states == [(kind.value, "sent" if outcome is Outcome.SENT else "outdated")]


def test_notify__mails_nobody_about_an_entry_that_is_gone() -> None:
    world = World()
    assert world.service.notify(replace(CONFIRMED, id="crs_other")) is Outcome.ENTRY_GONE
    world.clock.forward(days=30)
    assert world.service.notify(CONFIRMED) is Outcome.ENTRY_GONE
    assert World(replace(ENTRY, status=Status.ERASED)).service.notify(CONFIRMED) is Outcome.ENTRY_GONE
    assert not world.mailer.sent


class Choosy(ListedMailer):
    """Refuses a mail as a whole when it refuses one of its addresses, as SES does."""

    def __init__(self, *refused: str) -> None:
        super().__init__()
        self.refused = refused

    def send(self, mail: OutgoingMail) -> str:
        if set(mail.to) & set(self.refused):
            raise MailRefusedError("not verified")
        return super().send(mail)


def test_notify__one_refused_address_of_the_staff_s__stops_no_other_s_mail() -> None:
    """Everybody else is mailed, once; nothing comes again."""
    world = World(staff=("a@example.org", "typo@example.org", "b@example.org"))
    mailer = world.mails_by(Choosy("typo@example.org"))

    assert world.service.notify(STAFF) is Outcome.SENT_TO_SOME
    assert world.service.notify(STAFF) is Outcome.SENT_BEFORE

    assert [mail.to for mail in mailer.sent] == [("a@example.org",), ("b@example.org",)]
    assert world.states == [("staff", "sent")]


class Busy(Choosy):
    """Has no time for one address alone either."""

    def __init__(self, refused: str, *, busy_for: str) -> None:
        super().__init__(refused)
        self.busy_for = busy_for

    def send(self, mail: OutgoingMail) -> str:
        if mail.to == (self.busy_for,):
            raise MailerError("throttled")
        return super().send(mail)


def test_notify__no_time_for_the_first_of_the_staff__comes_again_for_all() -> None:
    """One address is refused, so each is mailed alone; nobody was yet when SES has no time."""
    world = World(staff=("typo@example.org", "a@example.org", "b@example.org"))
    mailer = world.mails_by(Busy("typo@example.org", busy_for="a@example.org"))

    with pytest.raises(MailerError):
        world.service.notify(STAFF)

    assert (mailer.sent, world.states) == ([], [("staff", "sending")])


def test_notify__all_addresses_of_the_staff_s_refused__comes_again() -> None:
    world = World(staff=("a@example.org", "b@example.org"))
    mailer = world.mails_by(Choosy("a@example.org", "b@example.org"))

    with pytest.raises(MailRefusedError):
        world.service.notify(STAFF)

    assert mailer.sent == []
    assert world.states == [("staff", "sending")]


def test_lease__outlasts_the_run_that_holds_it() -> None:
    """A mail that is being sent is never another's to send: Lambda ends a run of notify after 30 seconds."""
    root = Path(__file__).resolve().parents[3]
    (timeout_s,) = re.findall(
        r"notify_timeout_s = (\d+)", (root / "infra/terraform/mailing.tf").read_text(encoding="utf-8")
    )

    assert LEASE.total_seconds() >= 2 * int(timeout_s)
    assert int(timeout_s) > MAIL_TAKES_S


WITHDRAWN = MailRequest(ENTRY.id, MailKind.STAFF_WITHDRAWN, 2)
DIGEST = MailRequest(ENTRY.form, MailKind.STAFF_SPAM, 20270301, entries=(ENTRY.id, "crs_gone"))


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.ERASED])
def test_withdrawn__tells_the_staff_once_what_is_left_to_tell(status: Status) -> None:
    """Also of what was erased; an answer goes to the registrant while there is an address."""
    email = "" if status is Status.ERASED else ENTRY.email
    world = World(replace(ENTRY, status=status, version=2, email=email))
    assert [world.service.notify(WITHDRAWN), world.service.notify(WITHDRAWN)] == [Outcome.SENT, Outcome.SENT_BEFORE]
    (mail,) = world.mailer.sent
    assert (mail.to, mail.reply_to) == (("staff@example.org",), email or None)


def test_withdrawn__is_outdated_once_the_entry_changed_again() -> None:
    """Restored, or erased after it was cancelled: then another mail tells."""
    world = World(replace(ENTRY, status=Status.ERASED, version=3))
    assert world.service.notify(WITHDRAWN) is Outcome.OUTDATED


@pytest.mark.parametrize(("kind", "word"), list(TO_STAFF.items()))
def test_staff__are_mailed_of_what_the_form_asks_for(kind: MailKind, word: str) -> None:
    """A form that leaves a word out mails nobody of it, and the mail is done with."""
    status = Status.SPAM if kind is MailKind.STAFF_SPAM else min(FITTING[kind])
    request = DIGEST if kind is MailKind.STAFF_SPAM else MailRequest(ENTRY.id, kind, 1)
    others = tuple(set(TO_STAFF.values()) - {word})
    silent = World(replace(ENTRY, status=status), staff_mails=others)
    assert silent.service.notify(request) is Outcome.NOBODY_TO_TELL
    asked = World(replace(ENTRY, status=status), staff_mails=(word,))
    assert asked.service.notify(request) is Outcome.SENT


def test_digest__tells_the_staff_once_a_day_whatever_is_redelivered() -> None:
    """To nobody an answer; what is genuine by then, or gone, is left out."""
    world = World(replace(ENTRY, status=Status.SPAM))
    told = [world.service.notify(DIGEST) for _ in range(3)]
    assert told == [Outcome.SENT, Outcome.SENT_BEFORE, Outcome.SENT_BEFORE]
    (mail,) = world.mailer.sent
    assert (mail.to, mail.reply_to) == (("staff@example.org",), None)
    assert World(ENTRY).service.notify(DIGEST) is Outcome.OUTDATED


def test_digest__tells_how_many_more_there_are() -> None:
    told: list[int] = []

    class Telling(PlainRenderer):
        def render(self, kind: str, form: Form, submission: Submission, facts: MailFacts) -> RenderedMail:
            told.append(facts.more_spam)
            return super().render(kind, form, submission, facts)

    world = World(replace(ENTRY, status=Status.SPAM))
    world.service._renderer = Telling()
    assert world.service.notify(replace(DIGEST, more=7)) is Outcome.SENT
    assert told == [7]
