"""Manage and sweep: what happens to submissions after they arrive."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract.fakes import START, CountedRandomness, GivenForms, ListedMailQueue, PlainSigner, StoppedClock
from contract.mail_fakes import InMemoryAskedMails, InMemoryJournal, reminders_in_memory
from contract.manage_fake import InMemoryManagedRepository
from unit.core.builders import a_field, a_form, words

from registration_core.domain.errors import (
    AlreadyRegisteredError,
    InvalidCapacityError,
    QuotaNotFoundError,
    StatusTransitionError,
    StorageUnavailableError,
    SubmissionChangedError,
    SubmissionNotFoundError,
    UnknownFormError,
)
from registration_core.domain.fields import Option
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.policies import Verification
from registration_core.domain.quota import MOST_SEATS, PublicSeats, Quota, Waitlist
from registration_core.domain.selection import Selection
from registration_core.domain.submission import Receipt, Status, Submission
from registration_core.services.manage import ManageService
from registration_core.services.query import QueryService
from registration_core.services.restore import RestoreService
from registration_core.services.submit import SubmitService
from registration_core.services.sweep import DIGEST_MOST, SweepReport, SweepService


class Stumbling(InMemoryManagedRepository):
    """Cannot say who is next."""

    __slots__ = ()

    def next_waiting(self, form: str, option: str) -> str | None:
        raise StorageUnavailableError(f"The queue of {option} in {form} cannot be read now.")


NAMES = iter(f"Person {number}" for number in range(10_000))


@dataclass
class Office:
    """A form, and everything that works on its submissions."""

    waitlist: Waitlist = Waitlist.AUTO
    capacity: int | None = 1
    verification: Verification | None = None
    clock: StoppedClock = field(default_factory=StoppedClock)
    queue: ListedMailQueue = field(default_factory=ListedMailQueue)

    def __post_init__(self) -> None:
        options = (Option("a", words("A"), capacity=self.capacity), Option("b", words("B")))
        self.form = a_form(
            a_field("text", "name", required=True),
            a_field("email", "email", required=True),
            a_field("choice", "day", required=True, options=options),
            quota=Quota("day", self.waitlist),
            verification=self.verification,
            once="day",
            retention_days=90,
        )
        self.repository = InMemoryManagedRepository(self.clock, CountedRandomness("repository"))
        shared: dict[str, Any] = {"repository": self.repository, "clock": self.clock}
        randomness = CountedRandomness("service")
        forms = GivenForms(self.form)
        self.submits = SubmitService(signer=PlainSigner(), randomness=randomness, **shared)
        self.manage = ManageService(forms=forms, randomness=randomness, **shared)
        self.restore = RestoreService(forms=forms, signer=PlainSigner(), randomness=randomness, **shared)
        self.asked = InMemoryAskedMails(self.repository)
        self.sweeper = SweepService(
            forms=forms,
            manage=self.manage,
            queue=self.queue,
            journal=InMemoryJournal(self.repository),
            asked=self.asked,
            reminders=reminders_in_memory(self.repository, self.asked, self.queue, self.clock),
            **shared,
        )
        self.query = QueryService(forms={"course": self.form}, **shared)

    def submit(self, *, day: str = "a", suspected: bool = False, name: str | None = None) -> Receipt:
        answers = {"name": name or next(NAMES), "email": "robin@example.org", "day": day}
        return self.submits.submit(
            self.form, answers, key=None, language="en", spam_sign="links 9" if suspected else None
        )

    def get(self, receipt: Receipt) -> Submission:
        return self.repository.get(receipt.id)

    def statuses(self, *receipts: Receipt) -> list[Status]:
        return [self.get(receipt).status for receipt in receipts]


@pytest.fixture
def office() -> Office:
    return Office()


def test_submit__holds_a_seat_until_verified() -> None:
    office = Office(verification=Verification(within_hours=12))
    receipt = office.submit()
    assert receipt.status is Status.PENDING
    assert office.get(receipt).verify_by == START.replace(microsecond=0) + timedelta(hours=12)
    assert office.submit().status is Status.WAITLISTED


def test_submit__counts_no_seat_of_an_option_without_capacity(office: Office) -> None:
    receipts = [office.submit(day="b") for _ in range(3)]
    assert office.statuses(*receipts) == [Status.CONFIRMED] * 3
    assert office.get(receipts[0]).option is None


def test_submit__keeps_suspected_spam_for_thirty_days() -> None:
    office = Office(verification=Verification())
    entry = office.get(office.submit(suspected=True))
    assert (entry.status, entry.verify_by) == (Status.SPAM, None)
    assert entry.expires_at == START.replace(microsecond=0) + timedelta(days=30)
    assert office.submit().status is Status.PENDING


def test_verify__confirms_once() -> None:
    office = Office(verification=Verification())
    receipt = office.submit()
    office.clock.forward(hours=1)
    verified = office.manage.verify(receipt.id)
    assert (verified.status, verified.verify_by, verified.verified_at) == (Status.CONFIRMED, None, office.clock.now())
    assert office.manage.verify(receipt.id) == verified
    assert [event.what for event in office.repository.details(receipt.id).events] == ["submitted", "verified"]


def test_verify__while_waiting_makes_promotion_need_no_more() -> None:
    office = Office(verification=Verification())
    seated, waiting, other = (office.submit() for _ in range(3))
    assert office.manage.verify(waiting.id).status is Status.WAITLISTED
    office.manage.cancel(seated.id, by="staff")
    assert office.statuses(waiting, other) == [Status.CONFIRMED, Status.WAITLISTED]
    office.clock.forward(hours=3)
    office.manage.cancel(waiting.id, by="staff")
    promoted = office.get(other)
    assert promoted.status is Status.PENDING
    assert promoted.verify_by == office.clock.now().replace(microsecond=0) + timedelta(hours=48)


@pytest.mark.parametrize("how", ["cancel", "erase"])
def test_verify__refuses_what_is_no_longer_active(office: Office, how: str) -> None:
    receipt = office.submit()
    getattr(office.manage, how)(receipt.id, by="registrant")
    with pytest.raises(StatusTransitionError, match="can't be verified"):
        office.manage.verify(receipt.id)


@pytest.mark.parametrize("how", ["cancel", "erase"])
def test_freed_seat__goes_to_the_lowest_ticket(office: Office, how: str) -> None:
    seated, first, second = (office.submit() for _ in range(3))
    for _ in range(2):
        getattr(office.manage, how)(seated.id, by="registrant")
    assert office.statuses(first, second) == [Status.CONFIRMED, Status.WAITLISTED]
    assert office.get(first).position is None
    assert office.get(second).position == 2
    assert office.query.rank(office.get(second)) == 1
    assert office.query.rank(office.get(first)) is None


def test_freed_seat__waits_for_staff_if_they_promote() -> None:
    office = Office(waitlist=Waitlist.MANUAL)
    seated, first, second = (office.submit() for _ in range(3))
    office.manage.cancel(seated.id, by="registrant")
    assert office.sweeper.sweep().promoted == 0
    assert office.submit().status is Status.WAITLISTED
    office.manage.set_capacity("course", "a", 2)
    (promoted,) = office.manage.promote("course", "a", by="kim", limit=1)
    assert promoted.id == first.id
    assert [event.by for event in office.repository.details(first.id).events] == ["registrant", "kim"]
    assert [entry.id for entry in office.manage.promote("course", "a", by="kim")] == [second.id]
    assert office.manage.promote("course", "a", by="kim") == ()


def test_cancel__frees_a_ticket_and_renumbers_nobody(office: Office) -> None:
    _, first, second = (office.submit() for _ in range(3))
    cancelled = office.manage.cancel(first.id, by="registrant")
    assert (cancelled.status, cancelled.position) == (Status.CANCELLED, None)
    assert office.get(second).position == 2
    assert office.query.rank(office.get(second)) == 1


def test_cancel__lets_the_same_person_register_again(office: Office) -> None:
    receipt = office.submit(name="Åsa")
    assert office.submit(name="Åsa").repeated
    office.manage.cancel(receipt.id, by="registrant")
    assert not office.submit(name="Åsa").repeated


def test_cancel__refuses_an_erased_or_unknown_submission(office: Office) -> None:
    receipt = office.submit()
    office.manage.erase(receipt.id, by="registrant")
    with pytest.raises(StatusTransitionError):
        office.manage.cancel(receipt.id, by="staff")
    for act in (office.manage.cancel, office.manage.erase, office.restore.mark_genuine):
        with pytest.raises(SubmissionNotFoundError):
            act("crs_01JD2M8V4Q7ZJ3T9X0K5W6RYBC", by="staff")


def test_unerased__is_what_a_restored_table_still_holds(office: Office) -> None:
    """Those on the waiting list come first, so that none is promoted on the way."""
    erased, seated, waiting = office.submit(), office.submit(), office.submit()
    office.manage.erase(erased.id, by="registrant")
    office.manage.set_capacity("course", "a", 1)
    ledger = [erased.id, seated.id, waiting.id, "crs_01JD2M8V4Q7ZJ3T9X0K5W6RYBC"]

    unerased = office.manage.unerased(ledger)

    assert {entry.id for entry in unerased} == {seated.id, waiting.id}
    assert [entry.status is Status.WAITLISTED for entry in unerased] == sorted(
        (entry.status is Status.WAITLISTED for entry in unerased), reverse=True
    )


def test_mark_genuine__gives_a_seat_or_else_a_ticket(office: Office) -> None:
    first, second = office.submit(suspected=True), office.submit(suspected=True)
    seated = office.restore.mark_genuine(first.id, by="kim")
    assert seated.status is Status.CONFIRMED
    assert seated.expires_at == START.replace(microsecond=0) + timedelta(days=90)
    assert office.restore.mark_genuine(first.id, by="kim") == seated
    waiting = office.restore.mark_genuine(second.id, by="kim")
    assert (waiting.status, waiting.position) == (Status.WAITLISTED, 1)


def test_mark_genuine__proves_no_address() -> None:
    """Staff judge the text; they can't know who reads mail at that address."""
    office = Office(verification=Verification())
    receipt = office.submit(suspected=True)
    genuine = office.restore.mark_genuine(receipt.id, by="kim")
    assert (genuine.status, genuine.verified_at) == (Status.CONFIRMED, None)


