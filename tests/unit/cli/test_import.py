"""`rollcall import` with the real services, in memory."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from unit.cli.fakes import STAFF
from unit.cli.office import COURSE, Office, reference

from admin_cli.imports.csv_file import column_letters
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.fields import Text
from registration_core.domain.policies import Verification
from registration_core.domain.submission import Status, Submission

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine, Ran

HEADER = "participant,birth_date,course,experience,guardian,email,phone,needs,consent"
ROW = "{name},2018-04-30,first-robot,none,Per Ek,{name}@example.org,+46 70 123 45 67,,yes"


def row(name: str, **instead: str) -> str:
    text = ROW.format(name=name)
    for old, new in instead.items():
        text = text.replace(old.replace("_", "-"), new)
    return text


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    return Office(rollcall_local)


@pytest.fixture
def imports(office: Office, tmp_path: Path) -> Imports:
    return Imports(office, tmp_path)


class Imports:
    """Writes a file and imports it."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.file = folder / "spring.csv"

    def __call__(self, content: str | bytes, *options: str, form: str = "registration", **how: str) -> Ran:
        self.file.write_bytes(content if isinstance(content, bytes) else content.encode())
        agreed = () if "--dry-run" in options or "typed" in how else ("--yes",)
        return self.office.line("import", str(self.file), "--form", form, *options, *agreed, **how)

    def entries(self) -> list[Submission]:
        return sorted(self.office.repository.entries.values(), key=lambda entry: entry.email)


def lines(*rows: str, header: str = HEADER) -> str:
    return "\r\n".join([header, *rows]) + "\r\n"


def test_import__adds_every_row_and_records_the_caller(imports: Imports) -> None:
    """It says what it will do, asks, and sums up; nobody is mailed."""
    ran = imports(lines(row("asa"), row("bo")), typed="y\n")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err == (
        "Stack local, account 000000000000, eu-north-1\n"
        "  first-robot: 2 rows, 12 of its seats free\n"
        "Import 2 rows into registration, without mails?\ny/N: "
        "2 rows imported. Nobody was mailed.\n"
    )
    asa, bo = imports.entries()
    assert asa.answers == {
        "participant": "asa",
        "birth_date": "2018-04-30",
        "course": "first-robot",
        "experience": "none",
        "guardian": "Per Ek",
        "email": "asa@example.org",
        "phone": "+46701234567",
        "consent": True,
    }
    assert (bo.status, bo.option, bo.quiet, bo.language) == (Status.CONFIRMED, COURSE, True, "en")
    events = imports.office.repository.details(asa.id).events
    assert [(event.what, event.by) for event in events] == [("imported", STAFF.arn)]


def test_import__repeated__adds_nothing_and_says_so(imports: Imports) -> None:
    imports(lines(row("asa"), row("bo")))
    again = imports(lines(row("asa"), row("bo"), row("cleo")), "--mail")

    assert again.code == 0
    assert "  2 rows already there\n" in again.err
    assert again.err.endswith("1 row imported. The mails are on their way.\n")
    assert [entry.quiet for entry in imports.entries()] == [True, True, False]
    nothing = imports(lines(row("asa")))
    assert (nothing.code, nothing.err.endswith("Nothing new to import.\n")) == (0, True)


def test_import__brings_back_nobody_who_cancelled(imports: Imports) -> None:
    imports(lines(row("asa")))
    (entry,) = imports.entries()
    imports.office.manage.cancel(entry.id, by="registrant")
    imports.office.clock.forward(days=30)

    assert imports(lines(row("asa"))).err.endswith("Nothing new to import.\n")
    assert [each.status for each in imports.entries()] == [Status.CANCELLED]


def test_import__recognises_who_registered_on_the_page(imports: Imports) -> None:
    """It adds no second submission, and sends no mail about one."""
    imports.office.register("Åsa Ek", email="asa@example.org")

    ran = imports(lines(row("Åsa Ek", **{"Åsa Ek@": "ASA@"})))

    assert "  1 row already there\n" in ran.err
    assert len(imports.entries()) == 1
    assert imports.office.repository.notices == []


