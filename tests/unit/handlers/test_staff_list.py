"""The staff API's list of submissions: its filters, pages and search."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from unit.handlers.staff_office import MANAGER, MemoryServices, StaffOffice

from lambda_handlers.staff_api import submissions
from registration_core.domain.identifiers import display_reference
from registration_core.domain.records import FIELDS

if TYPE_CHECKING:
    from registration_core.domain.submission import Submission


LINE = "order=waiting&status=waitlisted&option=first-robot"


@pytest.fixture
def office() -> StaffOffice:
    return StaffOffice()


def ids(answer: Any) -> list[str]:
    return [one["id"] for one in answer.json["submissions"]]


def test_list__has_the_fields_of_the_command_line(office: StaffOffice) -> None:
    """And how many notes there are, and the days checked in; newest first, of all forms."""
    first, second = office.register(participant="Åsa"), office.register("contact")
    answer = office.get("/staff/submissions")
    assert ids(answer) == [second.id, first.id]
    assert set(answer.json["submissions"][1]) == {*FIELDS, "notes_count", "checked_in"}
    assert answer.json["submissions"][1]["name"] == "Åsa"
    assert answer.json["cursor"] is None


def test_list__filters_as_the_command_line_does(office: StaffOffice) -> None:
    early = office.register(course="first-robot")
    office.clock.forward(days=3)
    late = office.register(course="line-followers")
    spam = office.register("contact")
    services = MemoryServices(office)
    services.manage().mark_spam(spam.id, by=MANAGER)
    services.manage().label(early.id, "paid", on=True, by=MANAGER)
    for query, expected in (
        ("form=contact", [spam]),
        ("status=spam", [spam]),
        ("status=confirmed,spam&form=registration", [late, early]),
        ("option=line-followers", [late]),
        ("label=paid", [early]),
        ("since=2d", [spam, late]),
        ("since=today", [spam, late]),
        ("until=yesterday", [early]),
    ):
        assert ids(office.get(f"/staff/submissions?{query}")) == [one.id for one in expected], query


def test_list__counts_days_in_the_organisations_zone(office: StaffOffice) -> None:
    """23:30 UTC is tomorrow in Stockholm, whatever the zone of the machine."""
    office.clock.forward(hours=13, minutes=59)
    late = office.register()
    office.clock.forward(hours=1)
    assert office.forms["registration"].time_zone is not None
    assert ids(office.get("/staff/submissions?since=today")) == [late.id]
    office.forms = {name: replace(form, time_zone=None) for name, form in office.forms.items()}
    assert ids(office.get("/staff/submissions?since=today")) == []


@pytest.mark.parametrize(
    ("query", "status", "code", "detail"),
    [
        ("form=registraton", 404, "not_found", "There is no form 'registraton'. Did you mean 'registration'?"),
        ("option=nothing", 404, "not_found", "There is no option 'nothing' in any form."),
        ("status=lost", 400, "invalid_filter", "There is no status 'lost'."),
        ("since=soon", 400, "invalid_filter", "since 'soon' is not a time."),
        ("since=2d&until=3d", 400, "invalid_filter", "since 2d must be earlier than until 3d."),
        ("label=two words", 422, "invalid_label", "can't be a label"),
        ("limit=0", 400, "invalid_parameter", "limit must be a whole number from 1 to 500."),
        ("order=waiting&status=waitlisted", 400, "invalid_parameter", "order=waiting needs status=waitlisted, an"),
        ("order=newest", 400, "invalid_parameter", "order=waiting needs"),
        (LINE + "&q=anna", 400, "invalid_parameter", "order=waiting needs"),
        (LINE + "&cursor=reg_1", 400, "invalid_cursor", '"reg_1" is not a cursor of this list.'),
        ("limit=501", 400, "invalid_parameter", "limit must be"),
        ("limit=\u0662", 400, "invalid_parameter", "limit must be"),
        ("cursor=nothing", 400, "invalid_cursor", "is not a cursor of this list."),
        ("q=asa@example.org&cursor=nothing", 400, "invalid_cursor", "is not a cursor of this list."),
        ("q='", 400, "invalid_filter", "Give an address, a reference or a name to search for."),
        ("q=K7QM-3XTQ", 400, "invalid_reference", "K7QM-3XTQ"),
    ],
)
def test_list__says_what_is_wrong(office: StaffOffice, query: str, status: int, code: str, detail: str) -> None:
    answer = office.get(f"/staff/submissions?{query}")
    assert (answer.status, answer.json["code"]) == (status, code)
    assert detail in answer.json["detail"]


@pytest.mark.parametrize("query", ["", "form=registration&", "q=lindqvist&", "q=asa@example.org&"])
def test_list__goes_on_after_a_cursor(office: StaffOffice, query: str) -> None:
    """Each submission is on one page."""
    entries = [office.register(participant=f"Lindqvist {number}", email="asa@example.org") for number in range(5)]
    seen: list[str] = []
    cursor = ""
    for _ in range(4):
        answer = office.get(f"/staff/submissions?{query}limit=2{cursor}")
        assert len(ids(answer)) <= 2
        seen += ids(answer)
        if answer.json["cursor"] is None:
            break
        cursor = f"&cursor={answer.json['cursor']}"
    assert seen == [entry.id for entry in reversed(entries)]
    assert answer.json["cursor"] is None


def test_list__never_outgrows_a_response(office: StaffOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strangers' longest messages shorten a page instead of making the list fail; its cursor goes on after them."""
    monkeypatch.setattr(submissions, "MOST_BYTES", 40_000)
    entries = [office.register("contact", email="a@example.org", message=f"{n}" + "😀" * 3999) for n in range(7)]
    expected = [entry.id for entry in reversed(entries)]
    for query in ("", "q=a@example.org&", "q=example&"):
        seen, cursor = [], ""
        while cursor is not None:
            answer = office.get(f"/staff/submissions?{query}limit=500{cursor}")
            assert len(json.dumps(answer.raw, ensure_ascii=False).encode()) < 2 * 40_000, query
            seen += ids(answer)
            cursor = answer.json["cursor"] and f"&cursor={answer.json['cursor']}"
        assert seen == expected, query


