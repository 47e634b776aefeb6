"""Exports through the staff API: a file of the command line's making, behind a link."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from unit.cli.fakes import CommandLine
from unit.export.table_source import TableSource
from unit.handlers.staff_office import MANAGER, READER, MemoryServices, StaffOffice

from admin_cli.aws.contexts import Context, ContextFile
from lambda_handlers.staff_api import exports, submissions
from registration_core.domain.records import iso

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def office() -> StaffOffice:
    """Yesterday, a few people registered; one of them wants to run a formula."""
    made = StaffOffice()
    made.clock.at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)  # the command line has its own clock
    made.register(participant="=1+1", course="first-robot", photos=True)
    late = made.register(participant="Åsa Lindqvist", course="line-followers")
    made.register("contact")
    MemoryServices(made).manage().cancel(late.id, by=MANAGER)
    return made


def exported(office: StaffOffice, query: str) -> bytes:
    answer = office.get(f"/staff/exports?{query}")
    assert answer.status == 200, answer.json
    return bytes(office.bucket.objects[answer.json["url"]]["Body"])


def command_line(office: StaffOffice, folder: Path) -> CommandLine:
    """Return the command line on the same submissions."""
    file = ContextFile(folder / "config" / "contexts.json")
    file.write(file.read().with_entry(Context("local", "local", "eu-north-1", "http://localhost:1")))
    entries = sorted(office.table.entries.values(), key=lambda entry: entry.id)
    return CommandLine(file, forms=office.forms, source=TableSource(entries))


@pytest.mark.parametrize(
    ("format_", "language", "filters"),
    [
        ("csv", "en", {}),
        ("csv", "sv", {"status": "cancelled"}),
        ("xlsx", "sv", {}),
        ("xlsx", "en", {"option": "first-robot", "since": "7d"}),
    ],
)
def test_export__is_the_command_lines(
    office: StaffOffice, tmp_path: Path, format_: str, language: str, filters: dict[str, str]
) -> None:
    """The same bytes for the same filters; of a workbook, the same sheet."""
    out = tmp_path / f"registration.{format_}"
    options = [word for name, value in filters.items() for word in (f"--{name}", value)]
    ran = command_line(office, tmp_path)("export", str(out), "--form", "registration", "--language", language, *options)
    assert ran.code == 0, ran.err
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    body = exported(office, f"form=registration&format={format_}&lang={language}&{query}")
    if format_ == "csv":
        assert body == out.read_bytes()
    else:
        made, expected = (zipfile.ZipFile(file) for file in (BytesIO(body), out))
        assert made.namelist() == expected.namelist()
        for part in ("xl/worksheets/sheet1.xml", "xl/styles.xml"):
            assert made.read(part) == expected.read(part)


def test_export__is_a_download_behind_a_link(office: StaffOffice) -> None:
    """A reader may have one too. The link lasts five minutes, and nothing caches the file."""
    answer = office.get("/staff/exports?form=registration&format=csv", who=READER).json
    stored = office.bucket.objects[answer["url"]]
    filename = f"registration-{office.forms['registration'].today(office.clock.now())}.csv"
    assert (answer["rows"], answer["filename"]) == (2, filename)
    assert answer["expires_at"] == iso((office.clock.now() + timedelta(minutes=5)).replace(microsecond=0))
    assert stored["ContentDisposition"] == f'attachment; filename="{filename}"'
    assert (stored["ContentType"], stored["CacheControl"]) == ("text/csv; charset=utf-8", "no-store")
    assert stored["Body"].startswith("\ufeff".encode())
    another = office.get("/staff/exports?form=registration&format=csv").json
    assert another["url"] != answer["url"], "nobody guesses the place of a file from another's"


def test_export__of_many_names_the_command(office: StaffOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is stored then."""
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    answer = office.get("/staff/exports?form=registration&format=xlsx&status=confirmed,cancelled&since=7d")
    assert (answer.status, answer.json["code"]) == (413, "use_the_command_line")
    command = "rollcall export registration.xlsx --form registration --status confirmed,cancelled --since 7d"
    assert answer.json["detail"].endswith(command)
    assert not office.bucket.objects
    assert office.get("/staff/exports?form=registration&format=csv&status=confirmed").json["rows"] == 1


@pytest.mark.parametrize("what", ["lindqvist asa", "asa@example.org"])
def test_export__of_a_search_has_what_the_list_shows(office: StaffOffice, what: str) -> None:
    """The command line has no such export."""
    asa = office.register(participant="Åsa Lindqvist", email="asa@example.org", guardian="Nils")
    office.register("contact", email="asa@example.org")
    rows = exported(office, f"form=registration&format=csv&since=7d&q={what}").decode().splitlines()
    listed = office.get(f"/staff/submissions?form=registration&since=7d&q={what}").json["submissions"]
    assert asa.id in [one["id"] for one in listed]
    assert [row.rpartition(",")[2] for row in rows[1:]] == [one["id"] for one in listed]


def test_export__of_a_search_has_a_limit(office: StaffOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how to come below it."""
    monkeypatch.setattr(submissions, "MOST_READ_AT_ONCE", 1)
    answer = office.get("/staff/exports?form=registration&format=csv&q=lindqvist")
    assert (answer.status, answer.json["code"]) == (400, "invalid_filter")
    assert answer.json["detail"].endswith("Narrow the list by time first.")


@pytest.mark.parametrize(
    ("query", "status", "detail"),
    [
        ("form=registration", 400, "format must be csv or xlsx."),
        ("form=registration&format=parquet", 400, "format must be csv or xlsx."),
        ("format=csv", 400, "Choose a form, such as form=registration: each has its own columns."),
        ("format=csv&form=nothing", 404, "There is no form 'nothing'."),
        ("format=csv&form=registration&status=lost", 400, "There is no status 'lost'."),
        ("format=csv&form=registration&columns=name", 400, 'There is no parameter "columns" here.'),
    ],
)
def test_export__says_what_is_wrong(office: StaffOffice, query: str, status: int, detail: str) -> None:
    answer = office.get(f"/staff/exports?{query}")
    assert (answer.status, detail in answer.json["detail"]) == (status, True)
    assert not office.bucket.objects


def test_export__without_its_bucket_can_be_tried_again(office: StaffOffice) -> None:
    office.bucket.failure = ClientError({"Error": {"Code": "SlowDown"}}, "PutObject")
    answer = office.get("/staff/exports?form=registration&format=csv")
    assert (answer.status, answer.json["code"], "Retry-After" in answer.headers) == (503, "storage_unavailable", True)
