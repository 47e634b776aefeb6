"""Lists name the registrant: names, options, ranks, chosen columns and sorting, with the real services."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from unit.cli.office import COURSE, OTHER_COURSE, Office, reference
from unit.core.builders import a_field

from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

NAMES = ("Åsa Öberg", "O'Brien", "Ngô Thị", "李小龍", "محمد")


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    return Office(rollcall_local)


def rows(out: str) -> list[list[str]]:
    return [line.split("\t") for line in out.splitlines()]


def test_list__shows_names_to_tell_siblings_apart(office: Office) -> None:
    """A family shares one address; the name and the course come first."""
    for name in ("Åsa Öberg", "Bo Öberg"):
        office.register(name, email="familjen@example.org")

    lines = office.line("list", terminal=True).out.splitlines()

    assert lines[0].split()[:5] == [
        f"\x1b[1m{name}\x1b[0m" for name in ("NAME", "OPTION", "STATUS", "RANK", "REFERENCE")
    ]
    assert {line.split("  ")[0] for line in lines[1:]} == {"Åsa Öberg", "Bo Öberg"}
    assert all(COURSE in line for line in lines[1:])


@pytest.mark.parametrize("width", [40, 80, 120])
def test_list__keeps_names_whole_at_any_width(office: Office, width: int) -> None:
    """This holds for every script, and no line is wider than the terminal."""
    for name in NAMES:
        office.register(name)
    office.line.environ |= {"COLUMNS": str(width), "NO_COLOR": "1"}

    out = office.line("list", "--form", "registration", terminal=True).out

    assert all(name in out for name in NAMES)
    assert max(map(cell_len, out.splitlines())) <= width


def test_list__on_a_narrow_terminal_prints_names_and_values(office: Office) -> None:
    """Values are side by side while they fit; empty ones are left out."""
    office.register("Åsa Öberg")
    office.line.environ |= {"COLUMNS": "40", "NO_COLOR": "1"}

    lines = office.line("list", "--form", "registration", terminal=True).out.strip().splitlines()

    assert [line.split()[0] for line in lines] == ["NAME", "OPTION", "STATUS", "REFERENCE", "SUBMITTED"]
    assert lines[0].split(None, 1)[1] == "Åsa Öberg"


def test_list__of_one_form_omits_what_repeats_on_each_line(office: Office) -> None:
    office.register("Bo", form="contact")

    header = office.line("list", "--form", "contact", terminal=True).out.splitlines()[0]

    assert not {"FORM", "OPTION", "RANK"} & set(header.replace("\x1b[1m", "").replace("\x1b[0m", "").split())


def test_list__shows_the_rank_on_the_waiting_list(office: Office) -> None:
    """It is today's rank, not the ticket."""
    office.register("First")
    office.seats(capacity=1)
    second, third = office.register("Second"), office.register("Third")
    office.manage.cancel(second.id, by="kim")

    asked = office.line("list", "--status", "waitlisted,confirmed", "--json", "name,position,rank").out

    assert {each["name"]: (each["position"], each["rank"]) for each in json.loads(asked)} == {
        "First": (None, None),
        "Third": (2, 1),
    }
    assert rows(office.line("list", "--status", "waitlisted", "--columns", "rank,reference").out) == [
        ["1", reference(third)]
    ]


def test_list__prints_the_named_columns(office: Office) -> None:
    """Answers too, with or without their prefix, in the order given."""
    office.register("Åsa Öberg", phone="+46 70 123 45 67")

    out = office.line("list", "--columns", "phone,name,answers.course,consent,status").out

    ((phone, *rest),) = rows(out)
    assert phone.replace(" ", "").endswith("701234567")
    assert rest == ["Åsa Öberg", COURSE, "yes", "confirmed"]


def test_list__columns_alone_lists_them(office: Office) -> None:
    for command in (
        ("list", "--columns"),
        ("list", "--columns", "--form", "registration"),
        ("search", "x", "--columns"),
    ):
        named = office.line(*command).out.split()
        assert {"name", "rank", "answers.participant"} <= set(named)
        assert ("answers.message" in named) is ("--form" not in command)


def test_list__of_an_unknown_column_suggests_the_nearest(office: Office) -> None:
    ran = office.line("list", "--columns", "phon")
    assert (ran.code, ran.out) == (2, "")
    assert "There is no column 'phon'. Did you mean 'phone'? There are: name, option," in ran.err
    assert office.line("list", "--sort", "phon").code == 2


