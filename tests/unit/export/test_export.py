"""`rollcall export` with a table in memory: the contents of each kind of file."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from pyarrow import parquet
from unit.cli.fakes import CommandLine
from unit.core.builders import a_field, a_form
from unit.export.table_source import COURSE, NOW, TableSource, entry

from admin_cli.aws.contexts import Context, ContextFile
from admin_cli.export.json_files import WHOLE
from registration_core.adapters.sheets import xlsx
from registration_core.adapters.sheets.formulas import as_typed
from registration_core.domain.attendance import CheckIn
from registration_core.domain.identifiers import display_reference
from registration_core.domain.notes import Note
from registration_core.domain.records import record
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission

CONTACT = a_form(a_field("textarea", "message"), name="contact", id_prefix="msg", retention_days=3660)

ANSWERS = {
    "name": 'Åsa, "Ada" ø',
    "born": "2015-04-30",
    "level": "a",
    "days": ["a", "c"],
    "age": 7,
    "height": 1.25,
    "photos": True,
}
FULL = entry(0, answers=ANSWERS, at=datetime(2026, 11, 26, 11, 30, 5, 250000, tzinfo=UTC))
BARE = entry(1, answers={"name": "=1+1"}, status=Status.WAITLISTED)


@pytest.fixture
def source() -> TableSource:
    return TableSource([FULL, BARE])


@pytest.fixture
def rollcall(tmp_path: Path, source: TableSource) -> CommandLine:
    file = ContextFile(tmp_path / "config" / "contexts.json")
    file.write(file.read().with_entry(Context("local", "local", "eu-north-1", "http://localhost:1")))
    return CommandLine(file, forms={"course": COURSE}, source=source)


def table(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def reference(of: Submission) -> str:
    return display_reference(of.reference)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reference": None}, "Object missing required field `reference`"),
        (
            {"answers": {"M": {"name": {"NULL": True}}}},
            "an answer is a text, a number, a yes or no, or a list of texts",
        ),
        ({"status": {"S": "lost"}}, "'lost' is not a valid Status"),
    ],
)
def test_export__names_a_damaged_submission(
    rollcall: CommandLine, source: TableSource, changes: dict[str, Any], reason: str
) -> None:
    """It says which one in a sentence, and what to do."""
    (item,) = [each for month in source._months.values() for each in month if each["id"]["S"] == BARE.id]
    item.update(changes)
    for name in [name for name, value in changes.items() if value is None]:
        del item[name]

    ran = rollcall("export", "--form", "course", "--status", "waitlisted,confirmed", "--since", "2026-11-01")

    assert ran.code == 1
    assert f'error: The submission "{BARE.id}" is damaged and can\'t be read: {reason}.\n' in ran.err
    assert "rollcall doctor --deep\n" in ran.err


def test_csv__has_notes_and_check_ins_on_request(rollcall: CommandLine, source: TableSource) -> None:
    """Several share a cell, and a formula in a note doesn't run."""
    at = datetime(2027, 3, 6, 9, 30, tzinfo=UTC)
    notes = (Note("1", at, "kim", "=1+1"), Note("2", at, "ada", "Paid"))
    check_ins = tuple(CheckIn(at.date() + timedelta(days=days), at, "kim") for days in (0, 7))
    source.entries = [replace(FULL, notes=notes, check_ins=check_ins)]

    ran = rollcall("export", "--columns", "notes,notes_count,checked_in")

    assert table(ran.out) == [
        ["Notes", "Number of notes", "Checked in"],
        ["'=1+1; Paid", "2", "2027-03-06; 2027-03-13"],
    ]


def test_csv__uses_the_forms_columns_and_words(rollcall: CommandLine) -> None:
    """Order and headings are the form's; options are labels, consents are words, times are UTC."""
    ran = rollcall("export")

    assert ran.code == 0
    assert table(ran.out) == [
        ["Reference", "Submitted (UTC)", "Status",
         "Name", "Email", "Born", "Level", "Days", "Age", "Height", "Photos", "ID"],
        [reference(FULL), "2026-11-26T11:30:05.250Z", "confirmed", ANSWERS["name"], FULL.email,
         "2015-04-30", "A", "A; C", "7", "1.25", "yes", FULL.id],
        [reference(BARE), "2026-11-26T10:00:00Z", "waitlisted", "'=1+1", BARE.email, "", "", "", "", "", "no", BARE.id],
    ]  # fmt: skip


