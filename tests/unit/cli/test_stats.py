"""`rollcall stats`: on a terminal, for programs, and as a page."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from justhtml import JustHTML
from rich.cells import cell_len
from unit.cli.fakes import ADA, BOB, CommandLine, FakeQueries
from unit.core.builders import a_field, a_form, words

from admin_cli.errors import CliError
from admin_cli.export.output_file import write_whole
from admin_cli.submissions.lookup import counted
from registration_core.domain.attendance import CheckIn
from registration_core.domain.fields import Option
from registration_core.domain.quota import Quota
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVIL = '<script>alert(1)</script>"&\x1b[2J'


@pytest.fixture(autouse=True)
def stockholm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def queries() -> FakeQueries:
    return FakeQueries()


@pytest.fixture
def rollcall(rollcall_local: CommandLine, queries: FakeQueries) -> CommandLine:
    """Three submissions: two of an option on one day, and one message a month before."""
    rollcall_local.queries = queries
    queries.entries = [
        replace(ADA, option="robots"),
        replace(ADA, id="reg_2", option="robots", status=Status.WAITLISTED),
        BOB,
    ]
    course = a_field("choice", "course", options=(Option("robots", words("Robots for <all>"), capacity=1),))
    rollcall_local.forms = {
        "registration": a_form(course, name="registration", quota=Quota("course"), title=words("Register")),
        "contact": a_form(name="contact"),
    }
    return rollcall_local


def test_stats__are_tab_separated_in_a_pipe(rollcall: CommandLine) -> None:
    """Kind, form, name, count; every day in UTC, none left out."""
    lines = rollcall("stats").out.splitlines()

    assert lines[0] == "day\t\t2026-02-01\t1"
    assert lines[1] == "day\t\t2026-02-02\t0"
    assert lines[28:] == [
        "day\t\t2026-03-01\t2",
        "form\tcontact\tcontact\t1",
        "form\tregistration\tregistration\t2",
        "option\tregistration\trobots\t2",
        "status\t\tpending\t1",
        "status\t\tconfirmed\t1",
        "status\t\twaitlisted\t1",
    ]


def test_stats__as_json(rollcall: CommandLine) -> None:
    stats = json.loads(rollcall("stats", "--json", "total,options,statuses").out)

    assert stats == {
        "total": 3,
        "options": [
            {
                "form": "registration",
                "option": "robots",
                "count": 2,
                "statuses": {"confirmed": 1, "waitlisted": 1},
            }
        ],
        "statuses": [{"status": name, "count": 1} for name in ("pending", "confirmed", "waitlisted")],
    }
    assert rollcall("stats", "--json").out.split() == [
        "total",
        "days",
        "forms",
        "options",
        "statuses",
        "choices",
        "check_ins",
        "periods",
    ]


def test_stats__count_who_came_by_option_and_day(rollcall: CommandLine, queries: FakeQueries, tmp_path: Path) -> None:
    """Whoever came on two days counts on each."""
    came = [CheckIn(date(2026, 4, day), ADA.submitted_at, "kim") for day in (11, 18)]
    queries.entries = [
        replace(ADA, option="robots", check_ins=tuple(came)),
        replace(ADA, id="reg_2", option="robots", check_ins=(came[1],)),
        replace(BOB, check_ins=(came[0],)),
    ]
    lines = [line for line in rollcall("stats").out.splitlines() if line.startswith("checked in")]
    assert lines == [
        "checked in\tcontact\t2026-04-11\t1",
        "checked in\tregistration\trobots=2026-04-11\t1",
        "checked in\tregistration\trobots=2026-04-18\t2",
    ]
    counts = json.loads(rollcall("stats", "--json", "check_ins").out)["check_ins"]
    assert [(each["form"], each["option"], each["day"], each["count"]) for each in counts] == [
        ("contact", None, "2026-04-11", 1),
        ("registration", "robots", "2026-04-11", 1),
        ("registration", "robots", "2026-04-18", 2),
    ]
    shown = rollcall("stats", terminal=True).out
    assert "Checked in" in shown
    assert "robots, 2026-04-18" in shown
    assert rollcall("stats", "--html", str(tmp_path / "stats.html")).code == 0
    page = (tmp_path / "stats.html").read_text(encoding="utf-8")
    assert '<h2 id="by-attendance">Checked in</h2>' in page
    assert "Robots for &lt;all&gt;, 2026-04-18" in page


@pytest.mark.parametrize("width", [20, 47, 80, 300])
def test_stats__have_bars_on_a_terminal(rollcall: CommandLine, width: int) -> None:
    """They use its whole width and need no colour."""
    rollcall.environ |= {"COLUMNS": str(width), "NO_COLOR": "1"}

    lines = rollcall("stats", terminal=True).out.splitlines()

    assert lines[0] == "3 submissions"
    assert [line for line in lines if line.startswith("By ")] == ["By day", "By form", "By option", "By status"]
    assert max(map(cell_len, lines)) <= width
    assert any(line.startswith("2026-03-01") and "2" in line for line in lines)
    assert any("█" in line for line in lines)


def test_stats__accept_the_options_of_list(rollcall: CommandLine) -> None:
    assert json.loads(rollcall("stats", "--status", "pending", "--json", "total").out) == {"total": 1}
    assert json.loads(rollcall("stats", "--form", "registration", "--json", "total").out) == {"total": 2}
    assert rollcall("stats", "--status", "spam", terminal=True).err == "No submissions match.\n"
    assert rollcall("stats", "--status", "spam").out == ""


@pytest.fixture
def diets(rollcall: CommandLine) -> CommandLine:
    """Two registrants of a course, each with their diet."""
    form = rollcall.forms["registration"]
    diet = a_field("choices", "diet", options=(Option("nuts", words("No nuts")), Option("milk", words("No milk"))))
    rollcall.forms["registration"] = replace(form, fields=(*form.fields, diet))
    first, second, other = rollcall.queries.entries  # type: ignore[union-attr]
    rollcall.queries.entries = [  # type: ignore[union-attr]
        replace(first, answers=first.answers | {"diet": ["nuts", "milk"]}),
        replace(second, answers=second.answers | {"diet": ["nuts"]}),
        other,
    ]
    return rollcall


def test_stats__count_each_choice_of_a_named_form(diets: CommandLine, tmp_path: Path) -> None:
    """A multiple choice counts at each option; the page shows labels."""
    lines = diets("stats", "--form", "registration").out.splitlines()
    assert lines[-2:] == ["choice\tregistration\tdiet=milk\t1", "choice\tregistration\tdiet=nuts\t2"]

    drawn = diets("stats", "--form", "registration", terminal=True).out
    assert "By diet" in drawn
    assert "nuts" in drawn.partition("By diet")[2].splitlines()[1]

    answers = json.loads(diets("stats", "--form", "registration", "--json", "choices").out)["choices"]
    assert [(each["field"], each["option"], each["count"]) for each in answers] == [
        ("diet", "milk", 1),
        ("diet", "nuts", 2),
    ]

    diets.queries.entries = diets.queries.entries[:2]  # type: ignore[union-attr]
    cells = Page(page(diets, tmp_path / "stats.html", "--form", "registration")).cells
    assert cells[cells.index("No nuts") :][:2] == ["No nuts", "2"]


def test_stats__count_no_choices_of_other_forms(diets: CommandLine) -> None:
    assert "choice" not in diets("stats").out


@pytest.mark.parametrize(
    ("by", "periods"),
    [("day", ["2026-02-01", "2026-03-01"]), ("week", ["2026-01-26", "2026-02-23"]), ("month", ["2026-02", "2026-03"])],
)
def test_stats__by_period_print_each_option(rollcall: CommandLine, by: str, periods: list[str]) -> None:
    """A week is named by its Monday."""
    first, second = periods

    lines = rollcall("stats", "--by", by).out.splitlines()
    assert lines == [f"{first}\tcontact\t\t1", f"{second}\tregistration\trobots\t2"]

    rows = json.loads(rollcall("stats", "--by", by, "--json", "periods").out)["periods"]
    assert [(row[by], row["option"], row["count"]) for row in rows] == [(first, None, 1), (second, "robots", 2)]


def test_stats__by_month_have_periods_and_options(rollcall: CommandLine) -> None:
    """On a terminal, with totals both ways."""
    rollcall.environ["NO_COLOR"] = "1"
    lines = [line.split() for line in rollcall("stats", "--by", "month", terminal=True).out.splitlines()]

    assert lines == [
        ["MONTH", "contact", "robots", "TOTAL"],
        ["2026-02", "1", "0", "1"],
        ["2026-03", "0", "2", "2"],
        ["total", "1", "2", "3"],
    ]


def test_stats__as_csv_have_options_and_periods(rollcall: CommandLine) -> None:
    """Empty periods and options are included, labels are used, and formulas are escaped."""
    first, second, other = rollcall.queries.entries  # type: ignore[union-attr]
    rollcall.queries.entries = [  # type: ignore[union-attr]
        first,
        replace(second, option="=1+1"),
        replace(other, submitted_at=other.submitted_at - timedelta(days=31)),
    ]

    assert rollcall("stats", "--by", "month", "--csv").out.splitlines() == [
        "\ufeffForm,Option,2026-01,2026-02,2026-03",
        "Register,Robots for <all>,0,0,1",
        "Course,,1,0,0",
        "Register,'=1+1,0,0,1",
    ]
    rollcall.queries.entries = [first]  # type: ignore[union-attr]
    assert rollcall("stats", "--csv").out.splitlines()[1:] == ["Register,Robots for <all>,1", "Course,,0"]
    assert rollcall("stats", "--csv", "--json", "total").code == 2
    assert rollcall("stats", "--by", "year").code == 2


def test_stats__csv_uses_the_chosen_language(rollcall: CommandLine) -> None:
    """Its words, and the delimiter of its spreadsheets unless another is chosen."""
    asked = ("stats", "--by", "month", "--csv", "--form", "registration")

    swedish = rollcall(*asked, "--language", "sv").out.splitlines()[0]
    assert swedish == "\ufeffFormulär;Alternativ;2026-03"
    assert rollcall(*asked, "--delimiter", "tab").out.splitlines()[0] == "\ufeffForm\tOption\t2026-03"
    assert "There are: en" in rollcall(*asked, "--language", "fi").err
    assert rollcall("stats", "--language", "sv").code == 2
    assert rollcall(*asked, "--delimiter", "x").code == 2


class Page(HTMLParser):
    """Collects a page's tags, its addresses, and the texts of its table cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.cells: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] in ("td", "th") and data.strip():
            self.cells.append(data)


