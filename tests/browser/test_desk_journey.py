"""The desk with the real sign-in, its code included, and the real API: one working day of a secretary."""

from __future__ import annotations

import json
import uuid
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from browser.desk_visit import DeskVisit
from integration.api_requests import ask
from playwright.sync_api import expect
from registrants import Registrant, no_seats_left
from sign_in import sign_in, staff_token, staff_user

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.needs("sign-in pages")
COURSE = "first-robot"
BORN = f"{date.today().year - 8}-01-01"  # noqa: DTZ011 - years are enough


def changes_it_too(stack: Any, submission_id: str) -> str:
    """Change an answer as another person of the staff; return their name."""
    colleague = staff_user(stack)
    headers = {"Authorization": f"Bearer {staff_token(stack, colleague)}"}
    url = f"{stack.api_url}/staff/submissions/{submission_id}"
    shown = ask(url, None, method="GET", headers=headers)
    changes = json.dumps({"answers": {"needs": "Comes by bus."}}).encode()
    headers |= {"If-Match": f'"{shown.json["version"]}"', "Content-Type": "application/json"}
    assert ask(f"{url}/answers", changes, method="PATCH", headers=headers).status == HTTPStatus.OK
    return colleague.name


def writes_down_a_payment(desk: DeskVisit) -> None:
    desk.page.get_by_label("New note").fill("Called: paid in cash.")
    desk.presses("Add note")
    expect(desk.page.locator(".notes")).to_contain_text("paid in cash")
    desk.page.get_by_label("New label").fill("paid")
    desk.presses("Add")
    expect(desk.page.locator(".labels")).to_contain_text("paid")


def test_secretary__signs_in_finds_a_child_and_helps(visit: Callable[..., Any], stack: Any) -> None:
    name, visitor = f"Åsa {uuid.uuid4().hex[:8]}", visit(locale="en")
    page, secretary = visitor.page, staff_user(stack)
    desk = DeskVisit(page, stack)
    with visitor.forgiving("404", "412", "422"):
        with no_seats_left(stack, "registration", COURSE):
            waiting = Registrant(stack, "registration", participant=name, birth_date=BORN, course=COURSE)
            page.goto(f"{stack.site_url}/desk/#/list")
            desk.presses("Sign in")
            sign_in(page, secretary)
            desk.heading("Submissions")
            page.get_by_label("Search by name").press_sequentially(name[:9])
            page.get_by_role("link", name=name).click()
            desk.heading(name)
            expect(page.locator(".entry-facts")).to_contain_text("Waiting list")
            page.reload()  # the sign-in pages know who this is, and lead back here
            page.get_by_role("button", name=f"Sign in as {secretary.name}").click()
            desk.heading(name)

            page.get_by_role("link", name="Today").click()
            page.get_by_role("button", name="Change seats My first robot").click()
            seats = page.get_by_label("How many seats")
            seats.fill(str(int(seats.input_value()) + 1))
            desk.presses("Save", dialog=True)
            desk.says(f"{name} got a seat")
        page.go_back()
        expect(page.locator(".entry-facts")).to_contain_text("Confirmed")

        page.get_by_role("link", name="Edit").click()
        page.get_by_label("Guardian's e-mail").fill("nobody@example")
        desk.presses("Save")
        expect(page.locator(".error-summary")).to_be_focused()
        page.get_by_label("Guardian's e-mail").fill(f"{uuid.uuid4().hex}@example.org")
        colleague = changes_it_too(stack, waiting.id)
        desk.presses("Save")
        expect(page.locator(".race")).to_contain_text(f"{colleague} changed this submission")
        desk.presses("Save mine")
        desk.says(f"The answers of {name} are saved.")
        expect(page.locator(".answers")).to_contain_text("Comes by bus.")

        desk.presses("Cancel it")
        desk.presses("Cancel it", dialog=True)
        desk.says(f"The submission of {name} is cancelled.")
        desk.presses("Undo")
        expect(page.locator(".entry-facts")).to_contain_text("Confirmed")

        writes_down_a_payment(desk)
        expect(page.locator(".history")).to_contain_text("Edited: Guardian's e-mail")

        desk.presses("Sign out")
        desk.heading("Staff desk")
        assert name not in page.content()
    assert waiting.status == "confirmed"