def test_csv__in_another_language(rollcall: CommandLine) -> None:
    """Headings, options, yes and no are all translated."""
    rows = table(rollcall("export", "--language", "sv").out, ";")

    assert rows[0][:4] == ["Referens", "Inkommen (UTC)", "Status", "Name (sv)"]
    assert rows[1][6:11] == ["A (sv)", "A (sv); C (sv)", "7", "1.25", "ja"]


def test_csv__to_a_file__suits_excel(rollcall: CommandLine, tmp_path: Path) -> None:
    """It has a byte order mark and RFC 4180 line ends; the summary goes to stderr and nothing to stdout."""
    out = tmp_path / "course.csv"

    ran = rollcall("export", str(out))

    content = out.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfReference,")
    assert content.count(b"\r\n") == 3
    assert content.replace(b"\r\n", b"").count(b"\n") == 0
    assert ran.out == ""
    assert ran.err.startswith(f"{out}: 2 submissions, {len(content)} bytes, ")
    assert ran.err.endswith("/s\n")


def test_tsv__has_one_line_per_submission(rollcall: CommandLine, source: TableSource) -> None:
    """Line breaks and tabs are escaped, as in every pipe."""
    source.entries[:] = [entry(0, answers={"name": "a\tb\nc\\d"})]

    lines = rollcall("export", "--format", "tsv", "--columns", "name,id").out.splitlines()

    assert lines == ["Name\tID", f"a\\tb\\nc\\\\d\t{source.entries[0].id}"]


@pytest.mark.parametrize("name", ["jsonl", "json"])
def test_json__matches_list(rollcall: CommandLine, name: str) -> None:
    """The names and values are the same, so that a script may use either."""
    out = rollcall("export", "--format", name).out

    exported = json.loads(out) if name == "json" else [json.loads(line) for line in out.splitlines()]
    expected = [record(each, name="", rank=None) for each in (FULL, BARE)]
    assert exported == [{name: each[name] for name in WHOLE} for each in expected]
    assert list(exported[0]) == list(WHOLE)


def test_json__of_nothing__is_an_empty_array(rollcall: CommandLine, source: TableSource) -> None:
    """A program reads it like any other."""
    source.entries.clear()

    assert json.loads(rollcall("export", "--format", "json").out) == []


def test_json__columns__can_be_chosen(rollcall: CommandLine) -> None:
    """A missing answer is null."""
    ran = rollcall("export", "--format", "jsonl", "--columns", "reference,answers.level,age")

    assert json.loads(ran.out.splitlines()[1]) == {
        "reference": reference(BARE),
        "answers.level": None,
        "answers.age": None,
    }


def sheet(path: Path) -> ET.Element:
    with ZipFile(path) as archive:
        return ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own file


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(row: ET.Element) -> list[str]:
    return ["".join(cell.itertext()) for cell in row.iter(f"{MAIN}c")]


def test_xlsx__has_dates_numbers_a_fixed_heading_and_filters(rollcall: CommandLine, tmp_path: Path) -> None:
    """A date is a number to Excel, days since 1899-12-30; a formula stays text."""
    out = tmp_path / "course.xlsx"

    assert rollcall("export", str(out)).code == 0

    root = sheet(out)
    head, full, bare = root.iter(f"{MAIN}row")
    assert cells(head)[3:6] == ["Name", "Email", "Born"]
    assert float(cells(full)[5]) == (date(2015, 4, 30) - date(1899, 12, 30)).days
    assert float(cells(full)[1]) == pytest.approx((date(2026, 11, 26) - date(1899, 12, 30)).days + 0.4792274305)
    assert cells(full)[8:11] == ["7", "1.25", "yes"]
    assert cells(bare)[3] == "=1+1"
    assert not list(root.iter(f"{MAIN}f"))
    assert next(root.iter(f"{MAIN}pane")).attrib["ySplit"] == "1"
    assert next(root.iter(f"{MAIN}autoFilter")).attrib["ref"] == "A1:L3"