def page(rollcall: CommandLine, path: Path, *options: str) -> str:
    ran = rollcall("stats", "--html", str(path), *options)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"Counted {counted(len(rollcall.queries.entries))}. The page: {path}\n"  # type: ignore[union-attr]
    return path.read_text(encoding="utf-8")


def test_page__holds_the_figures(rollcall: CommandLine, tmp_path: Path) -> None:
    """In tables beside the charts, with the options' labels."""
    parsed_page = Page(page(rollcall, tmp_path / "stats.html"))

    assert parsed_page.cells[parsed_page.cells.index("2026-03-01") :][:5] == ["2026-03-01", "2", "0", "1", "1"]
    assert parsed_page.cells[parsed_page.cells.index("Robots for <all>") :][:2] == ["Robots for <all>", "2"]
    assert "svg" in parsed_page.tags


def test_page__needs_nothing_else(rollcall: CommandLine, tmp_path: Path) -> None:
    """No script, no request, and nothing that a browser would forgive; light and dark."""
    text = page(rollcall, tmp_path / "stats.html")
    parsed_page = Page(text)

    assert JustHTML(text, collect_errors=True, sanitize=False).errors == []
    assert "script" not in parsed_page.tags
    assert not {"src", "href", "xlink:href", "srcset"} & {name for name, _ in parsed_page.attributes}
    assert "url(" not in text
    assert "://" not in text
    assert "prefers-color-scheme: dark" in text