def test_import__reports_all_wrong_rows_before_writing(imports: Imports) -> None:
    """It names line and column; lines inside quotes count too."""
    ran = imports(
        lines(
            row("asa", yes='"yes"').replace(",,", ',"Nuts,\r\nand ""milk"""\r\n,'.replace("\r\n,", ",")),
            row("bo", none="never").replace("@", " at "),
            row("cleo") + ",more",
            row("dag", yes="no"),
        )
    )

    assert ran.code == 1
    experiences = "None yet; Some, at school or at home; A course or a club before"
    messages = [line for line in ran.err.splitlines() if "spring.csv" in line]
    assert [line.partition("spring.csv, ")[2] for line in messages] == [
        f'row 3 (line 4), column D (experience): "never" is not an option. Use one of: {experiences}.',
        'row 3 (line 4), column F (email): "bo at example.org" is not an e-mail address, such as name@example.org.',
        'row 4 (line 5): Column J has no heading, but contains "more" here.',
        'row 5 (line 6), column I (consent): The form requires this consent, so it must be yes, not "no".',
    ]
    assert "error: 3 rows of 4 can't be imported. Nothing was imported.\n" in ran.err
    assert imports.entries() == []


def test_import__reports_duplicate_rows(imports: Imports) -> None:
    ran = imports(lines(row("asa"), row("bo"), row("ASA").replace("Per", "Pia"), row("bo")))

    assert ran.code == 1
    assert "row 4: This row registers the same person for the same option as row 2.\n" in ran.err
    assert "row 5: This row is the same as row 3.\n" in ran.err
    assert imports.entries() == []


def test_import__reads_what_spreadsheets_save(imports: Imports) -> None:
    """A byte order mark, semicolons, labels in any language as headings and answers, empty lines."""
    header = (
        "Deltagarens namn;Participant's date of birth;KURS;answers.experience;guardian;Vårdnadshavarens e-post;"
        "phone;heard_of_us;photos;Akademin får spara uppgifterna för att hålla kursen och raderar dem efter två år."
    )
    answers = "Åsa Ek;2018-04-30;Min första robot;Lite, i skolan eller hemma;Per;a@example.org;'+46701234567;"

    ran = imports(("\ufeff" + lines(answers + "I skolan, friend;Nej;JA", ";;;;;;;;;", header=header)).encode())

    assert ran.code == 0, ran.err
    (entry,) = imports.entries()
    assert entry.answers["course"] == COURSE
    assert entry.answers["experience"] == "some"
    assert entry.answers["phone"] == "+46701234567"
    assert entry.answers["heard_of_us"] == ["school", "friend"]
    assert "photos" not in entry.answers


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (lines(row("asa")).encode("utf-16")[:-1], "is not valid UTF-16"),
        (lines(), "has no rows below its headings"),
        (lines(row("asa"), row("Åsa")).encode("latin-1"), "is not UTF-8: line 3"),
        (lines(row("asa\0")), "line 2 contains a zero byte"),
        (lines(row("asa"), '"no end'), "line 3: this row cannot be read"),
        (lines("x", header="emial"), 'column A has the heading "emial", which is not a field of registration. Did you'),
        (lines("x", header=f"{HEADER},email"), "column J is email, and so is column F; remove one of them."),
        (lines("x", header="email,phone"), "there is no column for participant, birth_date, course"),
        (lines(row("asa") + ",x", header=f"{HEADER},"), 'row 2: Column J has no heading, but contains "x" here.'),
    ],
)
def test_import__explains_why_a_file_cannot_be_read(imports: Imports, content: str | bytes, message: str) -> None:
    ran = imports(content)

    assert ran.code == 1
    assert message in ran.err
    assert imports.entries() == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_import__reads_excels_unicode_text(imports: Imports, encoding: str) -> None:
    """It is UTF-16 with its mark; empty columns at the end don't count."""
    content = lines(row("asa", Per="Pär") + ",,", header=f"{HEADER},,").replace(",", "\t")

    ran = imports(content.encode(encoding))

    assert ran.code == 0, ran.err
    assert imports.entries()[0].answers["guardian"] == "Pär Ek"


