"""The door with the real sign-in and the real API: ten people arrive, and the network comes and goes."""

from __future__ import annotations

import re
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from browser.desk_visit import DeskVisit
from browser.door_visit import DoorVisit
from deadlines import wait_until
from integration.api_requests import ask
from playwright.sync_api import expect
from registrants import Registrant, repository
from sign_in import sign_in, staff_token, staff_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.needs("sign-in pages")
COURSE = "python-and-sensors"
OFFLINE = "ERR_INTERNET_DISCONNECTED"


@contextmanager
def seats_for(stack: Any, people: int) -> Iterator[None]:
    """Make sure that this many people get a seat."""
    seats = repository(stack)
    before = seats.quotas("registration", [COURSE])[COURSE]
    seats.set_capacity("registration", COURSE, max(before.capacity, before.taken + people))
    yield
    seats.set_capacity("registration", COURSE, before.capacity)


def test_teacher__checks_ten_people_in_and_loses_the_network(visit: Callable[..., Any], stack: Any) -> None:
    family, visitor = uuid.uuid4().hex[:8], visit(locale="en", viewport={"width": 390, "height": 844})
    page, teacher = visitor.page, staff_user(stack)
    door = DoorVisit(DeskVisit(page, stack))
    with seats_for(stack, 12), visitor.forgiving("404", OFFLINE):
        people = [
            Registrant(stack, "registration", participant=f"{family} {number:02}", course=COURSE)
            for number in range(12)
        ]
        page.goto(f"{stack.site_url}/desk/#/")
        door.visit.presses("Sign in")
        sign_in(page, teacher)
        page.locator(".course", has_text="Python").get_by_role("link", name="Check-in").click()
        page.get_by_label("Name or reference").fill(family)
        expect(page.locator(".people li:visible")).to_have_count(12)
        for number in range(9):
            door.taps(f"{family} {number:02}")
        door.types(people[9].receipt.reference.lower())
        door.visit.says(f"{family} 09 is here.")
        door.nothing_waits()

        page.context.set_offline(True)
        door.taps(f"{family} 10")
        door.taps(f"{family} 11")
        door.waits("2 check-ins wait for the network.")
        page.context.set_offline(False)
        door.nothing_waits()
        door.visit.says("All check-ins are sent.")

        door.visit.presses("Sign out")
        expect(page.locator("h1")).to_have_text("Staff desk")
        assert family not in page.content()
    headers = {"Authorization": f"Bearer {staff_token(stack)}"}
    for person in people:
        url = f"{stack.api_url}/staff/submissions/{person.id}"
        entry = wait_until(lambda url=url: ask(url, None, method="GET", headers=headers).json, what="the submission")
        assert [one["by"] for one in entry["check_ins"]] == [teacher.name]
        assert len([event for event in entry["history"] if re.match("checked in", event["what"])]) == 1