def test_xlsx__too_many_submissions__suggests_csv(
    rollcall: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet has a limit, and half a file would look like a whole one, so nothing is left behind."""
    monkeypatch.setattr(xlsx, "MOST_ENTRIES", 1)

    ran = rollcall("export", str(tmp_path / "course.xlsx"))

    assert ran.code == 2
    assert "--format csv" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["config"]


def test_xlsx__a_day_before_excels_calendar__is_text(
    rollcall: CommandLine, source: TableSource, tmp_path: Path
) -> None:
    """No date is changed to fit."""
    source.entries[:] = [entry(0, answers={"born": "1899-12-31"})]
    out = tmp_path / "course.xlsx"

    rollcall("export", str(out), "--columns", "born")

    assert cells(list(sheet(out).iter(f"{MAIN}row"))[1]) == ["1899-12-31"]


def test_parquet__has_typed_columns(rollcall: CommandLine, tmp_path: Path) -> None:
    """Names suit programs, and values have their types."""
    out = tmp_path / "course.parquet"

    assert rollcall("export", str(out)).code == 0

    full, bare = parquet.read_table(out).to_pylist()
    assert full == {
        "reference": reference(FULL),
        "submitted_at": FULL.submitted_at,
        "status": "confirmed",
        "name": ANSWERS["name"],
        "email": FULL.email,
        "born": date(2015, 4, 30),
        "level": "a",
        "days": ["a", "c"],
        "age": 7,
        "height": 1.25,
        "photos": True,
        "id": FULL.id,
    }
    assert (bare["born"], bare["days"], bare["photos"]) == (None, None, False)


def older(**changes: Any) -> Form:
    fields = (a_field("text", "name"), a_field("text", "shirt"), a_field("text", "age"))
    return replace(COURSE, version="older0000000", fields=fields, **changes)


def test_older_version__keeps_its_answers(rollcall: CommandLine, source: TableSource) -> None:
    """Removed fields come after current ones, under their own headings; a consent never asked is not a no."""
    source.kept = [COURSE, older()]
    source.entries.append(entry(2, form=older(), answers={"shirt": "M", "age": "seven"}))

    head, *rows = table(rollcall("export").out)

    assert head[-2:] == ["Shirt", "ID"]
    assert rows[-1][-5:-1] == ["seven", "", "", "M"]
    assert [row[-2] for row in rows[:2]] == ["", ""]


def test_older_version__without_answers_adds_no_column(rollcall: CommandLine, source: TableSource) -> None:
    """A column without a single answer helps nobody."""
    source.kept = [COURSE, older()]

    assert "Shirt" not in rollcall("export").out


def test_older_version__of_another_type__is_text_in_parquet(
    rollcall: CommandLine, source: TableSource, tmp_path: Path
) -> None:
    """No answer is lost to a type."""
    source.kept = [COURSE, older()]
    source.entries.append(entry(2, form=older(), answers={"age": "seven"}))
    out = tmp_path / "course.parquet"

    rollcall("export", str(out))

    assert parquet.read_table(out).column("age").to_pylist() == ["7", None, "seven"]


def test_selection__leaves_out_erased_expired_and_other_entries(rollcall: CommandLine, source: TableSource) -> None:
    """They can't be seen any more, or were not asked for."""
    source.entries += [
        entry(2, status=Status.ERASED),
        entry(3, expires_at=datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=1)),
        entry(4, status=Status.SPAM),
    ]

    every = table(rollcall("export", "--columns", "id").out)
    waiting = table(rollcall("export", "--columns", "id", "--status", "waitlisted").out)
    early = table(rollcall("export", "--columns", "id", "--until", "2026-11-26T11:00:00+00:00").out)

    assert [row[0] for row in every] == ["ID", FULL.id, BARE.id, source.entries[4].id]
    assert [row[0] for row in waiting] == ["ID", BARE.id]
    assert [row[0] for row in early] == ["ID", BARE.id, source.entries[4].id]