def test_cancel__proves_no_address(office: Office) -> None:
    """A victim who cancels a stranger's submission gets none of the stranger's text by mail."""
    receipt = office.submit()
    assert office.manage.cancel(receipt.id, by="registrant").verified_at is None


def test_mark_genuine__gives_nobody_a_second_seat(office: Office) -> None:
    """A person who registered again keeps that submission; the spam stays spam, and no ticket is lost."""
    office.manage.set_capacity("course", "a", 5)
    spam = office.submit(suspected=True, name="Åsa")
    office.clock.forward(minutes=11)
    again = office.submit(name="Åsa")

    with pytest.raises(AlreadyRegisteredError) as raised:
        office.restore.mark_genuine(spam.id, by="kim")

    assert raised.value.first == again.id
    assert office.get(spam).status is Status.SPAM
    state = office.repository.quotas("course", ["a"])["a"]
    assert (state.taken, state.tickets) == (1, 0)
    office.manage.cancel(again.id, by="kim")
    assert office.restore.mark_genuine(spam.id, by="kim").status is Status.CONFIRMED
    office.clock.forward(minutes=11)
    assert office.submit(name="Åsa").repeated


def test_set_capacity__promotes_all_who_fit_and_demotes_nobody(office: Office) -> None:
    receipts = [office.submit() for _ in range(4)]
    state = office.manage.set_capacity("course", "a", 3)
    assert (state.capacity, state.taken, state.waiting) == (3, 3, 1)
    assert office.statuses(*receipts) == [Status.CONFIRMED] * 3 + [Status.WAITLISTED]
    lowered = office.manage.set_capacity("course", "a", 1)
    assert (lowered.taken, lowered.free, lowered.left) == (3, 0, 0)
    office.manage.cancel(receipts[0].id, by="staff")
    assert office.get(receipts[3]).status is Status.WAITLISTED


