"""Calendar files: as RFC 5545 and RFC 5546 say, whatever the texts contain, and as another parser reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from registration_core.adapters.calendar import Event, Method, invitation

START = datetime(2027, 1, 16, 10, tzinfo=timezone(timedelta(hours=1)))
AT = datetime(2026, 11, 23, 9, 30, 15, tzinfo=UTC)
EVENT = Event(
    uid="reg_01JD2M8V4Q7ZJ3T9X0K5W6RYBC",
    starts_at=START,
    ends_at=START + timedelta(hours=2),
    summary="Line followers",
    description="Eight Saturdays.",
    place="Kuggen, Stockholm",
    organizer="mailto:office@example.org",
    sequence=7,
)


def a_file(method: Method = Method.PUBLISH, **changes: Any) -> bytes:
    return invitation(replace(EVENT, **changes), at=AT, method=method).content


def properties(content: bytes) -> list[tuple[str, str]]:
    """Unfold and read the lines as section 3.1 says."""
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    assert lines.pop() == ""
    return [(name, value) for name, _, value in (line.partition(":") for line in lines)]


def unescaped(value: str) -> str:
    """Read a text as section 3.3.11 says."""
    letters = iter(value)
    return "".join({"n": "\n"}.get(each := next(letters), each) if letter == "\\" else letter for letter in letters)


def test_invitation__is_one_event_in_utc() -> None:
    assert properties(a_file()) == [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//Rollcall//Rollcall//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("BEGIN", "VEVENT"),
        ("UID", "reg_01JD2M8V4Q7ZJ3T9X0K5W6RYBC"),
        ("DTSTAMP", "20261123T093015Z"),
        ("DTSTART", "20270116T090000Z"),
        ("DTEND", "20270116T110000Z"),
        ("ORGANIZER", "mailto:office@example.org"),
        ("SEQUENCE", "7"),
        ("SUMMARY", "Line followers"),
        ("DESCRIPTION", "Eight Saturdays."),
        ("LOCATION", "Kuggen\\, Stockholm"),
        ("STATUS", "CONFIRMED"),
        ("END", "VEVENT"),
        ("END", "VCALENDAR"),
    ]


def test_invitation__omits_what_is_not_known() -> None:
    names = [name for name, _ in properties(a_file(ends_at=None, place=None))]
    assert "DTEND" not in names
    assert "LOCATION" not in names


@pytest.mark.parametrize(("method", "status"), [(Method.PUBLISH, "CONFIRMED"), (Method.CANCEL, "CANCELLED")])
def test_invitation__says_the_same_to_another_parser(method: Method, status: str) -> None:
    """An organizer and nobody invited, as RFC 5546 asks of what is published; UID and sequence tell what it updates."""
    file = invitation(EVENT, at=AT, method=method)
    calendar = Calendar.from_ical(file.content)
    (event,) = calendar.events

    assert (file.filename, file.content_type) == (
        "invitation.ics",
        f'text/calendar; charset="utf-8"; method="{method}"',
    )
    assert (calendar["METHOD"], event["STATUS"]) == (method, status)
    assert (event["UID"], event["SEQUENCE"]) == (EVENT.uid, 7)
    assert (event.start, event.end) == (EVENT.starts_at, EVENT.ends_at)
    assert (event["SUMMARY"], event["LOCATION"]) == (EVENT.summary, EVENT.place)
    assert event["ORGANIZER"] == "mailto:office@example.org"
    assert "ATTENDEE" not in event
    assert calendar.errors == event.errors == []


@given(st.text(max_size=400))
def test_invitation__preserves_any_text_and_adds_no_property(text: str) -> None:
    content = a_file(summary=text, place=f"x{text}")
    read = properties(content)
    assert [name for name, _ in read] == [name for name, _ in properties(a_file())]
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    lines = "\n".join(text.splitlines())
    expected = "".join(" " if letter != "\n" and (letter < " " or letter == "\x7f") else letter for letter in lines)
    assert unescaped(dict(read)["SUMMARY"]) == expected
