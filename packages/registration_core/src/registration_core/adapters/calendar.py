"""Calendars: events as iCalendar (RFC 5545), for mails, the site and the staff's feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum

from registration_core.adapters.calendar_zones import time_zone_properties
from registration_core.domain.mail import Attachment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from registration_core.domain.time_zones import TimeZone

CALENDAR_FILE = "invitation.ics"
"""The name of the file in mails."""
_LONGEST_LINE = 75  # octets, without the line break: RFC 5545, 3.1


class Method(StrEnum):
    """What a calendar program does with a file (RFC 5546): PUBLISH adds or updates the event, CANCEL ends it.

    Nobody is invited, so nobody has to answer: see docs/decisions/0093-calendar.md.
    """

    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a calendar.

    uid: always the same for one event. starts_at, ends_at: aware. organizer: a URI, such as
    `mailto:office@example.org`. sequence: higher than in every earlier file about the event.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime | None
    summary: str
    description: str
    place: str | None
    organizer: str
    sequence: int = 0


def invitation(event: Event, *, at: datetime, method: Method = Method.PUBLISH) -> Attachment:
    """Return a file for calendar programs. at: when it is written.

    Texts are escaped, so that they can't add a line or a property. The file has no link to the
    registrant's page, because people share calendars.
    """
    content_type = f'text/calendar; charset="utf-8"; method="{method}"'
    return Attachment(CALENDAR_FILE, content_type, calendar([event], at=at, method=method))


def calendar(
    events: Iterable[Event],
    *,
    at: datetime,
    method: Method = Method.PUBLISH,
    more: Iterable[tuple[str, str]] = (),
    zone: TimeZone | None = None,
) -> bytes:
    """Return the events as iCalendar. more: properties of the calendar, escaped.

    zone: of the times, see `calendar_zones.can_be_written`; None for UTC.
    """
    properties = [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//Rollcall//Rollcall//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", method.value),
        *more,
        *(time_zone_properties(zone) if zone is not None else ()),
        *(each for event in events for each in _event(event, at, method, zone)),
        ("END", "VCALENDAR"),
    ]
    lines = (folded for name, value in properties for folded in _folded(f"{name}:{value}"))
    return "".join(f"{line}\r\n" for line in lines).encode()


def _event(event: Event, at: datetime, method: Method, zone: TimeZone | None) -> Iterator[tuple[str, str]]:
    yield "BEGIN", "VEVENT"
    yield "UID", escaped(event.uid)
    yield "DTSTAMP", _utc_stamp(at)
    yield _time("DTSTART", event.starts_at, zone)
    if event.ends_at is not None:
        yield _time("DTEND", event.ends_at, zone)
    yield "ORGANIZER", event.organizer
    yield "SEQUENCE", str(event.sequence)
    yield "SUMMARY", escaped(event.summary)
    yield "DESCRIPTION", escaped(event.description)
    if event.place:
        yield "LOCATION", escaped(event.place)
    yield "STATUS", "CANCELLED" if method is Method.CANCEL else "CONFIRMED"
    yield "END", "VEVENT"


def _time(name: str, at: datetime, zone: TimeZone | None) -> tuple[str, str]:
    if zone is None:
        return name, _utc_stamp(at)
    return f"{name};TZID={zone.name}", f"{at.astimezone(zone):%Y%m%dT%H%M%S}"


def _utc_stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(value: str) -> str:
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