@pytest.mark.parametrize(("delimiter", "other"), [(";", ","), (",", ";"), ("\t", ",")])
def test_import__picks_the_delimiter_with_known_headings(imports: Imports, delimiter: str, other: str) -> None:
    """A label may contain another sign more often than the row has delimiters."""
    label = f"Allergies{other * 12} food"
    form = imports.office.forms["registration"]
    fields = [replace(each, label=Text({"en": label})) if each.name == "needs" else each for each in form.fields]
    imports.office.forms["registration"] = replace(form, fields=tuple(fields))

    header = HEADER.replace(",", delimiter).replace("needs", label)
    ran = imports(lines(row("asa").replace(",", delimiter), header=header))

    assert ran.code == 0, ran.err
    assert len(imports.entries()) == 1


def test_import__reports_a_missing_file_before_asking(office: Office) -> None:
    ran = office.line("import", "none.csv", "--form", "registration", typed="y\n")

    assert (ran.code, ran.err) == (3, "error: none.csv cannot be read: No such file or directory.\n")
    assert office.line.connected == []


def test_import__notices_phone_numbers_that_lost_their_start(imports: Imports) -> None:
    """The 0 or the + is gone: it says how it reads the number before anybody agrees."""
    cut = [row("asa").replace("+46 70 123 45 67", "701405021"), row("bo").replace("+46 70 123 45 67", "46701405022")]

    ran = imports(lines(*cut, row("cleo")))

    assert ran.code == 0, ran.err
    messages = [line.partition("spring.csv, ")[2] for line in ran.err.splitlines() if "spring.csv" in line]
    assert messages == [
        'row 2, column G (phone): "701405021" seems to have lost its first character; imported as 070-140 50 21.',
        'row 3, column G (phone): "46701405022" seems to have lost its first character; imported as 070-140 50 22.',
    ]
    assert [entry.answers["phone"] for entry in imports.entries()] == ["+46701405021", "+46701405022", "+46701234567"]


def test_import__refuses_a_phone_number_that_no_country_has(imports: Imports) -> None:
    ran = imports(lines(row("asa").replace("+46 70 123 45 67", "+46 070 123 45 67")))

    assert ran.code == 1
    assert '"+46 070 123 45 67" is not a telephone number, such as +46 70 123 45 67.' in ran.err


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ("2999-01-01", '"2999-01-01 00:00" is in the future.'),
        ("1999-01-01", '"1999-01-01 00:00" is too long ago: the form keeps submissions for 730 days.'),
        ("9999-12-31", '"9999-12-31 00:00" is in the future.'),
        (
            "9999-12-31T23:59:59-01:00",
            '"9999-12-31T23:59:59-01:00" is not a time such as 2026-03-01T12:30:05Z, or a date.',
        ),
        ("last year", '"last year" is not a time such as 2026-03-01T12:30:05Z, or a date.'),
    ],
)
def test_import__refuses_an_impossible_date(imports: Imports, at: str, message: str) -> None:
    ran = imports(lines(f"{at},{row('asa')}", header=f"submitted_at,{HEADER}"))

    assert ran.code == 1
    assert f"row 2, column A (submitted_at): {message}\n" in ran.err


def test_import__takes_its_time_from_the_column(imports: Imports) -> None:
    imports(lines(f"2027-01-05,{row('asa')}", header=f"submitted_at,{HEADER}"))

    (entry,) = imports.entries()
    assert entry.submitted_at.isoformat() == "2027-01-05T00:00:00+00:00"
    assert (entry.expires_at - entry.submitted_at).days == 730