def test_page__escapes_everything(rollcall: CommandLine, tmp_path: Path) -> None:
    """This covers forms and options with markup in their names, and options that no longer exist."""
    rollcall.queries.entries = [replace(ADA, form=EVIL, option=EVIL)]  # type: ignore[union-attr]
    parsed_page = Page(page(rollcall, tmp_path / "stats.html"))

    assert "script" not in parsed_page.tags
    assert any("<script>" in cell for cell in parsed_page.cells)


def test_page__of_nothing_says_zero(rollcall: CommandLine, tmp_path: Path) -> None:
    rollcall.queries.entries = []  # type: ignore[union-attr]

    assert '<p class="total">0<small>submissions' in page(rollcall, tmp_path / "stats.html")


def test_page__over_another_needs_confirmation(rollcall: CommandLine, queries: FakeQueries, tmp_path: Path) -> None:
    """It checks the options, then asks, then reads; the old page stays until the new one is complete."""
    path = tmp_path / "stats.html"
    path.write_text("old")

    ran = rollcall("stats", "--html", str(path))
    assert (ran.code, ran.err.splitlines()[1]) == (2, "Add --force to replace it.")
    no = rollcall("stats", "--html", str(path), typed="n\n")
    assert (no.code, no.err.endswith("Replace it?\ny/N: Nothing was written.\n")) == (1, True)
    mistaken = rollcall("stats", "--html", str(path), "--form", "regstration", typed="n\n")
    assert (mistaken.code, mistaken.err.startswith("error: There is no form 'regstration'.")) == (3, True)
    assert (path.read_text(), queries.asked) == ("old", [])

    assert rollcall("stats", "--html", str(path), typed="y\n").code == 0
    assert path.read_text().startswith("<!DOCTYPE html>")
    path.write_text("old")
    page(rollcall, path, "--force")
    assert [each.name for each in tmp_path.glob("*.html")] == ["stats.html"]


def test_page__that_cannot_be_written_leaves_nothing(rollcall: CommandLine, tmp_path: Path) -> None:
    assert rollcall("stats", "--html", str(tmp_path)).code == 2
    assert rollcall("stats", "--html", str(tmp_path / "no" / "stats.html")).code == 2
    assert rollcall("stats", "--force").code == 2
    folder = tmp_path / "full"
    folder.mkdir()
    rollcall.queries.failure = OSError(28, "No space left on device")  # type: ignore[union-attr]
    assert rollcall("stats", "--html", str(folder / "stats.html")).code == 1
    assert os.listdir(folder) == []  # noqa: PTH208 - also hidden ones


def test_page__on_a_full_disk_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CliError, match=r"could not be written: File name too long\."):
        write_whole(tmp_path / ("x" * 300), "page")
    assert list(tmp_path.iterdir()) == []
