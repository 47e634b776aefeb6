"""One submission as the staff API shows it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from unit.handlers.staff_office import MANAGER, READER, MemoryServices, StaffOffice

from registration_core.domain.identifiers import display_reference
from registration_core.domain.records import DETAILS, FIELDS, iso


@pytest.fixture
def office() -> StaffOffice:
    return StaffOffice()


def test_entry__has_everything_about_a_submission(office: StaffOffice) -> None:
    """By its ID or its reference, with its version as the ETag."""
    entry = office.register(participant="Åsa Lindqvist")
    answer = office.get(f"/staff/submissions/{entry.id}", who=READER)
    assert answer.status == 200
    assert answer.headers["ETag"] == f'"{entry.version}"'
    assert {*FIELDS, *DETAILS, "shown"} <= set(answer.json)
    assert answer.json["name"] == "Åsa Lindqvist"
    assert [line["what"] for line in answer.json["history"]] == ["submitted"]
    assert office.get(f"/staff/submissions/{display_reference(entry.reference).lower()}").json == answer.json


def test_entry__shows_answers_in_words(office: StaffOffice) -> None:
    """In the language of `lang`, with the labels of the form's version that was filled in."""
    entry = office.register(course="first-robot")
    shown = {one["name"]: one for one in office.get(f"/staff/submissions/{entry.id}?lang=sv").json["shown"]}
    field = office.forms["registration"].field("course")
    assert field is not None
    option = field.option("first-robot")
    assert option is not None
    assert (shown["course"]["label"], shown["course"]["text"]) == (
        field.label.in_language("sv"),
        option.label.in_language("sv"),
    )
    before = office.forms["registration"]
    office.older.append(before)
    office.forms["registration"] = replace(before, version="other", fields=before.fields[:1])
    again = office.get(f"/staff/submissions/{entry.id}?lang=sv").json["shown"]
    assert {one["name"]: one for one in again} == shown


def test_entry__has_notes_and_check_ins(office: StaffOffice) -> None:
    """Lists have their number and days."""
    entry = office.register()
    services = MemoryServices(office)
    services.notes().add(entry.id, "Will pay on the day", by=MANAGER, note_id="n1")
    services.attendance().check_in(entry.id, by=MANAGER)
    answer, now = office.get(f"/staff/submissions/{entry.id}").json, iso(office.clock.now())
    assert answer["notes"] == [{"id": "n1", "at": now, "by": MANAGER, "text": "Will pay on the day"}]
    assert answer["check_ins"] == [{"day": "2027-03-01", "at": now, "by": MANAGER}]
    assert (answer["notes_count"], answer["checked_in"]) == (1, ["2027-03-01"])


@pytest.mark.parametrize("name", ["reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE", "K7QM-3XTP", "K7QM-3XTQ", "nobody", "%20", "a%2Fb"])
def test_entry__that_does_not_exist_is_not_found(office: StaffOffice, name: str) -> None:
    answer = office.get(f"/staff/submissions/{name}")
    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_entry__leaves_no_personal_data_in_the_log(office: StaffOffice, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither of the registrant nor of the staff."""
    entry = office.register(participant="Åsa Lindqvist", email="asa_l@example.org")
    capsys.readouterr()
    office.get(f"/staff/submissions/{entry.id}")
    office.get("/staff/submissions/asa_l@example.org")
    lines = capsys.readouterr().out
    assert [json.loads(line)["message"] for line in lines.splitlines()] == ["answered", "refused"]
    assert entry.id in lines
    assert not any(private in lines for private in ("example.org", "Åsa", "asa_l", "Lindqvist"))
