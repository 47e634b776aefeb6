"""`rollcall attendance`: who is expected and who came, on a terminal, for programs and on paper."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from unit.cli.office import COURSE, OTHER_COURSE, Office, reference

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.fakes import CommandLine

LIST = ("attendance", "registration", COURSE)


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    office = Office(rollcall_local)
    office.seats(COURSE, 20)
    return office


def test_attendance__lists_names_in_order_with_times(office: Office) -> None:
    people = [office.register(name) for name in ("Östen Ek", "åsa Lind", "Bo Al")]
    other = office.register("Ada", course=OTHER_COURSE)
    office.manage.cancel(people[2].id, by="kim")
    office.attendance.check_in(people[1].id, by="kim")

    ran = office.line(*LIST)

    assert ran.out.splitlines() == [
        f"åsa Lind\t{reference(people[1])}\t2027-03-01T09:30:15.250Z",
        f"Östen Ek\t{reference(people[0])}\t",
    ]
    assert ran.err == "2 people, 1 checked in on 2027-03-01.\n"
    everyone = office.line("attendance", "registration").out
    assert (other.reference[:4] in everyone, len(everyone.splitlines())) == (True, 3)
    shown = office.line(*LIST, "--day", "yesterday", "--day", "2027-03-01", terminal=True)
    assert shown.out.splitlines()[1].split() == ["åsa", "Lind", reference(people[1]), "2027-03-01", "09:30"]
    assert shown.err == "2 people, 0 checked in on 2027-02-28, 1 checked in on 2027-03-01.\n"


def test_attendance__reads_a_label_and_names_the_options(office: Office) -> None:
    office.register("Åsa")
    assert office.line("attendance", "registration", "My first robot").out.startswith("Åsa\t")
    assert office.line("attendance", "registration", OTHER_COURSE).err == "Nobody is confirmed.\n"
    wrong = office.line("attendance", "registration", "first-robto")
    assert wrong.code == 3
    assert "There is no option 'first-robto' in the form registration. Did you mean 'first-robot'?" in wrong.err
    assert office.line("attendance", "registratoin").code == 3


def test_json__has_days_and_answers(office: Office) -> None:
    asa = office.register("Åsa")
    office.attendance.check_in(asa.id, by="kim")
    asked = ("--json", "name,answers.course,days", "--day", "today", "--day", "tomorrow")
    assert json.loads(office.line(*LIST, *asked).out) == [
        {
            "name": "Åsa",
            "answers.course": COURSE,
            "days": [
                {"day": "2027-03-01", "at": "2027-03-01T09:30:15.250Z", "by": "kim"},
                {"day": "2027-03-02", "at": None, "by": None},
            ],
        }
    ]


def test_page__has_a_box_for_each_day_in_the_forms_words(office: Office, tmp_path: Path) -> None:
    """Values are escaped, and the heading is in the part that prints on every page."""
    file = tmp_path / "list.html"
    asa = office.register("Åsa <b>", phone="070-140 50 21")
    office.register("Bo")
    office.attendance.check_in(asa.id, by="kim")
    for number, text in enumerate(("Called, no answer", "Pays on the day")):
        office.notes.add(asa.id, text, by="kim", note_id=str(number))

    days = ("--day", "2027-03-01", "--day", "2027-03-02")
    ran = office.line(*LIST, *days, "--columns", "name,phone,course,notes", "--language", "sv", "--html", str(file))

    assert ran.err == f"2 people. {file}\n"
    page = file.read_text(encoding="utf-8")
    assert '<html lang="sv">' in page
    assert "Åsa &lt;b&gt;" in page
    headings = re.findall(r'<th (?:class="\w+" )?scope="col">([^<]*)', page)
    assert headings == ["#", "Namn", "Vårdnadshavarens telefon", "Kurs", "Anteckningar", "1 mars 2027", "2 mars 2027"]
    assert page.count('<td class="box">') == 4
    assert page.count("<path") == 1
    assert "<small>10:30</small>" in page
    assert "070-140 50 21" in page
    assert ">Called, no answer; Pays on the day<" in page
    heading = page.partition("<thead>")[2].partition("</thead>")[0]
    assert "Närvarolista<b>Min första robot</b>" in heading
    assert "table-header-group" in page
    assert "src=" not in page


def test_sheet__prints_with_its_heading_and_runs_no_formula(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    evil = office.register("=1+1")
    office.register("Bo")
    office.attendance.check_in(evil.id, by="kim")

    assert office.line(*LIST, "--xlsx", str(file)).code == 0

    with ZipFile(BytesIO(file.read_bytes())) as archive:
        sheet, book = (archive.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "workbook"))
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "=1+1" in strings
    assert "✓ 10:30" in strings
    assert 'fitToHeight="0"' in sheet
    assert "Print_Titles" in book


def test_files__are_replaced_only_with_force(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "list.html"
    file.write_text("mine")
    ran = office.line(*LIST, "--html", str(file))
    assert (ran.code, "already exists" in ran.err, file.read_text()) == (2, True, "mine")
    assert office.line(*LIST, "--html", str(file), "--force").code == 0
    assert file.read_text() != "mine"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--day", "saturday"), "'saturday' is not a day"),
        (("--html", "x.html", "--json", "name"), "Give either --json or a file"),
        (("--language", "sv"), "only for --html and --xlsx"),
        (("--force",), "only for --html and --xlsx"),
        (("--html", "x.html", "--language", "de"), "has no texts in 'de'. There are: en, sv."),
        (("--columns", "nmae"), "There is no column 'nmae'"),
        (("--json", "answers.nmae"), "There is no field 'answers.nmae'"),
    ],
)
def test_attendance__refuses_in_a_sentence(office: Office, options: tuple[str, ...], says: str) -> None:
    ran = office.line(*LIST, *options)
    assert (ran.code, says in ran.err) == (2, True), ran.err