def test_set_capacity__refuses_invalid_numbers(office: Office) -> None:
    for capacity in (-1, MOST_SEATS + 1):
        with pytest.raises(InvalidCapacityError, match=f"0 to 100000 seats, not {capacity}"):
            office.manage.set_capacity("course", "a", capacity)
    with pytest.raises(QuotaNotFoundError):
        office.manage.set_capacity("course", "b", 3)
    with pytest.raises(UnknownFormError):
        office.manage.set_capacity("nothing", "a", 3)
    with pytest.raises(UnknownFormError):
        office.manage.promote("nothing", "a")


def test_quotas__start_with_the_capacity_of_the_form(office: Office) -> None:
    (state,) = office.query.quotas(office.form)
    assert (state.option, state.capacity, state.left, state.open) == ("a", 1, 1, True)
    for _ in range(2):
        office.submit()
    (state,) = office.query.quotas(office.form)
    assert (state.taken, state.waiting, state.left, state.open) == (1, 1, 0, False)


def test_sweep__releases_seats_that_were_never_verified() -> None:
    office = Office(verification=Verification(within_hours=2))
    lapsing, waiting = office.submit(), office.submit()
    office.clock.forward(hours=2)
    assert office.sweeper.sweep() == SweepReport(lapsed=1, settled=0, promoted=1, mails=1, seats={"course": (1, 0)})
    lapsed = office.get(lapsing)
    assert (lapsed.status, lapsed.lapsed) == (Status.CANCELLED, True)
    assert office.get(waiting).status is Status.PENDING
    with pytest.raises(StatusTransitionError):
        office.manage.verify(lapsing.id)


