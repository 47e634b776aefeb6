"""One action of the staff on one submission: the expected version, promotions, and what a repeat finishes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from contract.manage_fake import InMemoryManagedRepository
from unit.core.test_manage import Office

from registration_core.domain.concurrent_changes import differing, events_after, was_done
from registration_core.domain.errors import NoSeatError, StatusTransitionError, SubmissionChangedError
from registration_core.domain.quota import Waitlist
from registration_core.domain.staff_actions import StaffAction
from registration_core.domain.submission import Status
from registration_core.services.status import StatusService

if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.domain.submission import Submission


@pytest.fixture
def office() -> Office:
    return Office(Waitlist.MANUAL)


def status_of(office: Office) -> StatusService:
    return StatusService(manage=office.manage, restore=office.restore)


def overtake(office: Office, do: Callable[[], object]) -> None:
    """Have somebody else do this just before the next change is written."""

    class Overtaken(InMemoryManagedRepository):
        __slots__ = ()

        def change(self, *args: Any, **options: Any) -> Submission:
            self.__class__ = InMemoryManagedRepository
            do()
            return self.change(*args, **options)

    office.repository.__class__ = Overtaken


@pytest.mark.parametrize("action", list(StaffAction))
def test_act__refuses_another_version(office: Office, action: StaffAction) -> None:
    """Nothing is written, whatever the action."""
    entry = office.get(office.submit())
    office.manage.label(entry.id, "paid", on=True, by="kim")

    with pytest.raises(SubmissionChangedError):
        status_of(office).act(entry, action, by="robin", expected=2)
    with pytest.raises(SubmissionChangedError):
        status_of(office).act(office.get(entry), action, by="robin", expected=1)
    assert office.get(entry).version == 2


def test_act__is_overtaken_between_reading_and_writing(office: Office) -> None:
    """The version is part of the write, so it loses even then."""
    entry = office.get(office.submit())
    overtake(office, lambda: office.manage.label(entry.id, "paid", on=True, by="kim"))
    with pytest.raises(SubmissionChangedError):
        status_of(office).act(entry, StaffAction.CANCEL, by="robin", expected=1)

    details = office.repository.details(entry.id)
    assert details.submission.status is Status.CONFIRMED
    assert [(event.what, event.by) for event in events_after(details, 1)] == [("labelled paid", "kim")]


def test_promote__only_the_next_in_line_and_only_a_free_seat(office: Office) -> None:
    seated, first, second = (office.get(office.submit()) for _ in range(3))
    service = status_of(office)

    with pytest.raises(NoSeatError):
        service.act(first, StaffAction.PROMOTE, by="robin", expected=1)
    assert StaffAction.PROMOTE not in service.possible(first)

    service.act(seated, StaffAction.CANCEL, by="robin", expected=1)
    with pytest.raises(StatusTransitionError, match="in its turn"):
        service.act(second, StaffAction.PROMOTE, by="robin", expected=1)
    assert [StaffAction.PROMOTE in service.possible(each) for each in (first, second)] == [True, False]

    after = service.act(first, StaffAction.PROMOTE, by="robin", expected=1)
    assert (after.status, after.position, after.version) == (Status.CONFIRMED, None, 2)
    assert office.repository.details(first.id).events[-1].what == "promoted"
    with pytest.raises(NoSeatError):
        service.act(second, StaffAction.PROMOTE, by="robin", expected=1)


def test_finish__promotes_after_an_interrupted_action() -> None:
    office = Office(Waitlist.AUTO)
    entry, waiting = office.get(office.submit()), office.get(office.submit())
    cancelled = replace(entry, version=2, status=Status.CANCELLED)
    office.repository.change(entry, cancelled, what="cancelled", by="robin")  # and then the function was killed
    promoted: list[str] = []

    assert was_done(office.repository.details(entry.id), "cancelled", by="robin", version=1)
    status_of(office).finish(office.get(entry), by="robin", promoted=lambda each: promoted.append(each.id))

    assert promoted == [waiting.id]


def test_was_done__is_the_same_act_by_the_same_person(office: Office) -> None:
    entry = office.get(office.submit())
    status_of(office).act(entry, StaffAction.CANCEL, by="robin", expected=1)
    details = office.repository.details(entry.id)

    assert was_done(details, "cancelled", by="robin", version=1)
    assert not was_done(details, "cancelled", by="kim", version=1)
    assert not was_done(details, "marked spam", by="robin", version=1)
    assert not was_done(details, "cancelled", by="robin", version=2)


def test_differing__names_what_changed(office: Office) -> None:
    entry = office.get(office.submit())
    after = status_of(office).act(entry, StaffAction.CANCEL, by="robin")

    assert differing(entry, after) == [("status", "confirmed", "cancelled")]