def test_since__reads_no_further_back(rollcall: CommandLine, source: TableSource) -> None:
    """Recent submissions need no reading of the whole month."""
    source.entries[:] = [entry(number) for number in range(200)]
    source.page = 10

    ran = rollcall("export", "--columns", "id", "--since", (NOW - timedelta(hours=12)).isoformat())

    assert [row[0] for row in table(ran.out)[1:]] == [each.id for each in source.entries[:12]]
    assert sum("ExclusiveStartKey" in query for query in source.asked) <= 2


def test_several_forms__must_be_named_except_for_json(
    rollcall: CommandLine, source: TableSource, tmp_path: Path
) -> None:
    """Each form has its own columns; JSON may mix submissions. The mistake comes before the question."""
    rollcall.forms = {"contact": CONTACT, "course": COURSE}
    message = entry(9, form=CONTACT, answers={"message": "Hello"}, at=NOW + timedelta(minutes=1))
    source.entries.append(message)

    out = tmp_path / "all.csv"
    out.touch()

    refused = rollcall("export", str(out), typed="n\n")
    jsonl = rollcall("export", "--format", "jsonl")
    common = rollcall("export", "--columns", "form,id")
    one = rollcall("export", "--form", "contact", "--columns", "message,id")

    assert refused.code == 2
    assert refused.err.startswith("error: Each form has its own columns, so name one with --form.")
    assert "There are: contact, course." in refused.err
    assert [json.loads(line)["id"] for line in jsonl.out.splitlines()] == [message.id, FULL.id, BARE.id]
    assert [row[1] for row in table(common.out)[1:]] == [message.id, FULL.id, BARE.id]
    assert table(one.out)[1:] == [["Hello", message.id]]


def test_columns__alone__lists_them(rollcall: CommandLine) -> None:
    """It works like `list --json`."""
    lines = rollcall("export", "--columns").out.splitlines()

    assert lines[:3] == ["id", "reference", "form"]
    assert lines[-1] == "answers.photos"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--columns", "refrence"], 2, "There is no column 'refrence'. Did you mean 'reference'?"),
        (["--format", "xslx"], 2, "There is no format 'xslx'. Did you mean 'xlsx'?"),
        (["course.doc"], 2, "The file name 'course.doc' does not say which format to write."),
        (["--language", "fi"], 2, "The form has no texts in 'fi'. There are: en, sv."),
        (["--form", "curse"], 3, "There is no form 'curse'. Did you mean 'course'?"),
        (["nowhere/course.csv"], 2, "There is no folder nowhere."),
    ],
)
def test_mistake__is_reported_before_anything_is_read(
    rollcall: CommandLine, source: TableSource, words: list[str], code: int, message: str
) -> None:
    """One message says what is wrong and what exists."""
    ran = rollcall("export", *words)

    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(f"error: {message}")
    assert not source.asked


def test_existing_file__needs_confirmation(rollcall: CommandLine, tmp_path: Path) -> None:
    """A no, or no answer, leaves it; --force or a yes replaces it and keeps its permissions."""
    out = tmp_path / "course.csv"
    out.write_text("mine", encoding="utf-8")
    out.chmod(0o640)

    nobody, no = rollcall("export", str(out)), rollcall("export", str(out), typed="n\n")
    assert (nobody.code, no.code, out.read_text(encoding="utf-8")) == (2, 1, "mine")
    assert "--force" in nobody.err
    assert no.err.endswith("Replace it?\ny/N: Nothing was written.\n")
    assert rollcall("export", str(out), typed="y\n").code == 0
    assert rollcall("export", str(out), "--force").code == 0
    assert out.stat().st_mode & 0o777 == 0o640
    assert out.read_text(encoding="utf-8-sig").startswith("Reference")