def test_sweep__counts_abandoned_tickets_and_continues(office: Office) -> None:
    seated = office.submit()
    office.repository.take_ticket("course", "a", holder="a function that died")
    waiting = office.submit()
    office.manage.cancel(seated.id, by="staff")
    assert office.get(waiting).status is Status.WAITLISTED
    assert office.sweeper.sweep().promoted == 0
    office.clock.forward(minutes=2)
    report = office.sweeper.sweep()
    assert (report.settled, report.promoted) == (1, 1)
    assert office.get(waiting).status is Status.CONFIRMED


def test_sweep__updates_the_public_seats(office: Office) -> None:
    """A visitor's request changes nothing that the public sees; the next sweep does, and so do staff."""
    office.submit()
    assert office.query.quotas(office.form)[0].shown is None
    office.sweeper.sweep()
    assert office.query.quotas(office.form)[0].shown is PublicSeats.WAITING_LIST
    office.manage.set_capacity("course", "a", 9)
    assert office.query.quotas(office.form)[0].shown is PublicSeats.PLENTY


def test_sweep__queues_mails_that_were_never_recorded(office: Office) -> None:
    receipt = office.submit()
    assert office.sweeper.sweep().mails == 0
    office.clock.forward(minutes=2)
    assert office.sweeper.sweep().mails == 2
    expected = [MailRequest(receipt.id, kind, 1) for kind in (MailKind.CONFIRMED, MailKind.STAFF)]
    assert office.queue.requests == expected
    office.repository.lease_mail(expected[0], holder="one", until=office.clock.now(), expires_at=office.clock.now())
    assert office.sweeper.sweep().mails == 1
    office.clock.forward(days=1)
    assert office.sweeper.sweep().mails == 0


def test_sweep__mails_imports_only_about_later_changes(office: Office) -> None:
    receipt = office.submit()
    office.repository.entries[receipt.id] = replace(office.get(receipt), quiet=True)
    office.clock.forward(minutes=2)
    assert office.sweeper.sweep().mails == 0
    office.manage.cancel(receipt.id, by="staff")
    office.clock.forward(minutes=2)
    assert office.sweeper.sweep().mails == 1
    assert office.queue.requests == [MailRequest(receipt.id, MailKind.CANCELLED, 2, ended=True)]


def test_waiting__names_who_is_in_line(office: Office) -> None:
    _, first, second, third = (office.submit() for _ in range(4))
    office.manage.cancel(second.id, by="staff")
    assert [entry.id for entry in office.manage.waiting("course", "a", limit=5)] == [first.id, third.id]
    assert [entry.id for entry in office.manage.waiting("course", "a", limit=1)] == [first.id]


def test_sweep__mails_only_what_is_still_true(office: Office) -> None:
    confirmed, erased, spam = office.submit(), office.submit(), office.submit(suspected=True)
    office.manage.cancel(confirmed.id, by="staff")
    office.manage.erase(erased.id, by="registrant")
    office.clock.forward(minutes=2)
    office.sweeper.sweep()
    assert {(request.id, request.kind, request.version) for request in office.queue.requests} == {
        (confirmed.id, MailKind.STAFF, 1),
        (confirmed.id, MailKind.CANCELLED, 2),
    }
    assert spam.id not in {request.id for request in office.queue.requests}


def test_cancel__succeeds_even_if_nobody_can_be_promoted() -> None:
    office = Office()
    office.repository.__class__ = Stumbling
    seated, waiting = office.submit(), office.submit()
    assert office.manage.cancel(seated.id, by="staff").status is Status.CANCELLED
    assert office.get(waiting).status is Status.WAITLISTED
    office.repository.__class__ = InMemoryManagedRepository
    assert office.sweeper.sweep().promoted == 1


