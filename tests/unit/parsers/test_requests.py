"""Requests and imported sheets, whatever is in them, and the options that select submissions."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from shipped import SOURCES
from unit.parsers.spoiled import refusal_of, spoiled

from admin_cli.errors import CliError
from admin_cli.imports.columns import Sheet, read_columns
from admin_cli.imports.csv_file import CsvFile
from lambda_handlers.http_request import Request, RequestError, read_answers, read_request, salvaged_answers
from registration_core.domain.date_parts import parts_of, with_whole_dates, wrong_part
from registration_core.domain.errors import InvalidAnswersError, InvalidFilterError, RollcallError
from registration_core.domain.filters import selection
from registration_core.domain.staff_answers import validate_cells
from registration_core.domain.times import read_period
from rollcall_build.forms.files import compile_forms

FORMS = compile_forms(SOURCES.forms)
REGISTRATION = FORMS["registration"]
FIELDS = [field.name for field in REGISTRATION.fields]
NOW = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
URLENCODED = "application/x-www-form-urlencoded"
EVENT = {
    "httpMethod": "POST",
    "path": "/contact",
    "headers": {"X": "y"},
    "queryStringParameters": {"lang": "sv"},
    "body": "{}",
    "isBase64Encoded": False,
    "requestContext": {"requestId": "1", "identity": {"sourceIp": "192.0.2.1"}},
}


@given(spoiled(EVENT), st.sampled_from(["application/json", URLENCODED]))
def test_request__of_any_event_is_read_or_refused(event: dict[str, Any], media_type: str) -> None:
    """Whatever API Gateway puts into the places of an event."""
    for part in ("headers", "queryStringParameters", "requestContext"):
        event[part] = event[part] if isinstance(event.get(part), dict) else None
    if not isinstance((event["requestContext"] or {}).get("identity"), dict):
        event["requestContext"] = None
    request = replace(read_request(event), headers={"content-type": media_type})
    refusal_of(read_answers, request, RequestError)


@given(
    body=st.text(),
    charset=st.sampled_from(["", "utf-8", "latin-1", "nonsense", "idna", "punycode", "undefined", "utf-16", "hex"]),
    is_base64=st.booleans(),
)
def test_salvaged_answers__raises_nothing(body: str, charset: str, *, is_base64: bool) -> None:
    """A refused form is shown again, as far as it can be read."""
    headers = {"content-type": f"{URLENCODED}; charset={charset}", "accept": "text/html"}
    assert isinstance(salvaged_answers(Request("POST", "/contact", headers, {}, body, is_base64, "1")), dict)


DATE_FIELDS = ["birth_date", "birth_date-day", "birth_date-month", "birth_date-year"]


@given(st.dictionaries(st.sampled_from(DATE_FIELDS), st.text() | st.lists(st.text(), min_size=2)))
def test_date_parts__make_one_text_of_any_fields(sent: dict[str, object]) -> None:
    whole = with_whole_dates(REGISTRATION, sent)
    assert whole.keys() <= {"birth_date"}
    text = str(whole.get("birth_date", ""))
    assert wrong_part(text) in {"", "day", "month", "year"}
    assert set(parts_of(text)) == {"year", "month", "day"}


@given(st.dates())
def test_date_parts__of_a_date_lead_back_to_it(day: date) -> None:
    parts: dict[str, object] = {f"birth_date-{part}": text for part, text in parts_of(day.isoformat()).items()}
    assert with_whole_dates(REGISTRATION, parts) == {"birth_date": day.isoformat()}


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=40)))
def test_cells__are_answers_or_refused_with_a_reason(texts: dict[str, str]) -> None:
    refusal_of(lambda cells: validate_cells(REGISTRATION, cells, today=NOW.date()), texts, InvalidAnswersError)


CELLS = st.text(max_size=12) | st.sampled_from(["confirmed", "2027-03-01", "en", "=1+1", "9999-12-31T23:59-14:00"])
HEADINGS = st.sampled_from(["id", "status", "submitted_at", "language", *FIELDS, "what", ""])


@given(st.lists(st.lists(CELLS, max_size=9), max_size=4), st.lists(HEADINGS, max_size=3), st.permutations(FIELDS))
def test_import__of_any_sheet_yields_rows_or_says_why(rows: list[list[str]], own: list[str], fields: list[str]) -> None:
    """Each mistake says in which row and column it is."""
    lines = ([*fields, *own], *rows)
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)

    def read(content: bytes) -> None:
        file = CsvFile(io.BytesIO(content), "sheet.csv")
        sheet = Sheet(REGISTRATION, file, read_columns(REGISTRATION, file.header, "sheet.csv"))
        assert len(list(sheet.rows())) <= len(rows)
        assert all("row" in sheet.columns.where(wrong) for wrong in sheet.wrong)

    why = refusal_of(read, text.encode(errors="replace"), CliError)
    assert why is None or why.startswith("sheet.csv")


FILTERS = st.sampled_from(["form", "status", "since", "until", "option"])
WORDS = st.text(max_size=12) | st.sampled_from(
    ["confirmed", "confirmed,spam", "7d", "monday", "contact", "first-robot"]
)


@given(FILTERS, WORDS)
def test_filter__selects_or_says_why(name: str, word: str) -> None:
    given_options: dict[str, Any] = {name: [word] if name == "status" else word}
    refusal_of(lambda options: selection(lambda: FORMS, **options, now=NOW), given_options, RollcallError)


TIMES = st.sampled_from(["7d", "2w", "3mo", "monday", "today", "2026-03-01", "2027-02-28T09:30", "90min", "2y"])


@given(TIMES, TIMES)
def test_period__ends_after_it_begins_or_is_refused(since: str, until: str) -> None:
    def read(words: tuple[str, str]) -> None:
        first, last = read_period(*words, forms=dict, now=NOW)
        assert first is not None
        assert last is not None
        assert first < last

    why = refusal_of(read, (since, until), InvalidFilterError)
    assert why is None or why == f"--since {since} must be earlier than --until {until}."
