"""Calendar files: one event as iCalendar (RFC 5545)."""

from __future__ import annotations

from datetime import UTC

from registration_core.domain.mail import Attachment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

CONTENT_TYPE = 'text/calendar; charset="utf-8"; method="PUBLISH"'
_FILENAME = "invitation.ics"
_LONGEST_LINE = 75  # octets, without the line break: RFC 5545, 3.1


def invitation(
    *,
    uid: str,
    at: datetime,
    starts_at: datetime,
    ends_at: datetime | None,
    summary: str,
    description: str,
    place: str | None,
) -> Attachment:
    """Return a file for calendar programs.

    uid: always the same for one event. at: when the file is written. Times are aware. Texts are
    escaped, so that they can't add a line or a property. The file has no link to the registrant's
    page, because people share calendars.
    """
    properties = [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//Rollcall//Rollcall//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("BEGIN", "VEVENT"),
        ("UID", _text(uid)),
        ("DTSTAMP", _utc_stamp(at)),
        ("DTSTART", _utc_stamp(starts_at)),
        *([("DTEND", _utc_stamp(ends_at))] if ends_at is not None else []),
        ("SUMMARY", _text(summary)),
        ("DESCRIPTION", _text(description)),
        *([("LOCATION", _text(place))] if place else []),
        ("STATUS", "CONFIRMED"),
        ("END", "VEVENT"),
        ("END", "VCALENDAR"),
    ]
    lines = (folded for name, value in properties for folded in _folded(f"{name}:{value}"))
    return Attachment(_FILENAME, CONTENT_TYPE, "".join(f"{line}\r\n" for line in lines).encode())


def _utc_stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """Escape a text (RFC 5545, 3.3.11). Control characters become spaces."""
    lines = "\n".join(value.splitlines())
    seen = "".join(letter if letter == "\n" or _stays(letter) else " " for letter in lines)
    return seen.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _stays(letter: str) -> bool:
    return letter >= " " and letter != "\x7f"


def _folded(line: str) -> Iterator[str]:
    """Cut a line into pieces of at most 75 octets, never inside a letter. All but the first start with a space."""
    piece, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _LONGEST_LINE:
            yield piece
            piece, size = " ", 1
        piece += letter
        size += octets
    yield piece