def test_sweep__asks_for_one_spam_digest_a_day() -> None:
    """It is due from 05:00 UTC, for the day before; each sweep asks until the mail is recorded, then none does."""
    office = Office()
    office.form = replace(office.form, staff=("office@example.org",))
    office.sweeper._forms = GivenForms(office.form)
    office.clock.at = datetime(2027, 3, 1, 22, 0, tzinfo=UTC)
    spam = office.submit(suspected=True)
    office.submit()

    assert office.sweeper.sweep().digests == 0
    office.clock.at = datetime(2027, 3, 2, 5, 0, tzinfo=UTC)
    office.queue.requests.clear()
    assert [office.sweeper.sweep().digests for _ in range(2)] == [1, 1]
    digests = [request for request in office.queue.requests if request.kind == MailKind.STAFF_SPAM]
    assert digests == [MailRequest("course", MailKind.STAFF_SPAM, 20270302, entries=(spam.id,))] * 2

    until = office.clock.at + timedelta(seconds=90)
    office.repository.lease_mail(digests[0], holder="n", until=until, expires_at=until)
    assert office.sweeper.sweep().digests == 0
    office.clock.at += timedelta(days=1)
    assert office.sweeper.sweep().digests == 0  # nothing new


def test_sweep__counts_the_spam_that_a_digest_omits() -> None:
    office = Office()
    office.form = replace(office.form, staff=("office@example.org",))
    office.sweeper._forms = GivenForms(office.form)
    for number in range(DIGEST_MOST + 3):
        office.submit(suspected=True, name=f"Spammer {number}")
    office.clock.at += timedelta(days=1)

    office.sweeper.sweep()

    (digest,) = [request for request in office.queue.requests if request.kind == MailKind.STAFF_SPAM]
    assert (len(digest.entries), digest.more) == (DIGEST_MOST, 3)


@pytest.mark.parametrize(("staff", "mails"), [((), ("spam",)), (("office@example.org",), ("new", "withdrawn"))])
def test_sweep__asks_for_no_digest_that_nobody_wants(staff: tuple[str, ...], mails: tuple[str, ...]) -> None:
    office = Office()
    office.form = replace(office.form, staff=staff, staff_mails=mails)
    office.sweeper._forms = GivenForms(office.form)
    office.submit(suspected=True)
    office.clock.at += timedelta(days=1)
    assert office.sweeper.sweep().digests == 0


def test_sweep__reports_a_withdrawal_whose_event_was_lost() -> None:
    """It covers only the registrant's own cancellation, as the stream would have."""
    office = Office()
    registrants, staffs = office.submit(), office.submit(day="b")
    office.clock.at += timedelta(minutes=1)
    office.manage.cancel(registrants.id, by="registrant")
    office.manage.cancel(staffs.id, by="kim")
    office.clock.at += timedelta(minutes=3)
    office.sweeper.sweep()
    reported = [request.id for request in office.queue.requests if request.kind == MailKind.STAFF_WITHDRAWN]
    assert reported == [registrants.id]


@pytest.mark.parametrize("act", ["verified", "cancelled", "marked spam"])
def test_act__leaves_nothing_of_the_seat_behind(act: str) -> None:
    """The history says what was done, and the version counts it."""
    office = Office(verification=Verification())
    seated, waiting = office.submit(), office.submit()
    do = {
        "verified": lambda receipt: office.manage.verify(receipt.id),
        "cancelled": lambda receipt: office.manage.cancel(receipt.id, by="kim"),
        "marked spam": lambda receipt: office.manage.mark_spam(receipt.id, by="kim"),
    }[act]
    for receipt in (waiting, seated):
        after = do(receipt)
        assert after == office.get(receipt)
        assert after.version == 2
        assert after.verify_by is None
        assert office.repository.details(receipt.id).events[-1].what == act
        assert after.position is None or act == "verified"
        assert do(receipt) == after, "the second time changes nothing"


def test_spam__is_kept_for_thirty_days_from_when_it_is_marked(office: Office) -> None:
    receipt = office.submit()
    office.clock.forward(days=10)
    marked = office.manage.mark_spam(receipt.id, by="kim")
    assert (marked.status, marked.position) == (Status.SPAM, None)
    assert marked.expires_at == office.clock.now().replace(microsecond=0) + timedelta(days=30)


@pytest.mark.parametrize("act", ["cancel", "erase", "mark_spam"])
def test_promoted__are_told_one_by_one(office: Office, act: str) -> None:
    seated, waiting = office.submit(), office.submit()
    told: list[Submission] = []
    getattr(office.manage, act)(seated.id, by="kim", promoted=told.append)
    assert told == [office.get(waiting)]


