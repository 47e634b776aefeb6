"""Entries decoded in bulk equal those that everything else reads."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.builders import a_form, an_entry

from admin_cli.export.json_files import WHOLE, whole
from admin_cli.export.rows import read_page, read_rows, to_lines
from registration_core.adapters.dynamodb.items import submission_item
from registration_core.adapters.dynamodb.table import wire_item
from registration_core.adapters.sheets.columns import Columns
from registration_core.domain.attendance import CheckIn
from registration_core.domain.groups import Group
from registration_core.domain.notes import Note
from registration_core.domain.records import record
from registration_core.domain.submission import Status

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ANSWERS = st.dictionaries(
    st.text("abc_", min_size=1, max_size=5),
    TEXT | st.integers(-(10**12), 10**12) | st.floats(-1e6, 1e6) | st.booleans() | st.lists(TEXT, max_size=3),
    max_size=5,
)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - st gives the zone
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
ENTRIES = st.builds(
    lambda answers, **changes: an_entry(a_form(), answers, **changes),
    ANSWERS,
    submitted_at=TIMES,
    expires_at=TIMES.map(lambda at: at.replace(microsecond=0)),
    status=st.sampled_from(Status),
    email=st.just("") | TEXT,
    option=st.none() | TEXT,
    position=st.none() | st.integers(1, 10**9),
    verify_by=st.none() | TIMES.map(lambda at: at.replace(microsecond=0)),
    verified_at=st.none() | TIMES,
    version=st.integers(1, 10**6),
)


@given(ENTRIES)
def test_row__is_the_submission(entry: object) -> None:
    """Nothing is lost between the wire and a spool's line, and it prints as `list --json` would."""
    (row,) = read_page(json.dumps({"Items": [wire_item(submission_item(entry))]}).encode()).rows  # type: ignore[arg-type]

    assert row.submission() == entry
    assert read_rows(to_lines([row])) == [row]
    listed = record(entry, name="", rank=None)  # type: ignore[arg-type]
    assert whole(row) == {name: listed[name] for name in WHOLE}


def test_row__has_notes_and_check_ins_as_the_list_has() -> None:
    at = datetime(2027, 3, 6, 9, 30, tzinfo=UTC)
    notes = (Note("1", at, "kim", "Called.\nNo answer"), Note("2", at, "ada", "Paid"))
    entry = an_entry(a_form(), {}, notes=notes, check_ins=(CheckIn(at.date(), at, "kim"),), members=("a", "b"))

    (row,) = read_page(json.dumps({"Items": [wire_item(submission_item(entry))]}).encode()).rows

    assert read_rows(to_lines([row])) == [row]
    assert (row.notes, row.checked_in) == (["Called.\nNo answer", "Paid"], ["2027-03-06"])
    listed = record(entry, name="", rank=None)
    assert whole(row) == {name: listed[name] for name in WHOLE}
    assert whole(row)["group"] == "a"


def test_columns__of_a_form_for_families_name_the_group() -> None:
    form = a_form()
    families = replace(form, group=Group(("name",), 6))
    assert "group" not in [column.name for column in Columns([form], [], "en").chosen(None)]
    assert [column.name for column in Columns([families, form], [], "en").chosen(None)][-2:] == ["group", "id"]


def test_page__says_where_the_next_begins() -> None:
    """The key is DynamoDB's own, returned unchanged."""
    key = {"pk": {"S": "SUB#1"}, "sk": {"S": "SUB"}, "month": {"S": "course#2026-11"}, "id": {"S": "1"}}

    assert read_page(json.dumps({"Items": [], "LastEvaluatedKey": key}).encode()).key == key
    assert read_page(b'{"Items": []}').key is None


def test_page__cut_off__is_not_a_page() -> None:
    """Half an answer is never taken for a whole one."""
    with pytest.raises(msgspec.DecodeError):
        read_page(b'{"Items": [{"id": {"S": "reg_')
