"""Random sequences of everything that can happen to submissions and seats, with faults, checked after each step."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import (
    CountedRandomness,
    GivenForms,
    InMemorySubmissionRepository,
    ListedMailQueue,
    PlainSigner,
    StoppedClock,
)
from contract.faulty_table import Fault, FaultyCall, patient_table
from contract.mail_fakes import InMemoryAskedMails, InMemoryJournal, reminders_in_memory
from contract.manage_fake import InMemoryManagedRepository
from contract.stored_state import Option, StoredInMemory, StoredInTable, StoredState
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from unit.core.builders import a_field, a_form, words

from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.domain.errors import (
    AlreadyRegisteredError,
    NoSeatError,
    StatusTransitionError,
    StorageUnavailableError,
    SubmissionChangedError,
    SubmissionNotFoundError,
)
from registration_core.domain.fields import Option as FormOption
from registration_core.domain.policies import Verification
from registration_core.domain.quota import Quota, Waitlist
from registration_core.domain.submission import SEATED, Status
from registration_core.services.edit import EditService
from registration_core.services.manage import ManageService
from registration_core.services.restore import RestoreService
from registration_core.services.submit import SubmitService
from registration_core.services.sweep import SweepService

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from registration_core.domain.ports import ManagedRepository
    from registration_core.domain.submission import Receipt

    Setting = Callable[[StoppedClock], tuple[ManagedRepository, StoredState, list[Fault]]]

OPTIONS = ("a", "b")
NAMES = ("Åsa", "Bo", "Cleo", "Dag", "Eir", "Fay")
FORM_NUMBERS = count()
MAY_FAIL = (StorageUnavailableError, StatusTransitionError, SubmissionNotFoundError)

SIGN = {True: "links 9", False: None}


class QuotaMachine(RuleBasedStateMachine):
    """A form with two counted options, its registrants, and its staff."""

    entries = Bundle("entries")

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.clock = StoppedClock()
        self.repository, self.stored, self.faults = setting(self.clock)
        self.months: list[datetime] = [self.clock.now()]
        self.acknowledged: set[str] = set()
        self.given_keys: dict[str, tuple[dict[str, str], bool, Receipt]] = {}
        self.unanswered: dict[str, tuple[dict[str, str], bool]] = {}
        self.asked = 0
        self.queue = ListedMailQueue()
        self.quota_before: dict[str, Option] = {}
        self.entries_before: dict[str, Any] = {}

    @initialize(
        waitlist=st.sampled_from(Waitlist),
        verified=st.booleans(),
        capacity=st.integers(0, 3),
        once=st.sampled_from([None, "day"]),
    )
    def open(self, waitlist: Waitlist, verified: bool, capacity: int, once: str | None) -> None:  # noqa: FBT001 - drawn
        options = tuple(FormOption(value, words(value), capacity=capacity) for value in OPTIONS)
        self.form = a_form(
            a_field("text", "name", required=True),
            a_field("email", "email", required=True),
            a_field("choice", "day", required=True, options=options),
            name=f"course-{next(FORM_NUMBERS)}",
            quota=Quota("day", waitlist),
            verification=Verification(48) if verified else None,
            once=once,
            retention_days=3000,
        )
        randomness = CountedRandomness(self.form.name)
        forms = GivenForms(self.form)
        self.submits = SubmitService(
            repository=self.repository, signer=PlainSigner(), clock=self.clock, randomness=randomness
        )
        self.manage = ManageService(forms=forms, repository=self.repository, clock=self.clock, randomness=randomness)
        self.edits = EditService(
            forms=forms, repository=self.repository, signer=PlainSigner(), clock=self.clock, randomness=randomness
        )
        self.restores = RestoreService(
            forms=forms, repository=self.repository, signer=PlainSigner(), clock=self.clock, randomness=randomness
        )
        nothing = InMemorySubmissionRepository(self.clock, randomness)  # no digest is sent here
        self.sweeper = SweepService(
            forms=forms,
            repository=self.repository,
            manage=self.manage,
            queue=self.queue,
            journal=InMemoryJournal(nothing),
            asked=InMemoryAskedMails(nothing),
            reminders=reminders_in_memory(nothing, InMemoryAskedMails(nothing), self.queue, self.clock),
            clock=self.clock,
        )

    @rule(target=entries, option=st.sampled_from(OPTIONS), name=st.sampled_from(NAMES), suspected=st.booleans())
    def submit(self, option: str, name: str, suspected: bool) -> Any:  # noqa: FBT001 - drawn
        self.asked += 1
        key = f"key-{self.asked}"
        return self._submit(
            {"name": name, "email": "robin@example.org", "day": option}, suspected and name == "Åsa", key
        )

    @rule(place=st.integers(0, 50))
    def submit_again(self, place: int) -> None:
        """The same key and answers get the first answer again, whatever happened to the submission."""
        known = list(self.given_keys.items())
        if not known or (self.clock.now() - self.months[0]).total_seconds() > 20 * 3600:
            return
        key, (answers, suspected, receipt) = known[place % len(known)]
        with suppress(*MAY_FAIL):
            again = self.submits.submit(
                self.form, answers, key=key, language="en", spam_sign="links 9" if suspected else None
            )
            assert (again.id, again.reference, again.position) == (receipt.id, receipt.reference, receipt.position)

    @rule(target=entries)
    def retry(self) -> Any:
        """A registrant who got no answer asks again with the same key."""
        if not self.unanswered:
            return multiple()
        key, (answers, suspected) = self.unanswered.popitem()
        return self._submit(answers, suspected, key)

    @rule(submission_id=entries)
    def verify(self, submission_id: str) -> None:
        with suppress(*MAY_FAIL):
            verified = self.manage.verify(submission_id)
            genuine = verified.spam_sign is not None  # the staff confirmed it; nobody proved its address
            assert verified.verified_at is not None or self.form.verification is None or genuine

    @rule(submission_id=entries)
    def cancel(self, submission_id: str) -> None:
        with suppress(*MAY_FAIL):
            assert self.manage.cancel(submission_id, by="staff").status is Status.CANCELLED

    @rule(submission_id=entries)
    def erase(self, submission_id: str) -> None:
        with suppress(*MAY_FAIL):
            assert self.manage.erase(submission_id, by="registrant").status is Status.ERASED
            traces = self.stored.traces(submission_id)
            assert not any(word in traces for word in ("robin", "example.org", *NAMES, "ONCE#", "IDEM#"))
            assert submission_id in self.repository.erased(since=self.clock.now())

    @rule(submission_id=entries)
    def mark_genuine(self, submission_id: str) -> None:
        with suppress(*MAY_FAIL, AlreadyRegisteredError):
            assert self.restores.mark_genuine(submission_id, by="staff").status is not Status.SPAM

    @rule(submission_id=entries, option=st.sampled_from(OPTIONS), may_wait=st.booleans(), name=st.sampled_from(NAMES))
    def edit(self, submission_id: str, option: str, may_wait: bool, name: str) -> None:  # noqa: FBT001 - drawn
        with suppress(*MAY_FAIL, NoSeatError, AlreadyRegisteredError, SubmissionChangedError):
            plan = self.edits.plan(self.repository.get(submission_id), {"day": option, "name": name})
            edited = self.edits.carry_out(plan, by="staff", may_wait=may_wait)
            assert (edited.option, edited.answers["day"], edited.answers["name"]) == (option, option, name)

    @rule(option=st.sampled_from(OPTIONS), limit=st.sampled_from([None, 1]))
    def promote(self, option: str, limit: int | None) -> None:
        if option in self.quota_before:
            with suppress(*MAY_FAIL):
                self.manage.promote(self.form.name, option, by="staff", limit=limit)

    @rule(option=st.sampled_from(OPTIONS), capacity=st.integers(0, 4))
    def set_capacity(self, option: str, capacity: int) -> None:
        with suppress(*MAY_FAIL):
            state = self.manage.set_capacity(self.form.name, option, capacity, by="staff")
            assert state.capacity == capacity

    @rule(option=st.sampled_from(OPTIONS))
    def abandon_a_ticket(self, option: str) -> None:
        """A function dies between drawing a ticket and writing its submission."""
        if option in self.quota_before:
            self.asked += 1
            with suppress(*MAY_FAIL):
                self.repository.take_ticket(self.form.name, option, holder=f"dead-{self.asked}")

    @rule(minutes=st.sampled_from([1, 3, 49 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.clock.forward(minutes=minutes)
        if minutes > 60:  # the promise of an idempotency key has expired by then
            self.unanswered.clear()
        if (self.clock.now().year, self.clock.now().month) != (self.months[-1].year, self.months[-1].month):
            self.months.append(self.clock.now())

    @rule()
    def sweep(self) -> None:
        with suppress(*MAY_FAIL):
            self.sweeper.sweep()

    @rule(faults=st.lists(st.sampled_from(Fault), max_size=7))
    def stumble(self, faults: list[Fault]) -> None:
        self.faults[:] = faults

    @invariant()
    def everyone_has_one_seat_or_ticket(self) -> None:
        if not hasattr(self, "form"):
            return
        entries = self.stored.entries(self.form.name, months=self.months)
        assert self.acknowledged <= entries.keys()
        assert len(entries) <= self.asked
        for option in OPTIONS:
            quota = self.stored.option(self.form.name, option)
            theirs = [entry for entry in entries.values() if entry.option == option]
            if quota is None:
                assert all(entry.status not in (*SEATED, Status.WAITLISTED) for entry in theirs)
                continue
            assert quota.state.taken == len(quota.seats)
            assert quota.seats == {entry.id for entry in theirs if entry.status in SEATED}
            assert quota.tickets == {entry.position: entry.id for entry in theirs if entry.status is Status.WAITLISTED}
            assert quota.state.waiting >= len(quota.tickets)
            assert all(ticket <= quota.state.tickets for ticket in quota.tickets)
            self._nobody_was_wronged(option, quota, entries)
            self.quota_before[option] = quota
        assert all(entry.position is None for entry in entries.values() if entry.status is not Status.WAITLISTED)
        self.entries_before = entries

    def _nobody_was_wronged(self, option: str, now: Option, entries: dict[str, Any]) -> None:
        """No option was oversold since the last step, and nobody jumped the queue."""
        before = self.quota_before.get(option)
        newly = now.seats - (before.seats if before is not None else frozenset())
        if newly:
            assert now.state.taken <= max(now.state.capacity, before.state.capacity if before is not None else 0)
        waited = before.tickets if before is not None else {}
        promoted = [ticket for ticket, submission_id in waited.items() if submission_id in newly]
        assert all(ticket > highest for highest in promoted for ticket in now.tickets if ticket in waited)
        newcomers = [submission_id for submission_id in newly if submission_id not in waited.values()]
        if newcomers and before is not None:
            assert before.state.waiting == 0
        if before is not None:
            assert now.state.tickets >= before.state.tickets
            stayed = [entry for entry in self.entries_before.values() if entry.option == entries[entry.id].option]
            positions = {entry.id: entry.position for entry in stayed if entry.status is Status.WAITLISTED}
            assert all(entries[known].position in (position, None) for known, position in positions.items())

    def teardown(self) -> None:
        """Once the faults are over, two sweeps put everything in order, and `doctor --deep` finds nothing wrong."""
        if not hasattr(self, "form"):
            return
        self.faults.clear()
        for _ in range(2):
            self.time_passes(3)
            self.sweeper.sweep()
        self.everyone_has_one_seat_or_ticket()
        assert self.form.quota is not None
        for quota in self.quota_before.values():
            assert quota.state.waiting == len(quota.tickets)
            if self.form.quota.waitlist is Waitlist.AUTO:
                assert not (quota.state.free and quota.state.waiting)
        assert self.stored.problems(self.form, self.clock) == []

    def _submit(self, answers: dict[str, str], suspected: bool, key: str) -> Any:  # noqa: FBT001 - drawn
        try:
            receipt = self.submits.submit(
                self.form, answers, key=key, language="en", spam_sign="links 9" if suspected else None
            )
        except StorageUnavailableError:
            self.unanswered[key] = (answers, suspected)
            return multiple()
        self.given_keys[key] = (answers, suspected, receipt)
        try:
            stored = self.repository.get(receipt.id)
        except SubmissionNotFoundError:
            assert receipt.repeated
            assert self.form.once is not None
            return multiple()
        self.acknowledged.add(receipt.id)
        if not receipt.repeated:
            assert (stored.status, stored.position) == (receipt.status, receipt.position)
        return receipt.id


def play(setting: Setting, *, examples: int, steps: int) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: QuotaMachine(setting),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def in_memory(clock: StoppedClock) -> tuple[ManagedRepository, StoredState, list[Fault]]:
    repository = InMemoryManagedRepository(clock, CountedRandomness("memory"))
    return repository, StoredInMemory(repository), []


def on_a_table(dynamodb: Any, table: str, *, keep_tokens: bool) -> Setting:
    def on_table(clock: StoppedClock) -> tuple[ManagedRepository, StoredState, list[Fault]]:
        call = sdk_call(dynamodb)
        faulty = FaultyCall(call, keep_tokens=keep_tokens)
        repository = ManagedDynamoRepository(
            patient_table(faulty, table), clock=clock, randomness=CountedRandomness(f"table {next(FORM_NUMBERS)}")
        )
        return repository, StoredInTable(call, table), faulty.faults

    return on_table


def test_seats__in_memory() -> None:
    play(in_memory, examples=60, steps=40)


@pytest.mark.parametrize("keep_tokens", [True, False])
def test_seats__on_a_table_with_faults(dynamodb: Any, table: str, *, keep_tokens: bool) -> None:
    play(on_a_table(dynamodb, table, keep_tokens=keep_tokens), examples=4, steps=30)


@pytest.mark.full
@pytest.mark.parametrize("keep_tokens", [True, False])
def test_seats__on_a_table_with_faults_for_long(dynamodb: Any, table: str, *, keep_tokens: bool) -> None:
    play(on_a_table(dynamodb, table, keep_tokens=keep_tokens), examples=300, steps=50)