def test_set_capacity__tells_of_each_promoted(office: Office) -> None:
    _, *waiting = (office.submit() for _ in range(3))
    told: list[Submission] = []
    state = office.manage.set_capacity("course", "a", 3, by="kim", promoted=told.append)
    assert told == [office.get(receipt) for receipt in waiting]
    assert (state.taken, state.waiting, state.shown) == (3, 0, None)


def test_erase__only_of_what_it_still_is(office: Office) -> None:
    """Whoever chose it by a filter erases nothing that has changed since."""
    receipt = office.submit()
    with pytest.raises(SubmissionChangedError, match=receipt.id):
        office.manage.erase(receipt.id, by="kim", only=Selection(statuses=frozenset({Status.CANCELLED})))
    assert office.statuses(receipt) == [Status.CONFIRMED]
    only = Selection(statuses=frozenset({Status.CONFIRMED}))
    assert office.manage.erase(receipt.id, by="kim", only=only).status is Status.ERASED
    assert office.manage.erase(receipt.id, by="kim", only=only).status is Status.ERASED, "it was erased before"


class Contested(InMemoryManagedRepository):
    """Somebody else changes every submission first."""

    __slots__ = ()

    def change(self, before: Submission, *_: Any, **__: Any) -> Submission:
        raise SubmissionChangedError(before.id)


@pytest.mark.parametrize("act", ["cancel", "erase", "mark_spam"])
def test_act__that_others_always_forestall__says_on_what(act: str) -> None:
    office = Office()
    office.repository = Contested(office.clock, CountedRandomness("repository"))
    office.manage._repository = office.repository
    office.submits = SubmitService(
        repository=office.repository, clock=office.clock, signer=PlainSigner(), randomness=CountedRandomness("service")
    )
    receipt = office.submit(day="b")
    with pytest.raises(StorageUnavailableError, match=receipt.id):
        getattr(office.manage, act)(receipt.id, by="kim")


def test_promotions__are_foreseen_as_they_then_happen(office: Office) -> None:
    """Whatever frees the seats: a cancelled submission, or a larger capacity."""
    _, *waiting = (office.submit() for _ in range(4))
    foreseen = office.manage.would_be_promoted
    first, second, third = (office.get(receipt) for receipt in waiting)
    assert foreseen("course", "a") == ()
    assert foreseen("course", "a", freed=1) == (first,)
    assert foreseen("course", "a", freed=1, capacity=2) == (first, second)
    assert foreseen("course", "a", capacity=9) == (first, second, third)
    assert foreseen("course", "a", freed=2, without=[first.id]) == (second, third)
    assert foreseen("course", "b", freed=1) == ()
    assert office.manage.next_in_line("course", "a", seats=2) == (first, second)
    assert Office(waitlist=Waitlist.MANUAL).manage.would_be_promoted("course", "a", freed=1) == ()
    office.repository.take_ticket("course", "a", holder="slow")
    assert office.manage.next_in_line("course", "a", seats=9) == (first, second, third)


def test_next_in_line__is_nobody_while_a_lower_ticket_may_come(office: Office) -> None:
    office.submit()
    office.repository.take_ticket("course", "a", holder="slow")
    office.submit()
    assert office.manage.next_in_line("course", "a", seats=1) == ()
    assert office.manage.would_be_promoted("course", "a", freed=1) == ()


def test_sweep__counts_seats_taken_and_waiting_by_form(office: Office) -> None:
    """Forms without a capacity have none."""
    office.sweeper._forms._forms["message"] = replace(office.form, name="message", quota=None)  # type: ignore[attr-defined]
    for _ in range(3):
        office.submit()

    assert office.sweeper.sweep().seats == {"course": (1, 2)}


def test_sweep__adds_up_what_it_does_for_each_form() -> None:
    office = Office(verification=Verification(within_hours=1))
    other = replace(office.form, name="visit", id_prefix="vis")
    office.sweeper._forms._forms["visit"] = other  # type: ignore[attr-defined]
    office.submit(day="b")
    verified = office.submit(day="b")
    office.manage.verify(verified.id)
    for name in ("Bo", "Kim"):
        answers = {"name": name, "email": "bo@example.org", "day": "b"}
        office.submits.submit(other, answers, key=None, language="en")
    office.clock.forward(hours=2)

    report = office.sweeper.sweep()

    assert (report.lapsed, report.mails) == (3, 2)
    assert [request.id for request in office.queue.requests] == [verified.id] * 2, "each missing mail once"
