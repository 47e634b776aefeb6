"""Attendance: checked in for a day, undone, and listed in the order of names."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from contract.fakes import GivenForms
from contract.manage_fake import InMemoryManagedRepository
from unit.core.builders import a_field, a_form, words
from unit.core.test_manage import Office

from registration_core.domain.attendance import MOST_CHECK_INS, check_in_of
from registration_core.domain.errors import InvalidCheckInError, StatusTransitionError, UnknownFormError
from registration_core.domain.fields import Option
from registration_core.domain.quota import Quota
from registration_core.domain.submission import Status
from registration_core.domain.time_zones import TimeZone
from registration_core.services.attendance import AttendanceService
from registration_core.services.notes import NoteService
from registration_core.services.query import QueryService

if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.domain.submission import Receipt, Submission

TODAY = date(2027, 3, 2)
AT_NIGHT = datetime(2027, 3, 1, 23, 30, tzinfo=UTC)
"""It is already the next day in Stockholm."""


class Desk(Office):
    """An office in Stockholm whose staff check people in."""

    def __post_init__(self) -> None:
        self.capacity = 5
        super().__post_init__()
        begins = datetime(2027, 3, 5, 17, tzinfo=UTC)
        options = (
            Option("a", words("A"), capacity=5, starts_at=begins, ends_at=begins + timedelta(days=2)),
            Option("b", words("B"), starts_at=begins, ends_at=begins + timedelta(days=90)),
        )
        self.form = a_form(
            a_field("text", "name", required=True),
            a_field("email", "email", required=True),
            a_field("choice", "day", required=True, options=options),
            quota=Quota("day"),
            time_zone=TimeZone("Europe/Stockholm", "CET-1CEST,M3.5.0,M10.5.0/3"),
            retention_days=90,
        )
        self.clock.at = AT_NIGHT
        self.query = QueryService(forms={"course": self.form}, repository=self.repository, clock=self.clock)
        self.attendance = AttendanceService(
            forms=GivenForms(self.form), repository=self.repository, query=self.query, clock=self.clock
        )

    def days(self, receipt: Receipt) -> list[date]:
        return [check_in.day for check_in in self.get(receipt).check_ins]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_check_in__is_for_today_where_the_organisation_is(desk: Desk) -> None:
    receipt = desk.submit()
    after = desk.attendance.check_in(receipt.id, by="kim")
    (check_in,) = after.check_ins
    assert (check_in.day, check_in.at, check_in.by) == (TODAY, AT_NIGHT, "kim")
    assert (after.status, after.version) == (Status.CONFIRMED, 2)
    assert desk.repository.details(receipt.id).events[-1].what == "checked in 2027-03-02"


def test_check_in__twice_keeps_the_first(desk: Desk) -> None:
    receipt = desk.submit()
    once = desk.attendance.check_in(receipt.id, by="kim")
    desk.clock.forward(minutes=1)
    assert desk.attendance.check_in(receipt.id, TODAY, by="ada") == once


def test_undo__takes_one_day_back(desk: Desk) -> None:
    receipt = desk.submit()
    desk.attendance.check_in(receipt.id, by="kim")
    desk.attendance.check_in(receipt.id, TODAY - timedelta(days=7), by="kim")
    assert desk.days(receipt) == [TODAY - timedelta(days=7), TODAY]
    after = desk.attendance.undo(receipt.id, by="ada")
    assert desk.days(receipt) == [TODAY - timedelta(days=7)]
    event = desk.repository.details(receipt.id).events[-1]
    assert (event.what, event.by) == ("check-in undone 2027-03-02", "ada")
    assert desk.attendance.undo(receipt.id, TODAY, by="ada") == after


@pytest.mark.parametrize(("days", "says"), [(1, "because today is 2027-03-02"), (-367, "more than a year ago")])
def test_check_in__refuses_days_that_cannot_be_meant(desk: Desk, days: int, says: str) -> None:
    receipt = desk.submit()
    with pytest.raises(InvalidCheckInError, match=says):
        desk.attendance.check_in(receipt.id, TODAY + timedelta(days=days), by="kim")
    assert desk.days(receipt) == []


class Overtaken(InMemoryManagedRepository):
    """Others change a submission between a read and what follows from it."""

    __slots__ = ("others",)
    others: list[Callable[[], object]]

    def get(self, submission_id: str) -> Submission:
        submission = super().get(submission_id)
        if self.others:
            self.others.pop(0)()
        return submission


def test_check_in__at_two_doors_at_once_counts_once(desk: Desk) -> None:
    """Whoever comes second reads again and finds the person checked in; a note in between is kept."""
    receipt = desk.submit()
    notes = NoteService(repository=desk.repository, clock=desk.clock)
    repository = Overtaken(**{each.name: getattr(desk.repository, each.name) for each in fields(desk.repository)})
    repository.others = [
        lambda: notes.add(receipt.id, "Late", by="ada", note_id="1"),
        lambda: desk.attendance.check_in(receipt.id, by="ada"),
    ]
    door = AttendanceService(forms=GivenForms(desk.form), repository=repository, query=desk.query, clock=desk.clock)

    after = door.check_in(receipt.id, by="kim")

    assert [check_in.by for check_in in after.check_ins] == ["ada"]
    assert [note.text for note in after.notes] == ["Late"]


def test_check_in__keeps_when_it_was_tapped_offline(desk: Desk) -> None:
    receipt, late, fast = (desk.submit() for _ in range(3))
    tapped = AT_NIGHT - timedelta(hours=3)
    assert desk.attendance.check_in(receipt.id, by="kim", at=tapped).check_ins[0].at == tapped
    with pytest.raises(InvalidCheckInError, match="7 days"):
        desk.attendance.check_in(late.id, by="kim", at=AT_NIGHT - timedelta(days=7, seconds=1))
    ahead = AT_NIGHT + timedelta(minutes=4)
    assert desk.attendance.check_in(fast.id, by="kim", at=ahead).check_ins[0].at == AT_NIGHT


@pytest.mark.parametrize("how", ["cancel", "mark_spam", "erase"])
def test_check_in__needs_a_confirmed_submission(desk: Desk, how: str) -> None:
    receipt = desk.submit()
    desk.attendance.check_in(receipt.id, by="kim")
    getattr(desk.manage, how)(receipt.id, by="kim")
    with pytest.raises(StatusTransitionError, match="only a confirmed one"):
        desk.attendance.check_in(receipt.id, by="kim")


def test_check_in__has_a_bound(desk: Desk) -> None:
    receipt = desk.submit()
    for ago in range(MOST_CHECK_INS):
        desk.attendance.check_in(receipt.id, TODAY - timedelta(days=ago), by="kim")
    with pytest.raises(InvalidCheckInError, match="at most 200 days"):
        desk.attendance.check_in(receipt.id, TODAY - timedelta(days=MOST_CHECK_INS), by="kim")


def test_list__has_the_confirmed_in_the_order_of_names(desk: Desk) -> None:
    asa, bo, gone, _ = (desk.submit(name=name) for name in ("åsa Öst", "Bo Ek", "Cid Al", "Adam Berg"))
    desk.manage.cancel(gone.id, by="kim")
    other = desk.submit(day="b", name="Ada Lov")
    desk.attendance.check_in(bo.id, by="kim")

    listed = desk.attendance.list("course", "a")

    assert [person.answers["name"] for person in listed.people] == ["Adam Berg", "åsa Öst", "Bo Ek"]
    assert (listed.day, listed.here) == (TODAY, 1)
    assert check_in_of(listed.people[1], TODAY) is None
    assert listed.people[1].id == asa.id
    assert [person.id for person in desk.attendance.list("course", "b").people] == [other.id]
    assert len(desk.attendance.list("course").people) == 4
    assert desk.attendance.list("course", "a", TODAY - timedelta(days=1)).here == 0
    with pytest.raises(UnknownFormError):
        desk.attendance.list("no-such-form")


def test_list__names_the_days_of_the_course_and_of_check_ins(desk: Desk) -> None:
    """An option that ends long after it starts is a course with sessions, so only its first day is known."""
    receipt = desk.submit()
    desk.attendance.check_in(receipt.id, TODAY - timedelta(days=1), by="kim")
    days = desk.attendance.list("course", "a").days
    assert [str(day)[5:] for day in days] == ["03-01", "03-02", "03-05", "03-06", "03-07"]
    assert desk.attendance.list("course", "b").days == (TODAY, date(2027, 3, 5))