def test_import__lists_a_hundred_mistakes_and_counts_the_rest(imports: Imports) -> None:
    ran = imports(lines(*[row(f"a{number}").replace(",yes", ",no") for number in range(120)]))

    assert ran.err.count("spring.csv, row") == 100
    assert "... and 20 more mistakes.\nerror: 120 rows of 120 can't be imported" in ran.err


def test_import__gives_tickets_in_the_files_order(imports: Imports) -> None:
    imports.office.register()
    imports.office.seats(capacity=2)

    ran = imports(lines(row("cleo"), row("bo"), row("asa")))

    assert "  first-robot: 3 rows, 1 of its seats free, 2 would join the waiting list\n" in ran.err
    assert ran.err.endswith("3 rows imported, 2 of them on the waiting list. Nobody was mailed.\n")
    assert [(entry.email[:3], entry.position) for entry in imports.entries()[:3]] == [
        ("asa", 2),
        ("bo@", 1),
        ("cle", None),
    ]


def test_import__trusts_the_address_and_ignores_closing_dates(imports: Imports) -> None:
    form = imports.office.forms["registration"]
    closed = imports.office.clock.now() - timedelta(days=1)
    imports.office.forms["registration"] = replace(form, verification=Verification(), closes_at=closed)

    assert imports(lines(row("asa"))).code == 0
    (entry,) = imports.entries()
    assert (entry.status, entry.verify_by, entry.verified_at is None) == (Status.CONFIRMED, None, False)


def test_import__dry_run_writes_nothing(imports: Imports) -> None:
    ran = imports(lines(row("asa")), "--dry-run")

    assert (ran.code, imports.entries()) == (0, [])
    assert ran.err.endswith("Would import 1 row into registration, without mails. Nothing was changed.\n")


def test_import__interrupted__is_completed_by_the_same_command(imports: Imports) -> None:
    intake = imports.office.line.taking_in
    content = lines(*[row(name) for name in ("asa", "bo", "cleo", "dag")])

    class Interrupted(type(intake)):  # type: ignore[misc]
        def take(self, form: object, candidate: object, **how: object) -> object:
            if len(imports.entries()) == 2:
                super().take(form, candidate, **how)  # written, but the answer was lost
                raise KeyboardInterrupt
            return super().take(form, candidate, **how)

    usual, intake.__class__ = intake.__class__, Interrupted
    ran = imports(content)
    assert ran.code == 130
    assert "Interrupted: 2 of 4 rows were imported. Run the same command again to do the rest.\n" in ran.err
    intake.__class__ = usual

    again = imports(content)

    assert "  3 rows already there\n" in again.err
    assert len(imports.entries()) == 4


def test_import__names_the_lines_that_failed(imports: Imports) -> None:
    intake = imports.office.line.taking_in

    class Stumbling(type(intake)):  # type: ignore[misc]
        def take(self, form: object, candidate: object, **how: object) -> object:
            if candidate.row.line == 3:
                raise StorageUnavailableError("Not now.")
            return super().take(form, candidate, **how)

    intake.__class__ = Stumbling
    ran = imports(lines(*[row(name) for name in ("asa", "bo", "cleo")]))

    assert ran.code == 1
    assert "row 3 was not imported: Not now.\n" in ran.err
    assert len(imports.entries()) == 2


def test_import__accepts_an_export(imports: Imports) -> None:
    """Existing submissions stay, cancelled ones are skipped, and it lists the columns that it ignores."""
    here = imports.office.register("Here")
    header = f"Reference,Ticket,Status,form,Språk,{HEADER},ID"

    def exported(name: str, status: str, origin: str) -> str:
        return f"X,7,{status},registration,sv,{row(name)},{origin}"

    ran = imports(
        lines(
            exported("here", "confirmed", here.id),
            exported("gone", "cancelled", "reg_01KJM2N0S0ABCDEFGHJKMNPQRS"),
            exported("new", "waitlisted", "reg_01KJM2N0S0ABCDEFGHJKMNPQRT"),
            header=header,
        )
    )

    assert ran.code == 0, ran.err
    assert "  not imported, because Rollcall sets them itself: Ticket\n  1 row left out: cancelled\n" in ran.err
    assert "  1 row already there\n" in ran.err
    new = next(entry for entry in imports.entries() if entry.email == "new@example.org")
    assert (len(imports.entries()), new.language, new.status) == (2, "sv", Status.CONFIRMED)


