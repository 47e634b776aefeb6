"""What the staff API shows beside submissions: forms, today's numbers, seats and attendance lists."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.handlers.staff_office import MANAGER, MemoryServices, StaffOffice

from registration_core.domain.forms import Form
from registration_core.domain.identifiers import display_reference
from registration_core.domain.records import iso


@pytest.fixture
def office() -> StaffOffice:
    return StaffOffice()


def test_forms__have_their_fields_in_one_language(office: StaffOffice) -> None:
    """And the compiled form, from which a program makes the same form again."""
    forms = {form["name"]: form for form in office.get("/staff/forms?lang=sv").json["forms"]}
    assert set(forms) == set(office.forms)
    shown, form = forms["registration"], office.forms["registration"]
    assert shown["title"] == form.title.in_language("sv")
    assert (shown["version"], shown["time_zone"], shown["retired"]) == (form.version, "Europe/Stockholm", False)
    for given, field in zip(shown["fields"], form.fields, strict=True):
        assert (given["name"], given["type"], given["required"]) == (field.name, field.type, field.required)
        assert given["label"] == field.label.in_language("sv")
        labels = [option.label.in_language("sv") for option in field.options]
        assert [option["label"] for option in given.get("options", [])] == labels
    assert Form.from_dict(shown["definition"]) == form


def test_forms__show_no_webhook(office: StaffOffice) -> None:
    """Whoever knows the address of a chat can post there."""
    hooked = replace(office.forms["contact"], webhooks=({"name": "chat", "url": "https://hooks.slack.com/x"},))
    office.forms |= {"contact": hooked}
    office.older.append(hooked)
    for path in ("/staff/forms", "/staff/forms/contact/versions"):
        assert "hooks.slack.com" not in str(office.get(path).json)


def test_forms__have_the_capacities_of_now(office: StaffOffice) -> None:
    """Not those of the form file; an option without counted seats has none."""
    MemoryServices(office).manage().set_capacity("registration", "first-robot", 3)
    forms = {form["name"]: form for form in office.get("/staff/forms").json["forms"]}
    first = forms["registration"]["options"][0]
    option = office.forms["registration"].field("course").option("first-robot")  # type: ignore[union-attr]
    assert (first["value"], first["capacity"]) == ("first-robot", 3)
    assert first["starts_at"] == iso(option.starts_at)  # type: ignore[union-attr, arg-type]
    assert forms["contact"]["options"] == []


def test_versions__are_all_that_are_stored(office: StaffOffice) -> None:
    older = replace(office.forms["registration"], version="older")
    office.older.append(older)
    versions = office.get("/staff/forms/registration/versions").json["versions"]
    assert [Form.from_dict(version) for version in versions] == [office.forms["registration"], older]
    assert office.get("/staff/forms/nothing/versions").json["code"] == "not_found"


def test_overview__counts_what_happened_today(office: StaffOffice) -> None:
    """Today begins at midnight in the organisation's zone. A change counts on its own day."""
    office.register(course="first-robot")
    old = office.register(course="first-robot")
    office.clock.forward(days=1)
    services = MemoryServices(office)
    services.manage().set_capacity("registration", "first-robot", 3)
    office.register(course="first-robot")
    office.register(course="first-robot")
    services.manage().cancel(old.id, by=MANAGER)
    today = office.get("/staff/overview").json["today"]
    assert today == {"submitted": 2, "confirmed": 2, "waitlisted": 1, "cancelled": 1}


def test_overview__shows_each_courses_seats(office: StaffOffice) -> None:
    """Those of a retired form are left out."""
    MemoryServices(office).manage().set_capacity("registration", "first-robot", 1)
    for _ in range(3):
        office.register(course="first-robot")
    courses = {course["option"]: course for course in office.get("/staff/overview?lang=sv").json["courses"]}
    field = office.forms["registration"].field("course")
    assert field is not None
    assert list(courses) == [option.value for option in field.options if option.capacity is not None]
    option = field.option("first-robot")
    assert option is not None
    assert option.starts_at is not None
    assert courses["first-robot"] == {
        "form": "registration",
        "option": "first-robot",
        "label": option.label.in_language("sv"),
        "capacity": 1,
        "taken": 1,
        "waiting": 2,
        "starts_at": iso(option.starts_at),
    }
    office.forms["registration"] = replace(office.forms["registration"], retired=True)
    assert office.get("/staff/overview").json["courses"] == []


def test_overview__shows_what_is_open_and_what_is_closed(office: StaffOffice) -> None:
    """Each form and its options, when that changes, and who decided it. Those of a retired form are left out."""
    office.call("POST", "/staff/forms/registration/openings", body={"open": False, "option": "first-robot"})
    openings = {(one["form"], one["option"]): one for one in office.get("/staff/overview").json["openings"]}
    assert {("registration", None), ("registration", "first-robot"), ("contact", None)} <= openings.keys()
    closed = openings["registration", "first-robot"]
    assert (closed["open"], closed["changes_at"], closed["override"]["by"]) == (False, None, MANAGER)
    option = office.forms["registration"].field("course").option("line-followers")  # type: ignore[union-attr]
    still = openings["registration", "line-followers"]
    assert (still["open"], still["changes_at"]) == (True, iso(option.closes_at))  # type: ignore[union-attr, arg-type]
    office.forms["registration"] = replace(office.forms["registration"], retired=True)
    assert "registration" not in {one["form"] for one in office.get("/staff/overview").json["openings"]}