def test_new_file__has_what_the_umask_leaves(rollcall: CommandLine, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        assert rollcall("export", str(tmp_path / "course.csv")).code == 0
    finally:
        os.umask(before)
    assert (tmp_path / "course.csv").stat().st_mode & 0o777 == 0o640


def test_terminal__gets_no_control_characters(rollcall: CommandLine, source: TableSource) -> None:
    """What a visitor typed is shown, not obeyed."""
    source.entries[:] = [entry(0, answers={"name": "\x1b[2J"})]

    assert "\\x1b[2J" in rollcall("export", terminal=True).out
    assert rollcall("export", "--format", "xlsx", terminal=True).code == 2


def test_full_disk__is_reported_and_can_be_resumed(rollcall: CommandLine, tmp_path: Path) -> None:
    """The export fails, and keeps what it has read."""
    ran = rollcall("export", "/dev/full", "--format", "csv")

    assert ran.code == 1
    assert ran.err == "error: /dev/full could not be written: No space left on device.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["config"]


def test_columns__with_the_same_heading__are_told_apart(rollcall: CommandLine) -> None:
    """Many programs would take equal headings for one column."""
    twin = replace(COURSE.fields[0], name="other")
    rollcall.forms = {"course": replace(COURSE, fields=(*COURSE.fields, twin))}

    assert table(rollcall("export").out)[0][3] == "Name (name)"


def split_as(text: str, delimiter: str) -> list[list[str]]:
    """Read lines as a program with this delimiter would, quotes included."""
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


HOSTILE = ["a;=1+1;b", 'say "hi"', '"=1+1', "a,@SUM(A1)", "x\t=2+2", "one\n=3+3\ntwo", "a;\n-cmd|'/C calc'!A0"]


@pytest.mark.parametrize("read_with", [",", ";", "\t"])
@pytest.mark.parametrize("format_", ["csv", "csv;", "tsv"])
def test_no_cell__is_a_formula_with_any_delimiter(
    rollcall: CommandLine, source: TableSource, format_: str, read_with: str
) -> None:
    """People often open a file in a program that expects another delimiter."""
    source.entries[:] = [entry(number, answers={"name": text}) for number, text in enumerate(HOSTILE)]
    options = ("--format", format_[:3], *(("--delimiter", ";") if format_.endswith(";") else ()))

    out = rollcall("export", *options, "--columns", "id,name,status").out

    cells = [cell.lstrip(" ") for line in split_as(out, read_with) for cell in line]
    assert [cell for cell in cells if cell[:1] in set("=+-@\t\r")] == []


@pytest.mark.parametrize(("format_", "delimiter"), [("csv", ","), ("csv", ";"), ("csv", "\t"), ("tsv", "\t")])
def test_hostile_text__stays_in_its_cell(
    rollcall: CommandLine, source: TableSource, format_: str, delimiter: str
) -> None:
    """Every row has as many cells as the heading, so no quote swallows the rows after it."""
    source.entries[:] = [entry(number, answers={"name": text}) for number, text in enumerate(HOSTILE)]
    options = ("--delimiter", delimiter) if format_ == "csv" else ()

    out = rollcall("export", "--format", format_, *options, "--columns", "name,id").out

    lines = split_as(out, delimiter)
    assert [line[1] for line in lines] == ["ID", *(each.id for each in source.entries)]
    if format_ == "csv":
        assert [as_typed(line[0]) for line in lines[1:]] == HOSTILE


@pytest.mark.parametrize(
    ("options", "delimiter"),
    [
        ((), ","),
        (("--language", "sv"), ";"),
        (("--language", "sv", "--delimiter", "comma"), ","),
        (("--delimiter", "semicolon"), ";"),
        (("--delimiter", "tab"), "\t"),
    ],
)
def test_delimiter__suits_the_languages_spreadsheets(
    rollcall: CommandLine, options: tuple[str, ...], delimiter: str
) -> None:
    out = rollcall("export", "--columns", "id,status", *options).out

    assert out.splitlines()[0] == f"ID{delimiter}Status"
    assert out.splitlines()[2].endswith("i kö" if "sv" in options else "waitlisted")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--delimiter", "|"), "--delimiter must be comma, semicolon or tab"),
        (("--delimiter", ";", "--format", "tsv"), "--delimiter is only for CSV"),
    ],
)
def test_delimiter__that_is_invalid_is_refused(rollcall: CommandLine, options: tuple[str, ...], message: str) -> None:
    ran = rollcall("export", *options)

    assert (ran.code, message in ran.err) == (2, True)


PHONES = {
    "+46701405021": "070-140 50 21",
    "+4740612345": "'+47 40 61 23 45",
    "0701405021": "070-140 50 21",
    "+46701405021;ext=12": "070-140 50 21 ext. 12",
}