def test_search__finds_what_the_command_line_finds(office: StaffOffice) -> None:
    """An address, a reference, an ID, words of a name, a phone number; an unknown one is no error."""
    asa = office.register(participant="Åsa Lindqvist", email="asa@example.org", phone="+46 70 140 50 21")
    office.register(participant="Bo Ek", email="bo@example.org")
    for what in ("ASA@example.org", display_reference(asa.reference), asa.id, "lindqvist asa", "070-140 50 21"):
        assert ids(office.get(f"/staff/submissions?q={what}")) == [asa.id], what
    for nobody in ("nobody", "nobody@example.org", "reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE"):
        assert office.get(f"/staff/submissions?q={nobody}").json == {"submissions": [], "cursor": None}
    assert ids(office.get("/staff/submissions?q=lindqvist&status=spam")) == []


def test_search__reads_a_large_table_in_steps(office: StaffOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call reads so many submissions; its cursor continues after them, even if none matched."""
    monkeypatch.setattr(submissions, "MOST_READ", 2)
    zoe: Submission = office.register(participant="Zoë Quist")
    for _ in range(3):
        office.register(participant="Bo Ek")
    first = office.get("/staff/submissions?q=zoe quist")
    assert (ids(first), first.json["cursor"] is None) == ([], False)
    assert ids(office.get(f"/staff/submissions?q=zoe quist&cursor={first.json['cursor']}")) == [zoe.id]


def test_waiting_list__is_in_the_order_in_which_people_wait(office: StaffOffice) -> None:
    """Page by page, also if the last one of a page leaves before the next page is asked for."""
    MemoryServices(office).manage().set_capacity("registration", "first-robot", 1)
    _, *waiting = (office.register(course="first-robot").id for _ in range(6))
    path = "/staff/submissions?status=waitlisted&option=first-robot&order=waiting&limit=2"
    first = office.get(path)
    assert (ids(first), [one["rank"] for one in first.json["submissions"]]) == (waiting[:2], [1, 2])
    MemoryServices(office).manage().cancel(waiting[1], by=MANAGER)
    second = office.get(f"{path}&cursor={first.json['cursor']}&form=registration")
    assert (ids(second), [one["rank"] for one in second.json["submissions"]]) == (waiting[2:4], [2, 3])
    last = office.get(f"{path}&cursor={second.json['cursor']}")
    assert (ids(last), last.json["cursor"]) == (waiting[4:], None)
    assert ids(office.get(f"{path}&label=paid")) == []


def test_list__ranks_the_waiting(office: StaffOffice) -> None:
    MemoryServices(office).manage().set_capacity("registration", "first-robot", 1)
    entries = [office.register(course="first-robot") for _ in range(3)]
    ranks = {one["id"]: one["rank"] for one in office.get("/staff/submissions").json["submissions"]}
    assert [ranks[entry.id] for entry in entries] == [None, 1, 2]


LONG = "x" * 2100


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"submissions/reg_{LONG}", 404),
        (f"submissions?id=reg_{LONG}", 200),
        (f"submissions?form=registration&cursor=reg_{LONG}_01JD9Z3V8Q4X2M7N5R6T1WKBCE", 400),
        (f"submissions?q={LONG}@example.org", 400),
        (f"submissions?q=reg_{LONG}", 400),
        ("history?form=registration&cursor=7ZZZZZZZZZZZZZZZZZZZZZZZZZ", 400),
    ],
    ids=["path", "id", "cursor", "address", "search", "history"],
)
def test_staff__is_asked_for_nothing_that_the_table_refuses(office: StaffOffice, path: str, status: int) -> None:
    """A text that can be no key would look like a table in trouble, and wake an operator."""
    office.register()
    assert office.get(f"/staff/{path}").status == status