def test_import__reports_mistakes_in_an_exports_columns(imports: Imports) -> None:
    ran = imports(lines(f"contact,xx,canceled,{row('asa')}", header=f"form,language,status,{HEADER}"))

    assert ran.code == 1
    assert 'row 2, column A (form): "contact" is another form; this imports into registration.\n' in ran.err
    assert 'row 2, column B (language): The form has no language "xx". Use one of: en, sv.\n' in ran.err
    assert "row 2, column C (status): \"canceled\" is not a status. Did you mean 'cancelled'?\n" in ran.err


def test_import__reads_standard_input_without_asking(office: Office) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([HEADER.split(","), row("asa").split(",")])

    refused = office.line("import", "-", "--form", "registration", typed="y\n")
    ran = office.line("import", "-", "--form", "registration", "--yes", piped=buffer.getvalue())

    assert (refused.code, "Add --yes or --dry-run." in refused.err) == (2, True)
    assert (ran.code, len(office.repository.entries)) == (0, 1)


def test_import__reports_what_is_missing(office: Office) -> None:
    assert office.line("import", "none.csv", "--form", "registration", "--yes").code == 3
    nope = office.line("import", "-", "--form", "registratoin", "--yes", piped="email\n")
    assert (nope.code, "Did you mean 'registration'?" in nope.err) == (3, True)


def test_import__of_a_contact_form_skips_repeats_in_a_file(imports: Imports) -> None:
    """The same message twice in a file is a slip; a second message of the same person is not."""
    header, message = "name,email,topic,message,consent", "Bo,bo@example.org,courses,{},yes"
    fields = [field.name for field in imports.office.forms["contact"].fields]
    header = ",".join(name for name in header.split(",") if name in fields)
    content = lines(*[message.format(text) for text in ("Hello there.", "And again.")], header=header)

    ran = imports(content, form="contact")
    again = imports(content, form="contact")

    assert ran.code == 0, ran.err
    assert len(imports.entries()) == 2
    assert again.err.endswith("Nothing new to import.\n")


@pytest.mark.parametrize(("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns__have_a_spreadsheets_letters(place: int, letters: str) -> None:
    assert column_letters(place) == letters


def test_reference__recognises_an_exported_row_without_an_id(imports: Imports) -> None:
    here = imports.office.register("Here")

    ran = imports(lines(f"{reference(here)},{row('other')}", header=f"reference,{HEADER}"))

    assert "  1 row already there\n" in ran.err


def test_guide__shows_a_valid_file_and_the_errors_of_a_wrong_one(imports: Imports) -> None:
    """The worked example of docs/staff.md holds word for word."""
    guide = (Path(__file__).resolve().parents[3] / "docs" / "staff.md").read_text(encoding="utf-8")
    example = guide.partition("`spring.csv`:\n```\n")[2].partition("```\n")[0]
    assert example.count("\n") == 3

    wrong = imports(example.replace("eva.ek@", "eva.ek at "))
    taken = imports(example)

    messages = [line.strip() for line in guide.splitlines() if line.startswith("  spring.csv, row")]
    assert messages == [line.partition(str(imports.file.parent) + "/")[2] for line in wrong.err.splitlines()[1:2]]
    assert "error: 1 row of 2 can't be imported. Nothing was imported.\n" in wrong.err
    assert (taken.code, taken.err.endswith("2 rows imported. Nobody was mailed.\n")) == (0, True)
