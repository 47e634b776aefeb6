"""The staff's calendar: `GET /calendar.ics?t=SECRET` returns every course with its seats. It has no personal data.

The secret is in the query, as the token of `/my` is, because logs of requests have paths but no queries.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from lambda_handlers.http_request import read_request
from lambda_handlers.http_response import cached_response, text_response
from registration_core.adapters.calendar import Event, calendar, escaped
from registration_core.adapters.calendar_zones import can_be_written
from registration_core.domain.calendar_words import CALENDAR_WORDS
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.forms import zone_of
from registration_core.domain.messages import words_in
from registration_core.services.calendar_feed import WrongCalendarLinkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from lambda_handlers.log import Log
    from lambda_handlers.site_words import SiteWords
    from registration_core.domain.ports import Clock
    from registration_core.services.calendar_feed import CalendarFeedService, Course

PATH = "/calendar.ics"
FRESH_MINUTES = 15
RETRY_AFTER_S = 60
_HEADERS = {
    "Content-Type": "text/calendar; charset=utf-8",
    "Cache-Control": f"private, max-age={FRESH_MINUTES * 60}",
    "Content-Disposition": 'inline; filename="courses.ics"',
    "X-Robots-Tag": "noindex, nofollow",
}


class CalendarFeed:
    """Responds to proxy events for the calendar. No log line has the secret."""

    def __init__(self, service: CalendarFeedService, words: SiteWords, *, clock: Clock, log: Log) -> None:
        self._service = service
        self._words = words
        self._clock = clock
        self._log = log

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Respond to one event. HEAD gets the headers of GET."""
        request = read_request(event)
        try:
            if request.method not in {"GET", "HEAD"}:
                answer = text_response(405, "Get this calendar with GET.", {"Allow": "GET, HEAD"})
            else:
                courses = self._service.courses(request.query.get("t", ""))
                answer = self._calendar(courses, request.headers.get("if-none-match", ""))
        except WrongCalendarLinkError as error:
            self._log.info("refused", code=error.code, status=404, request_id=request.id)
            answer = text_response(
                404, "There is no calendar at this address. If its link was reset, ask for the new one."
            )
        except StorageUnavailableError as error:
            self._log.fault("failed", error, code=error.code, status=503, request_id=request.id)
            answer = text_response(503, "Try again in a minute.", {"Retry-After": str(RETRY_AFTER_S)})
        return {**answer, "body": ""} if request.method == "HEAD" else answer

    def failed(self, event: Mapping[str, Any], error: BaseException) -> dict[str, Any]:
        """Respond to an unexpected error."""
        self._log.fault("failed", error, request_id=read_request(event).id)
        return text_response(500, "Try again in a minute.", {"Retry-After": str(RETRY_AFTER_S)})

    def _calendar(self, courses: Sequence[Course], if_none_match: str) -> dict[str, Any]:
        """Return the calendar. Its tag changes with the courses and their seats, not with the time of writing."""
        now = self._clock.now()
        always = min((course.option.starts_at for course in courses if course.option.starts_at), default=now)
        tagged = self._written(courses, at=always).decode()
        body = self._written(courses, at=now).decode()
        return cached_response(body, _HEADERS, tagged=tagged if courses else "", if_none_match=if_none_match)

    def _written(self, courses: Sequence[Course], *, at: datetime) -> bytes:
        organisation = next(iter(self._words.by_language.values()))["organisation"]
        zone = zone_of(course.form for course in courses)
        zone = zone if zone is not None and can_be_written(zone) else None
        name = escaped(organisation["name"])
        minutes = f"PT{FRESH_MINUTES}M"
        more = [
            ("NAME", name),
            ("X-WR-CALNAME", name),
            *([("X-WR-TIMEZONE", zone.name)] if zone is not None else []),
            ("REFRESH-INTERVAL;VALUE=DURATION", minutes),
            ("X-PUBLISHED-TTL", minutes),
        ]
        events = [self._event(course, organisation["email"]) for course in courses]
        return calendar(events, at=at, more=more, zone=zone)

    def _event(self, course: Course, email: str) -> Event:
        form, option, seats = course.form, course.option, course.seats
        assert option.starts_at is not None  # noqa: S101 - the service lists no others
        language = form.languages[0]
        label = option.label.in_language(language)
        capacity = seats.capacity if seats is not None else option.capacity
        taken, waiting = (seats.taken, seats.waiting) if seats is not None else (0, 0)
        lines = [form.title.in_language(language)]
        if capacity is not None:
            words = words_in(CALENDAR_WORDS, language, form.words, "calendar")
            lines[:0] = [
                words["seats"].format(taken=taken, capacity=capacity),
                words["waiting"].format(count=waiting),
            ]
        return Event(
            uid=f"{form.name}-{option.value}@{urlsplit(self._words.site_url).hostname or 'rollcall'}",
            starts_at=option.starts_at,
            ends_at=option.ends_at,
            summary=label if capacity is None else f"{label} ({taken}/{capacity}{f' +{waiting}' if waiting else ''})",
            description="\n".join(lines),
            place=option.place.in_language(language) if option.place is not None else None,
            organizer=f"mailto:{email}",
        )
