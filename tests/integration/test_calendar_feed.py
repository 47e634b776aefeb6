"""The staff's calendar on the deployed stack: its link, its seats, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar
from integration.api_requests import ask

if TYPE_CHECKING:
    from integration.staff import Staff


@pytest.mark.usefixtures("stack")
def test_calendar__is_read_by_its_link_until_that_is_reset(manager: Staff, reader: Staff) -> None:
    link = manager("calendar", "link").out.strip()
    assert reader("calendar", "link").out.strip() == link

    answer, head = ask(link, None, method="GET"), ask(link, None, method="HEAD")

    assert (answer.status, head.status, head.body) == (200, 200, "")
    assert head.headers["ETag"] == answer.headers["ETag"]
    calendar = Calendar.from_ical(answer.body)
    assert {"registration-first-robot", "camp-first-week"} <= {str(e["UID"]).partition("@")[0] for e in calendar.events}
    assert ask(link, None, method="GET", headers={"If-None-Match": answer.headers["ETag"]}).status in {200, 304}

    renewed = manager("calendar", "reset", "--yes").out.strip()

    assert (ask(link, None, method="GET").status, ask(renewed, None, method="GET").status) == (404, 200)


@pytest.mark.needs("iam enforced")
@pytest.mark.usefixtures("stack")
def test_calendar__is_not_reset_by_a_reader(manager: Staff, reader: Staff) -> None:
    link = manager("calendar", "link").out
    assert reader("calendar", "reset", "--yes").code == 4
    assert manager("calendar", "link").out == link