def test_quotas__are_of_one_form_or_all(office: StaffOffice) -> None:
    MemoryServices(office).manage().set_capacity("registration", "first-robot", 5)
    office.register(course="first-robot")
    quotas = office.get("/staff/quotas").json["quotas"]
    assert quotas == office.get("/staff/quotas?form=registration").json["quotas"]
    first = next(quota for quota in quotas if quota["option"] == "first-robot")
    assert (first["form"], first["capacity"], first["taken"], first["waiting"]) == ("registration", 5, 1, 0)
    assert office.get("/staff/quotas?form=contact").json == {"quotas": []}
    assert office.get("/staff/quotas?form=nothing").status == 404


def test_attendance__lists_whom_to_expect(office: StaffOffice) -> None:
    """The confirmed ones of a course in the order of their names, and who was checked in when and by whom."""
    bo = office.register(course="first-robot", participant="Bo Ek")
    asa = office.register(course="first-robot", participant="Åsa Lindqvist")
    gone = office.register(course="first-robot", participant="Cilla Dahl")
    office.register(course="line-followers")
    services = MemoryServices(office)
    services.manage().cancel(gone.id, by=MANAGER)
    services.attendance().check_in(bo.id, by=MANAGER)
    answer = office.get("/staff/attendance?form=registration&option=first-robot").json
    assert [answer[name] for name in ("form", "option", "day")] == ["registration", "first-robot", "2027-03-01"]
    assert answer["day"] in answer["days"]
    assert [person["name"] for person in answer["people"]] == ["Åsa Lindqvist", "Bo Ek"]
    assert answer["people"][0] == {
        "id": asa.id,
        "reference": display_reference(asa.reference),
        "name": "Åsa Lindqvist",
        "status": "confirmed",
        "version": 1,
        "checked_in": None,
    }
    assert answer["people"][1]["checked_in"] == {"at": iso(office.clock.now()), "by": MANAGER}
    yesterday = office.get("/staff/attendance?form=registration&option=first-robot&day=2027-02-28").json
    assert [person["checked_in"] for person in yesterday["people"]] == [None, None]


def test_attendance__of_a_form_has_everyone(office: StaffOffice) -> None:
    office.register(course="first-robot")
    office.register(course="line-followers")
    answer = office.get("/staff/attendance?form=registration").json
    assert (len(answer["people"]), answer["option"], answer["label"]) == (2, None, None)


@pytest.mark.parametrize(
    ("query", "status", "detail"),
    [
        ("", 400, "Name a form, such as form=registration."),
        ("form=nothing", 404, "There is no form 'nothing'."),
        ("form=registration&option=first", 404, "There is no option 'first' in the form registration."),
        ("form=registration&day=tomorrow", 400, "A day is written as 2026-03-01."),
        ("form=registration&day=2026-02-30", 400, "A day is written as 2026-03-01."),
        ("form=registration&day=20260301", 400, "A day is written as 2026-03-01."),
    ],
)
def test_attendance__says_what_is_wrong(office: StaffOffice, query: str, status: int, detail: str) -> None:
    answer = office.get(f"/staff/attendance?{query}")
    assert (answer.status, detail in answer.json["detail"]) == (status, True)


def test_attendance__knows_an_option_the_form_removed(office: StaffOffice) -> None:
    """The people are still expected."""
    office.register(course="first-robot")
    before = office.forms["registration"]
    office.older.append(before)
    field = before.field("course")
    assert field is not None
    left = replace(field, options=tuple(option for option in field.options if option.value != "first-robot"))
    fields = tuple(left if each.name == "course" else each for each in before.fields)
    office.forms["registration"] = replace(before, version="newer", fields=fields)
    answer = office.get("/staff/attendance?form=registration&option=first-robot").json
    assert (len(answer["people"]), answer["label"]) == (1, "first-robot")


def test_attendance__knows_the_label_of_an_uncounted_option(office: StaffOffice) -> None:
    before = office.forms["registration"]
    field = before.field("course")
    assert field is not None
    uncounted = replace(field, options=tuple(replace(option, capacity=None) for option in field.options))
    fields = tuple(uncounted if each.name == "course" else each for each in before.fields)
    office.forms["registration"] = replace(before, fields=fields)
    answer = office.get(f"/staff/attendance?form=registration&option={field.options[0].label.in_language('en')}")
    assert answer.json["option"] == field.options[0].value


def test_entry__says_what_may_be_done_now(office: StaffOffice) -> None:
    """And what undoes the last change of status."""
    entry = office.register()
    shown = office.get(f"/staff/submissions/{entry.id}").json
    assert (shown["actions"], shown["undo"]) == (["cancel", "mark_spam", "erase"], None)
    MemoryServices(office).manage().cancel(entry.id, by=MANAGER)
    shown = office.get(f"/staff/submissions/{entry.id}").json
    assert (shown["actions"], shown["undo"]) == (["restore", "erase"], "restore")