def test_phones__are_shown_as_people_write_them(rollcall: CommandLine, source: TableSource) -> None:
    """Domestic numbers have no country code, foreign ones do, and none loses its first character as a number would."""
    form = replace(COURSE, fields=(*COURSE.fields, a_field("phone", "phone", region="SE")))
    rollcall.forms = {"course": form}
    source.entries[:] = [entry(number, form=form, answers={"phone": phone}) for number, phone in enumerate(PHONES)]

    rows = table(rollcall("export", "--columns", "phone").out)

    assert [row[0] for row in rows[1:]] == list(PHONES.values())


def test_phones__without_a_region__arrive_as_text(rollcall: CommandLine, source: TableSource, tmp_path: Path) -> None:
    """A leading zero stays: behind an apostrophe in CSV, in a text cell in Excel."""
    form = replace(COURSE, fields=(*COURSE.fields, a_field("phone", "phone")))
    rollcall.forms = {"course": form}
    source.entries[:] = [entry(0, form=form, answers={"phone": "0701405021"})]
    out = tmp_path / "course.xlsx"

    assert table(rollcall("export", "--columns", "phone").out)[1] == ["'0701405021"]
    assert rollcall("export", str(out), "--columns", "phone").code == 0
    (cell,) = list(sheet(out).iter(f"{MAIN}c"))[1:]
    assert (cell.attrib["t"], "".join(cell.itertext())) == ("inlineStr", "0701405021")


def test_xlsx__is_ready_to_print(rollcall: CommandLine, source: TableSource, tmp_path: Path) -> None:
    """It fits the width of A4 landscape, repeats the heading on each page, and wraps long texts."""
    source.entries[:] = [entry(0, answers={"name": "A long name, " * 20})]
    out = tmp_path / "course.xlsx"

    assert rollcall("export", str(out)).code == 0

    root = sheet(out)
    setup = next(root.iter(f"{MAIN}pageSetup")).attrib
    assert (setup["orientation"], setup["paperSize"], setup["fitToHeight"]) == ("landscape", "9", "0")
    with ZipFile(out) as archive:
        book, styles = (archive.read(f"xl/{name}.xml").decode() for name in ("workbook", "styles"))
    assert "_xlnm.Print_Titles" in book
    assert "Rollcall!$1:$1" in book
    assert 'wrapText="1"' in styles
    widths = [float(column.attrib["width"]) for column in root.iter(f"{MAIN}col")]
    assert max(widths) < 45
    assert min(widths) >= 8


def test_unknown_columns__are_listed_once(rollcall: CommandLine, source: TableSource) -> None:
    """This holds even if older versions of the form had the same column."""
    source.kept = [replace(COURSE, version="000000000000")]

    ran = rollcall("export", "--columns", "shoe")

    assert ran.code == 2
    assert ran.err.count("answers.born") == 1


def test_parquet__without_its_library__says_how_to_install_it(
    rollcall: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command works in a clone: it installs the extra that the package defines."""
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)

    ran = rollcall("export", str(tmp_path / "course.parquet"))

    assert (ran.code, ran.err.splitlines()[1]) == (1, "In your clone of Rollcall: make install EXTRAS=parquet")
    root = Path(__file__).resolve().parents[3]
    project = tomllib.loads((root / "packages" / "admin_cli" / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["optional-dependencies"]["parquet"]


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_rank__is_todays_position_in_the_queue(rollcall: CommandLine, source: TableSource, name: str) -> None:
    """On request: the ticket stays what it was, and the rank counts those who still wait."""
    source.entries[:] = [
        entry(number, status=Status.WAITLISTED if position else Status.CONFIRMED, option="a", position=position)
        for number, position in enumerate((None, 9, 4))
    ]

    out = rollcall("export", "--format", name, "--columns", "position,rank").out

    if name == "csv":
        lines = out.lstrip("\ufeff").splitlines()
        assert [lines[0].split(","), sorted(lines[1:])] == [["Ticket", "Rank"], [",", "4,1", "9,2"]]
    else:
        ranks = {each["position"]: each["rank"] for each in map(json.loads, out.splitlines())}
        assert ranks == {None: None, 4: 1, 9: 2}
