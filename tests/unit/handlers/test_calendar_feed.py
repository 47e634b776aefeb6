"""The staff's calendar: every course with its seats, in the organisation's zone, without anybody's data."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import CountedRandomness, PlainSigner, StoppedClock
from contract.manage_fake import InMemoryManagedRepository
from icalendar import Calendar
from unit.cli.test_calendar import InMemoryCalendarLink
from unit.handlers.my_desk import CONTACT, FORMS

from lambda_handlers.calendar_feed import CalendarFeed
from lambda_handlers.log import Log
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.validation import example_submission
from registration_core.services.calendar_feed import CalendarFeedService
from registration_core.services.submit import SubmitService
from rollcall_build.forms.time_zones import in_zone, time_zone

if TYPE_CHECKING:
    from lambda_handlers.site_words import SiteWords
    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form

REGISTRATION = FORMS["registration"]
SEATS = REGISTRATION.capacities()["line-followers"]


class Feed:
    """The function with a table in memory."""

    def __init__(self, words: SiteWords, *forms: Form) -> None:
        self.clock, self.link = StoppedClock(), InMemoryCalendarLink()
        self.table = InMemoryManagedRepository(clock=self.clock, randomness=CountedRandomness("table"))
        self.forms = {form.name: form for form in forms or (REGISTRATION, CONTACT)}
        service = CalendarFeedService(link=self.link, forms=lambda: self.forms, repository=self.table)
        self.function = CalendarFeed(service, words, clock=self.clock, log=Log("links"))
        self.link.make()

    def register(self, people: int) -> None:
        submit = SubmitService(
            repository=self.table, signer=PlainSigner(), clock=self.clock, randomness=CountedRandomness("submit")
        )
        for number in range(people):
            answers = {**example_submission(REGISTRATION), "participant": f"Child {number}"}
            submit.submit(REGISTRATION, answers, key=None, language="en")

    def get(self, secret: str | None = "secret-1", method: str = "GET", **headers: str) -> dict[str, Any]:  # noqa: S107 - a test's
        query = None if secret is None else {"t": secret}
        event = {"httpMethod": method, "path": "/calendar.ics", "queryStringParameters": query, "headers": headers}
        return self.function(event)

    def courses(self) -> dict[str, Any]:
        calendar = Calendar.from_ical(self.get()["body"])
        assert calendar.errors == []
        return {str(event["UID"]).partition("@")[0]: event for event in calendar.events}


def test_feed__lists_each_course_with_its_seats(words: SiteWords) -> None:
    feed = Feed(words)
    feed.register(SEATS + 2)

    courses = feed.courses()

    assert set(courses) == {f"registration-{option}" for option in REGISTRATION.capacities()}
    full, empty = courses["registration-line-followers"], courses["registration-first-robot"]
    assert full["SUMMARY"] == f"Line followers ({SEATS}/{SEATS} +2)"
    assert "12 of 12 seats taken\nOn the waiting list: 2\n" in full["DESCRIPTION"]
    assert empty["SUMMARY"].endswith("(0/12)")
    assert full["LOCATION"] == "Verkstaden, Verkstadsgatan 12" or "Verkstad" in full["LOCATION"]


def test_feed__has_nobodys_data(words: SiteWords) -> None:
    feed = Feed(words)
    feed.register(3)
    body = feed.get()["body"]
    assert "Child" not in body
    assert "@example.org" not in body
    assert not any(
        address in body
        for address in REGISTRATION.staff
        if address not in words.by_language["en"]["organisation"]["email"]
    )


def test_feed__tells_a_calendar_program_how_often_to_ask(words: SiteWords) -> None:
    calendar = Calendar.from_ical(Feed(words).get()["body"])
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["X-WR-CALNAME"] == calendar["NAME"] == "Kuggen Robotics Academy"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(minutes=15)
    assert calendar["X-PUBLISHED-TTL"] == "PT15M"


@pytest.mark.parametrize("zone", ["Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Australia/Sydney"])
def test_feed__keeps_local_times_across_clock_changes(words: SiteWords, zone: str) -> None:
    """Another parser, which knows the zone from the file only, reads the very moments."""
    starts = [datetime(2027, month, 27, 9, tzinfo=UTC) for month in range(1, 13)]
    form = in_zone(timed(starts), time_zone(zone))
    feed = Feed(words, form)

    body = feed.get()["body"]
    another_name = body.replace(zone, f"Test-{zone}")
    events = Calendar.from_ical(another_name).events

    assert [event.start.astimezone(UTC) for event in events] == starts
    assert f"X-WR-TIMEZONE:{zone}\r\n" in body
    assert f"DTSTART;TZID={zone}:" in body


def test_feed__writes_utc_where_a_zone_has_no_rule_of_a_calendar(words: SiteWords) -> None:
    starts = [datetime(2027, 7, 1, 9, tzinfo=UTC)]
    feed = Feed(words, in_zone(timed(starts), time_zone("Asia/Jerusalem")))
    assert "DTSTART:20270701T090000Z\r\n" in feed.get()["body"]


def test_feed__keeps_the_courses_of_a_retired_form(words: SiteWords) -> None:
    feed = Feed(words, replace(REGISTRATION, retired=True))
    assert "registration-line-followers" in feed.courses()


@pytest.mark.parametrize("secret", [None, "", "secret-2", "sécret", "secret-1 "])
def test_feed__is_for_those_who_have_the_link(words: SiteWords, secret: str | None) -> None:
    answer = Feed(words).get(secret)
    assert answer["statusCode"] == 404
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert "VCALENDAR" not in answer["body"]


def test_feed__before_anybody_asked_for_the_link_is_nobodys(words: SiteWords) -> None:
    feed = Feed(words)
    feed.link.made = 0
    assert feed.get("").get("statusCode") == 404


def test_reset__ends_the_old_link(words: SiteWords) -> None:
    feed = Feed(words)
    feed.link.reset()
    assert (feed.get("secret-1")["statusCode"], feed.get("secret-2")["statusCode"]) == (404, 200)


def test_feed__is_fetched_again_only_if_something_changed(words: SiteWords) -> None:
    feed = Feed(words)
    first = feed.get()
    tag = first["headers"]["ETag"]
    feed.clock.forward(hours=1)

    unchanged = feed.get(**{"If-None-Match": f"W/{tag}"})
    feed.register(1)
    changed = feed.get(**{"If-None-Match": tag})

    assert first["headers"]["Cache-Control"] == "private, max-age=900"
    assert (unchanged["statusCode"], unchanged["body"]) == (304, "")
    assert changed["statusCode"] == 200
    assert changed["headers"]["ETag"] != tag


def test_head__has_the_headers_and_no_body(words: SiteWords) -> None:
    feed = Feed(words)
    head, got = feed.get(method="HEAD"), feed.get()
    assert (head["statusCode"], head["headers"], head["body"]) == (200, got["headers"], "")
    assert feed.get("wrong", method="HEAD")["statusCode"] == 404
    assert feed.get(method="POST")["statusCode"] == 405


def test_feed__writes_no_secret_into_the_log(words: SiteWords, capsys: pytest.CaptureFixture[str]) -> None:
    feed = Feed(words)
    feed.get("wrong-secret")
    feed.get()
    lines = capsys.readouterr().out
    assert [json.loads(line)["code"] for line in lines.splitlines()] == ["wrong_calendar_link"]
    assert "secret" not in lines


def test_feed__says_when_to_ask_again(words: SiteWords, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = Feed(words)

    def unavailable() -> str:
        raise StorageUnavailableError("no table")

    monkeypatch.setattr(feed.link, "secret", unavailable)
    answer = feed.get()
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "60")


def timed(starts: list[datetime]) -> Form:
    """Return the form with one course for each start."""

    def at(field: Field) -> Field:
        first = field.options[0]
        options = tuple(
            replace(first, value=f"c{number}", starts_at=start, ends_at=start + timedelta(hours=2))
            for number, start in enumerate(starts)
        )
        return replace(field, options=options)

    fields = tuple(at(field) if field.name == "course" else field for field in REGISTRATION.fields)
    return replace(REGISTRATION, fields=fields)