def test_list__sorts_as_people_read(office: Office) -> None:
    """Å sorts beside A in any case; a dash reverses; missing values are last either way."""
    for name, needs in (("örjan", ""), ("Bo", "b"), ("Åsa", "a"), ("anna", "")):
        office.register(name, needs=needs)

    def named(*options: str) -> list[str]:
        return [name for (name,) in rows(office.line("list", "--columns", "name", *options).out)]

    assert named("--sort", "name") == ["anna", "Åsa", "Bo", "örjan"]
    assert named("--sort", "-name") == ["örjan", "Bo", "Åsa", "anna"]
    assert named("--sort", "needs")[:2] == ["Åsa", "Bo"]
    assert named("--sort", "-needs")[:2] == ["Bo", "Åsa"]


def test_list__sorts_decimals_by_their_size(office: Office) -> None:
    """Whole numbers among them are stored as integers."""
    form = office.forms["contact"]
    office.forms["contact"] = replace(form, fields=(*form.fields, a_field("number", "hours", decimals=1)))
    for number in ("10.5", "2", "10", "9.5"):
        office.register(f"Bo {number}", form="contact", hours=number)

    def hours(by: str) -> list[str]:
        return [each for (each,) in rows(office.line("list", "--columns", "hours", "--sort", by).out)]

    assert hours("hours") == ["2", "9.5", "10", "10.5"]
    assert hours("-hours") == ["10.5", "10", "9.5", "2"]


def test_list__shows_phone_numbers_as_people_write_them(office: Office) -> None:
    """On a terminal and on paper; programs get the stored form."""
    office.seats(capacity=0)
    office.register("Bo Ek", phone="+46 70 123 45 67")
    office.line.environ |= {"NO_COLOR": "1", "COLUMNS": "200"}
    chosen = ("list", "--columns", "name,phone")
    waiting = ("quota", "waiting", "registration", COURSE)

    assert "070-123 45 67" in office.line(*chosen, terminal=True).out
    assert "070-123 45 67" in office.line("search", "bo ek", "--columns", "phone", terminal=True).out
    assert "070-123 45 67" in office.line(*waiting, "--table").out
    assert "+46701234567" in office.line(*chosen).out
    assert "+46701234567" in office.line(*waiting).out
    assert "+46701234567" in office.line("list", "--json", "answers.phone", terminal=True).out


def test_list__shows_ages_when_the_course_begins(office: Office) -> None:
    """Whole years on the first day, whatever today is; missing ages are last."""
    option = office.forms["registration"].field("course").option(COURSE)  # type: ignore[union-attr]
    starts = option.starts_at.date()  # type: ignore[union-attr]
    office.register("Nine", birth_date=starts.replace(year=starts.year - 9).isoformat())
    eve = starts.replace(year=starts.year - 10) + timedelta(days=1)
    office.register("Nearly ten", birth_date=eve.isoformat())
    office.register("Eight", birth_date=starts.replace(year=starts.year - 8).isoformat())
    office.register("A letter", form="contact")

    out = office.line("list", "--columns", "age,name", "--sort", "-age").out

    assert [line[0] for line in rows(out)] == ["9", "9", "8", ""]
    assert {line[1] for line in rows(out)[:2]} == {"Nine", "Nearly ten"}


def test_list__sorted_is_complete_unless_limited(office: Office) -> None:
    for number in range(35):
        office.register(f"Person {number:02}")
    office.seats(capacity=100)

    assert len(rows(office.line("list", "--sort", "name").out)) == 35
    first = office.line("list", "--sort", "name", "--limit", "2", "--columns", "name")
    assert (rows(first.out), first.err) == (
        [["Person 00"], ["Person 01"]],
        "All 35: rollcall list --columns name --sort name --limit 35\n",
    )
    assert office.line("list", "--sort", "name", "--cursor", "x").code == 2


def test_search_and_watch__print_columns_too(office: Office) -> None:
    entry = office.register("Åsa Öberg", course=OTHER_COURSE)

    assert rows(office.line("search", "asa oberg", "--columns", "name,option").out) == [["Åsa Öberg", OTHER_COURSE]]
    office.line.sleep = _interrupted
    ran = office.line("watch", "--since", "2y", "--columns", "reference,name")
    assert rows(ran.out) == [[reference(entry), "Åsa Öberg"]]


def test_show__prints_the_name(office: Office) -> None:
    entry = office.register("Åsa Öberg")

    assert "name\tÅsa Öberg\n" in office.line("show", entry.id).out
    assert json.loads(office.line("show", entry.id, "--json", "name,rank").out) == {"name": "Åsa Öberg", "rank": None}
    office.manage.erase(entry.id, by="kim")
    assert office.get(entry).status is Status.ERASED
    assert json.loads(office.line("show", entry.id, "--json", "name").out) == {"name": ""}


def _interrupted(_seconds: float) -> None:
    raise KeyboardInterrupt
