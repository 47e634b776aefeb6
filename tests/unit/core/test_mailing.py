"""Notify: each mail goes out once, to those who want it, while it is true."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from contract.fakes import (
    START,
    CountedRandomness,
    GivenForms,
    InMemorySubmissionRepository,
    ListedMailer,
    PlainRenderer,
    StoppedClock,
)
from contract.mail_fakes import InMemorySendings, InMemorySuppressionList, InMemoryUnsubscriptions
from unit.core.builders import a_form, an_entry

from lambda_handlers.notify import MAIL_TAKES_S
from registration_core.adapters.dynamodb.retries import Deadline
from registration_core.adapters.ses import CLIENT_CONFIG, SesMailer
from registration_core.adapters.sqs import from_message, to_message
from registration_core.domain.errors import (
    MailerError,
    MailHeldError,
    MailLeaseLostError,
    MailRefusedError,
    MailTemplateError,
    OutOfTimeError,
)
from registration_core.domain.forms import STAFF_MAILS
from registration_core.domain.mail import (
    FITTING,
    TO_STAFF,
    Attachment,
    Change,
    MailKind,
    MailRequest,
    MailState,
    mails_for,
)
from registration_core.domain.submission import Idempotency, Status, Submission
from registration_core.services.notify import LEASE, NotifyService, Outcome

if TYPE_CHECKING:
    from registration_core.domain.forms import Form
    from registration_core.domain.mail import MailFacts, OutgoingMail, RenderedMail

FORM = a_form()
ENTRY = an_entry(FORM, {"name": "Åsa", "email": "robin@example.org"}, expires_at=START + timedelta(days=30))
CONFIRMED = MailRequest(ENTRY.id, MailKind.CONFIRMED, 1)
STAFF = MailRequest(ENTRY.id, MailKind.STAFF, 1)


STALL_S = CLIENT_CONFIG.connect_timeout + CLIENT_CONFIG.read_timeout


class World:
    """A notify service and everything it needs."""

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
            unsubscriptions=InMemoryUnsubscriptions(self.clock),
            sendings=self.sendings,
            renderer=PlainRenderer(),
            mailer=self.mailer,
            links=lambda submission: f"https://api.example/my?t={submission.id}",
            unsubscribe_links=lambda submission: f"https://api.example/my?unsubscribe={submission.id}",
            clock=self.clock,
            randomness=CountedRandomness("notify"),
        )

    def mails_by(self, mailer: Choosy) -> Choosy:
        """Use another mail service."""
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
    assert [mail.message_id for mail in world.repository.details(ENTRY.id).mails] == ["message-1", "message-2"]


@pytest.mark.parametrize("kind", list(MailKind))
def test_notify__gives_only_the_registrant_the_link_to_my_page(kind: MailKind) -> None:
    digest = kind is MailKind.STAFF_SPAM
    world = World(replace(ENTRY, status=Status.SPAM if digest else min(FITTING[kind])))
    request = MailRequest(ENTRY.form, kind, 20270301, entries=(ENTRY.id,)) if digest else MailRequest(ENTRY.id, kind, 1)
    assert world.service.notify(request) is Outcome.SENT
    text = world.mailer.sent[0].text
    assert text == ("None" if kind in TO_STAFF else f"https://api.example/my?t={ENTRY.id}")


class Siblings(World):
    """Two who were sent together. The mail to the first tells of both."""

    def __init__(self) -> None:
        super().__init__()
        self.renderer = self.service._renderer = GroupNoting()
        first = replace(ENTRY, members=(ENTRY.id, "crs_2"))
        self.repository.entries |= {ENTRY.id: first, "crs_2": replace(first, id="crs_2", quiet=True)}

    def change(self, number: int, **values: Any) -> None:
        own_id = (ENTRY.id, "crs_2")[number]
        self.repository.entries[own_id] = replace(self.repository.entries[own_id], **values)


class GroupNoting(PlainRenderer):
    """Notes whom the last mail told of."""

    told: tuple[str, ...] = ()

    def render(self, kind: str, form: Form, submission: Submission, facts: MailFacts) -> RenderedMail:
        self.told = tuple(each.id for each in facts.group)
        return super().render(kind, form, submission, facts)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.ERASED])
def test_notify__tells_of_the_others_if_the_first_was_withdrawn(status: Status) -> None:
    world = Siblings()
    world.change(0, status=status, **({"email": ""} if status is Status.ERASED else {}))
    assert world.service.notify(CONFIRMED) is Outcome.SENT
    assert world.renderer.told == ("crs_2",)
    assert world.mailer.sent[0].text == "https://api.example/my?t=crs_2"
    assert world.service.notify(CONFIRMED) is Outcome.SENT_BEFORE


def test_notify__tells_nobody_of_a_group_that_is_gone() -> None:
    world = Siblings()
    for number in range(2):
        world.change(number, status=Status.CANCELLED)
    assert world.service.notify(CONFIRMED) is Outcome.OUTDATED


def test_notify__tells_no_other_address_of_the_group() -> None:
    """Staff corrected the address of one of them, and send the mail again."""
    world = Siblings()
    world.change(0, email="else@example.org")
    world.service.notify(CONFIRMED)
    assert world.renderer.told == (ENTRY.id,)
    world.service.notify(STAFF)
    assert world.renderer.told == (ENTRY.id, "crs_2")


def test_notify__sends_a_mail_once_under_repeated_requests() -> None:
    world = World()
    world.service.notify(CONFIRMED)
    world.clock.forward(days=1)
    assert world.service.notify(CONFIRMED) is Outcome.SENT_BEFORE
    assert len(world.mailer.sent) == 1


def test_notify__reports_a_repeat_at_most_once_a_day() -> None:
    world = World()
    asked = [MailRequest(ENTRY.id, MailKind.ALREADY_REGISTERED, day) for day in (20270301, 20270301, 20270302)]
    assert [world.service.notify(request) for request in asked] == [Outcome.SENT, Outcome.SENT_BEFORE, Outcome.SENT]


def test_notify__frees_the_lease_when_surely_nothing_was_sent() -> None:
    world = World()
    world.mailer.failures.append(MailerError("throttled"))
    with pytest.raises(MailerError):
        world.service.notify(CONFIRMED)
    assert world.service.notify(CONFIRMED) is Outcome.SENT


def test_notify__takes_no_lease_for_a_mail_that_fails_to_render() -> None:
    world = World()

    class BrokenRenderer(PlainRenderer):
        def render(self, *_: object) -> None:  # type: ignore[override]
            raise MailTemplateError("forms/course/mail/confirmed.en.txt.j2, line 1: no")

    world.service._renderer = BrokenRenderer()
    with pytest.raises(MailTemplateError):
        world.service.notify(CONFIRMED)
    assert world.states == []


def test_notify__keeps_its_lease_when_the_outcome_is_unknown() -> None:
    world = World()
    world.mailer.failures.append(TimeoutError("no answer"))
    with pytest.raises(TimeoutError):
        world.service.notify(CONFIRMED)
    with pytest.raises(MailHeldError):
        world.service.notify(CONFIRMED)
    world.clock.at += LEASE
    assert world.service.notify(CONFIRMED) is Outcome.SENT


def test_notify__reports_that_its_lease_was_taken_over() -> None:
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


def test_notify__without_staff_notes_that_nobody_was_mailed() -> None:
    world = World(staff=())
    assert world.service.notify(STAFF) is Outcome.NOBODY_TO_TELL
    assert world.service.notify(CONFIRMED) is Outcome.SENT
    assert world.mailer.sent[0].reply_to is None
    assert world.states == [("confirmed", "sent"), ("staff", "unaddressed")]


def test_notify__skips_a_suppressed_address_and_notes_it() -> None:
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
def test_notify__sends_only_what_is_still_true(kind: MailKind, status: Status) -> None:
    world = World(replace(ENTRY, status=status))
    outcome = world.service.notify(MailRequest(ENTRY.id, kind, 1))
    assert outcome is (Outcome.SENT if status in FITTING[kind] else Outcome.OUTDATED)
    assert world.states == [(kind.value, "sent" if outcome is Outcome.SENT else "outdated")]


def test_notify__mails_nobody_about_a_missing_submission() -> None:
    world = World()
    assert world.service.notify(replace(CONFIRMED, id="crs_other")) is Outcome.SUBMISSION_GONE
    world.clock.forward(days=30)
    assert world.service.notify(CONFIRMED) is Outcome.SUBMISSION_GONE
    assert World(replace(ENTRY, status=Status.ERASED)).service.notify(CONFIRMED) is Outcome.SUBMISSION_GONE
    assert not world.mailer.sent


class Choosy(ListedMailer):
    """Refuses a mail as a whole if it refuses one of its addresses, as SES does."""

    def __init__(self, *refused: str) -> None:
        super().__init__()
        self.refused = refused

    def send(self, mail: OutgoingMail) -> str:
        if set(mail.to) & set(self.refused):
            raise MailRefusedError("not verified")
        return super().send(mail)


def test_notify__one_refused_staff_address_stops_no_other() -> None:
    """Everybody else gets one mail, and nothing is tried again."""
    world = World(staff=("a@example.org", "typo@example.org", "b@example.org"))
    mailer = world.mails_by(Choosy("typo@example.org"))

    assert world.service.notify(STAFF) is Outcome.SENT_TO_SOME
    assert world.service.notify(STAFF) is Outcome.SENT_BEFORE

    assert [mail.to for mail in mailer.sent] == [("a@example.org",), ("b@example.org",)]
    assert world.states == [("staff", "sent")]


def test_notify__one_of_two_refused_staff_addresses__mails_the_other() -> None:
    world = World(staff=("typo@example.org", "b@example.org"))
    mailer = world.mails_by(Choosy("typo@example.org"))

    assert world.service.notify(STAFF) is Outcome.SENT_TO_SOME
    assert [mail.to for mail in mailer.sent] == [("b@example.org",)]


def test_notify__sends_what_was_attached() -> None:
    world = World()
    calendar = Attachment("course.ics", "text/calendar", b"BEGIN:VCALENDAR")

    class Attaching(PlainRenderer):
        def render(self, kind: str, form: Form, submission: Submission, facts: MailFacts) -> RenderedMail:
            return replace(super().render(kind, form, submission, facts), attachments=(calendar,))

    world.service._renderer = Attaching()
    world.service.notify(CONFIRMED)
    assert world.mailer.sent[0].attachments == (calendar,)


class Busy(Choosy):
    """Throttles single addresses too."""

    def __init__(self, refused: str, *, busy_for: str) -> None:
        super().__init__(refused)
        self.busy_for = busy_for

    def send(self, mail: OutgoingMail) -> str:
        if mail.to == (self.busy_for,):
            raise MailerError("throttled")
        return super().send(mail)


class StallingSes:
    """An SES client that refuses one address, and takes its time for others that it never answers for."""

    def __init__(self, clock: StoppedClock, *, refused: str = "", stalls_for: tuple[str, ...] = ()) -> None:
        self._clock = clock
        self._refused = refused
        self._stalls_for = stalls_for
        self.sent: list[list[str]] = []

    def send_raw_email(self, *, Destinations: list[str], **_: Any) -> dict[str, str]:  # noqa: N803 - boto3's name
        if self._refused in Destinations:
            answer = {"Error": {"Code": "MessageRejected", "Message": "not verified"}}
            raise ClientError(answer, "SendRawEmail")  # type: ignore[arg-type]
        if set(Destinations) & set(self._stalls_for):
            self._clock.forward(seconds=STALL_S)
            raise ReadTimeoutError(endpoint_url="https://email.eu-north-1.amazonaws.com")
        self.sent.append(Destinations)
        return {"MessageId": "0100"}


def mails_in_time(world: World, ses: StallingSes) -> StallingSes:
    """Use a mail service in an event whose time-out is 45 seconds from now."""
    deadline = Deadline(lambda: world.clock.now().timestamp())
    deadline.begin(45 - MAIL_TAKES_S)
    mailer = SesMailer(ses, sender="no-reply@example.org", configuration_set="rollcall", deadline=deadline)
    world.service._mailer = mailer
    return ses


def test_notify__out_of_time__sends_nothing_and_frees_the_lease() -> None:
    """A table that stalled until the last moment may stall again, so there would be no record of what was sent."""
    world = World()
    ses = mails_in_time(world, StallingSes(world.clock))
    take = world.repository.lease_mail

    def slow(*arguments: Any, **more: Any) -> bool:
        world.clock.forward(seconds=18)
        return take(*arguments, **more)

    world.repository.lease_mail = slow  # type: ignore[method-assign]
    with pytest.raises(OutOfTimeError):
        world.service.notify(CONFIRMED)
    assert ses.sent == []

    world.repository.lease_mail = take  # type: ignore[method-assign]
    mails_in_time(world, ses)
    assert world.service.notify(CONFIRMED) is Outcome.SENT
    assert ses.sent == [[ENTRY.email]]


def test_notify__two_stalled_staff_addresses__end_in_time() -> None:
    """Otherwise Lambda would end the run before the mail is noted, and its recipients would get it again."""
    world = World(staff=("a@example.org", "typo@example.org", "b@example.org", "c@example.org", "d@example.org"))
    stalls_for = ("b@example.org", "c@example.org", "d@example.org")
    ses = mails_in_time(world, StallingSes(world.clock, refused="typo@example.org", stalls_for=stalls_for))
    began = world.clock.now()

    assert world.service.notify(STAFF) is Outcome.SENT_TO_SOME

    assert (world.clock.now() - began).total_seconds() == 2 * STALL_S
    assert ses.sent == [["a@example.org"]]
    assert world.states == [("staff", "sent")]


def test_notify__stalled_before_any_staff_mail__retries_all() -> None:
    """The refusal took so long that there is no time to try each address."""
    world = World(staff=("typo@example.org", "a@example.org"))
    ses = mails_in_time(world, StallingSes(world.clock, refused="typo@example.org"))
    send = ses.send_raw_email

    def slow(**request: Any) -> dict[str, str]:
        world.clock.forward(seconds=18)
        return send(**request)

    ses.send_raw_email = slow  # type: ignore[method-assign]
    with pytest.raises(OutOfTimeError):
        world.service.notify(STAFF)
    assert ses.sent == []


def test_notify__throttled_before_any_staff_mail__retries_all() -> None:
    """One address is refused, so each is mailed alone; SES throttles before the first of them."""
    world = World(staff=("typo@example.org", "a@example.org", "b@example.org"))
    mailer = world.mails_by(Busy("typo@example.org", busy_for="a@example.org"))

    with pytest.raises(MailerError):
        world.service.notify(STAFF)

    assert (mailer.sent, world.states) == ([], [("staff", "sending")])


def test_notify__with_all_staff_addresses_refused__retries() -> None:
    world = World(staff=("a@example.org", "b@example.org"))
    mailer = world.mails_by(Choosy("a@example.org", "b@example.org"))

    with pytest.raises(MailRefusedError):
        world.service.notify(STAFF)

    assert mailer.sent == []
    assert world.states == [("staff", "sending")]


def test_lease__outlasts_the_run_that_holds_it() -> None:
    """Nobody else may send a mail that is being sent: Lambda stops a run of notify after 45 seconds."""
    root = Path(__file__).resolve().parents[3]
    (timeout_s,) = re.findall(
        r"notify_timeout_s = (\d+)", (root / "infra/terraform/mailing.tf").read_text(encoding="utf-8")
    )

    assert LEASE.total_seconds() >= 2 * int(timeout_s)
    assert int(timeout_s) > MAIL_TAKES_S


WITHDRAWN = MailRequest(ENTRY.id, MailKind.STAFF_WITHDRAWN, 2)
DIGEST = MailRequest(ENTRY.form, MailKind.STAFF_SPAM, 20270301, entries=(ENTRY.id, "crs_gone"))


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.ERASED])
def test_withdrawn__tells_staff_once_what_is_left(status: Status) -> None:
    """After an erasure too; replies go to the registrant while there is an address."""
    email = "" if status is Status.ERASED else ENTRY.email
    world = World(replace(ENTRY, status=status, version=2, email=email))
    assert [world.service.notify(WITHDRAWN), world.service.notify(WITHDRAWN)] == [Outcome.SENT, Outcome.SENT_BEFORE]
    (mail,) = world.mailer.sent
    assert (mail.to, mail.reply_to) == (("staff@example.org",), email or None)


def test_withdrawn__is_outdated_once_the_entry_changes_again() -> None:
    """Another mail reports that it was restored, or erased after its cancellation."""
    world = World(replace(ENTRY, status=Status.ERASED, version=3))
    assert world.service.notify(WITHDRAWN) is Outcome.OUTDATED


@pytest.mark.parametrize(
    ("status", "outcome"), [(Status.CANCELLED, Outcome.SENT), (Status.CONFIRMED, Outcome.OUTDATED)]
)
def test_withdrawn__still_goes_out_after_a_note_about_it(status: Status, outcome: Outcome) -> None:
    """A note, a label or an undone check-in raises the version, and the registrant is gone all the same."""
    (request,) = [
        each
        for each in mails_for(Change(ENTRY.id, 2, Status.CANCELLED, Status.CONFIRMED, by_registrant=True))
        if each.kind == MailKind.STAFF_WITHDRAWN
    ]
    world = World(replace(ENTRY, status=status, version=3))
    assert world.service.notify(from_message(to_message(request))) is outcome


@pytest.mark.parametrize(("kind", "word"), list(TO_STAFF.items()))
def test_staff__get_the_mails_that_the_form_asks_for(kind: MailKind, word: str) -> None:
    """A form that omits a kind mails nobody about it, and the mail is done."""
    status = Status.SPAM if kind is MailKind.STAFF_SPAM else min(FITTING[kind])
    request = DIGEST if kind is MailKind.STAFF_SPAM else MailRequest(ENTRY.id, kind, 1)
    others = tuple(set(TO_STAFF.values()) - {word})
    silent = World(replace(ENTRY, status=status), staff_mails=others)
    assert silent.service.notify(request) is Outcome.NOBODY_TO_TELL
    asked = World(replace(ENTRY, status=status), staff_mails=(word,))
    assert asked.service.notify(request) is Outcome.SENT


def test_digest__reaches_staff_once_a_day_despite_redelivery() -> None:
    """It has no reply address, and omits submissions that are genuine or gone by then."""
    world = World(replace(ENTRY, status=Status.SPAM))
    outcomes = [world.service.notify(DIGEST) for _ in range(3)]
    assert outcomes == [Outcome.SENT, Outcome.SENT_BEFORE, Outcome.SENT_BEFORE]
    (mail,) = world.mailer.sent
    assert (mail.to, mail.reply_to) == (("staff@example.org",), None)
    assert World(ENTRY).service.notify(DIGEST) is Outcome.OUTDATED


def test_digest__says_how_many_more_there_are() -> None:
    counts: list[int] = []

    class Telling(PlainRenderer):
        def render(self, kind: str, form: Form, submission: Submission, facts: MailFacts) -> RenderedMail:
            counts.append(facts.more_spam)
            return super().render(kind, form, submission, facts)

    world = World(replace(ENTRY, status=Status.SPAM))
    world.service._renderer = Telling()
    assert world.service.notify(replace(DIGEST, more=7)) is Outcome.SENT
    assert counts == [7]
