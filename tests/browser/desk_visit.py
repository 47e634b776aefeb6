"""A person of the staff at the desk, whose API and sign-in pages are answered inside the browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from browser.desk_api import SITE, FakeDesk
from conftest import DEADLINE_S
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIRST = f"reg_{0:026}"
"""The submission that is on top of the list."""


class DeskVisit:
    """A person of the staff at the desk. complaints: what the browser's console reports."""

    def __init__(self, page: Page, desk: FakeDesk) -> None:
        self.page = page
        self.desk = desk
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.set_default_timeout(DEADLINE_S * 1000)

    def signs_in(self, address: str = "") -> None:
        """Open the desk, and go through the sign-in pages."""
        self.page.goto(f"{SITE}/desk/{address}")
        self.page.get_by_role("button", name=re.compile("^(Sign in|Logga in)$")).click()
        self.page.get_by_role("link", name="Continue").click()
        expect(self.page.locator("nav")).to_be_visible()

    def opens(self, address: str) -> None:
        """Follow an address inside the desk, without loading it again."""
        self.page.evaluate("(hash) => { location.hash = hash }", address)

    def says(self, text: str) -> None:
        expect(self.page.locator(".notices")).to_contain_text(text)

    def heading(self, text: str) -> None:
        expect(self.page.locator("h1")).to_have_text(text)

    def presses(self, name: str, *, dialog: bool = False) -> None:
        place = self.page.get_by_role("dialog") if dialog else self.page
        place.get_by_role("button", name=name, exact=True).click()

    def sent(self, method: str) -> list[tuple[str, Any]]:
        return [(path, body) for made, path, body in self.desk.calls if made == method]
