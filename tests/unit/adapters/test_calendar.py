"""Calendar files: exactly as RFC 5545 says, whatever the texts contain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from registration_core.adapters.calendar import CONTENT_TYPE, invitation

START = datetime(2027, 1, 16, 10, tzinfo=timezone(timedelta(hours=1)))


def a_file(**changes: Any) -> bytes:
    facts: dict[str, Any] = {
        "uid": "reg_01JD2M8V4Q7ZJ3T9X0K5W6RYBC",
        "at": datetime(2026, 11, 23, 9, 30, 15, tzinfo=UTC),
        "starts_at": START,
        "ends_at": START + timedelta(hours=2),
        "summary": "Line followers",
        "description": "Eight Saturdays.",
        "place": "Kuggen, Stockholm",
    }
    return invitation(**(facts | changes)).content


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


def test_invitation__is_published_and_needs_no_reply() -> None:
    file = invitation(uid="x", at=START, starts_at=START, ends_at=None, summary="s", description="d", place=None)
    assert (file.filename, file.content_type) == ("invitation.ics", CONTENT_TYPE)
    assert 'method="PUBLISH"' in CONTENT_TYPE


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
