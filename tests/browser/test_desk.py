"""The staff's desk in a browser, against answers made here: what staff see and do, and what they read on failures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from browser.desk_api import SIGN_IN, SITE, FakeDesk
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

FIRST = f"reg_{0:026}"
MAILED = {"status": 503, "headers": {"Access-Control-Allow-Origin": SITE, "Retry-After": "5"}, "json": {}}


class DeskVisit:
    """A person of the staff at the desk. complaints: what the browser's console reports."""

    def __init__(self, page: Page, desk: FakeDesk) -> None:
        self.page = page
        self.desk = desk
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.set_default_timeout(10_000)

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


@pytest.fixture
def at_desk(browser: Browser) -> Iterator[Callable[..., DeskVisit]]:
    """Open a desk with its own API: `at_desk(FakeDesk(role="reader"), viewport=…)`."""
    visits: list[DeskVisit] = []

    def opened(desk: FakeDesk | None = None, **options: Any) -> DeskVisit:
        context = browser.new_context(locale="en", **options)
        made = desk or FakeDesk()
        context.route("**/*", made.answer)
        visit = DeskVisit(context.new_page(), made)
        visits.append(visit)
        return visit

    yield opened
    complaints = [complaint for visit in visits for complaint in visit.complaints if "Failed to load" not in complaint]
    for visit in visits:
        visit.page.context.close()
    assert complaints == []


def test_desk__shows_nothing_before_the_sign_in(at_desk: Any) -> None:
    visit = at_desk()
    visit.page.goto(f"{SITE}/desk/#/entry/{FIRST}")
    visit.heading("Staff desk")
    assert visit.desk.calls == []

    visit.presses("Sign in")
    query = dict(part.split("=", 1) for part in visit.page.url.partition("?")[2].split("&"))
    assert visit.page.url.startswith(f"{SIGN_IN}/oauth2/authorize?")
    assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
    visit.page.get_by_role("link", name="Continue").click()

    visit.heading("Åsa Lindqvist")
    assert visit.page.url == f"{SITE}/desk/#/entry/{FIRST}"
    [(_, form)] = visit.sent("POST")
    assert form["grant_type"] == ["authorization_code"]
    assert len(form["code_verifier"][0]) >= 43
    stored = visit.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
    assert not re.search("token-|refresh|c0de", stored)


def test_overview__counts_today_and_the_seats(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in()
    visit.heading("Today")
    expect(visit.page.locator(".numbers")).to_contain_text("9 submitted")
    full = visit.page.locator(".course", has_text="Line followers")
    expect(full).to_contain_text("12 of 12 seats taken")
    expect(full).to_contain_text("4 waiting")
    full.get_by_role("link").click()
    visit.heading("Submissions")
    expect(visit.page.locator(".rows li")).to_have_count(2)


def test_list__searches_while_you_type_and_filters(at_desk: Any) -> None:
    visit = at_desk(FakeDesk(people=60))
    visit.signs_in("#/list")
    expect(visit.page.locator(".rows li")).to_have_count(50)
    visit.page.locator(".more").scroll_into_view_if_needed()
    expect(visit.page.locator(".rows li")).to_have_count(60)

    visit.page.get_by_label("Search by name").press_sequentially("åsa", delay=20)
    expect(visit.page.locator(".rows li")).to_have_count(10)
    assert len([path for path, _ in visit.sent("GET") if path == "submissions"]) <= 4
    visit.page.get_by_label("Label").fill("paid")
    expect(visit.page.locator(".rows li")).to_have_count(1)
    assert visit.page.url.endswith("#/list?q=%C3%A5sa&label=paid")

    visit.page.get_by_role("link", name="Åsa Lindqvist").click()
    visit.heading("Åsa Lindqvist")
    visit.page.go_back()
    expect(visit.page.get_by_label("Label")).to_have_value("paid")
    expect(visit.page.get_by_role("link", name="Åsa Lindqvist")).to_be_focused()


def test_action__asks_first_and_can_be_undone(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}")
    visit.presses("Cancel it")
    expect(visit.page.get_by_role("dialog")).to_contain_text("Cancel Åsa Lindqvist?")
    visit.page.keyboard.press("Escape")
    assert visit.sent("POST")[1:] == []

    visit.presses("Cancel it")
    visit.presses("Cancel it", dialog=True)
    visit.says("Åsa Lindqvist is cancelled.")
    expect(visit.page.locator(".entry-facts")).to_contain_text("Cancelled")
    visit.presses("Undo")
    visit.says("Åsa Lindqvist is restored.")
    assert [body for _, body in visit.sent("POST")[1:]] == [{"action": "cancel"}, {"action": "restore"}]
    versions = [headers["if-match"] for headers in visit.desk.headers if "if-match" in headers]
    assert versions == ['"1"', '"2"']


def test_sign_out__revokes_and_leaves_nothing(at_desk: Any) -> None:
    visit = at_desk()
    visit.signs_in(f"#/entry/{FIRST}/edit")
    visit.page.get_by_label("Guardian's name").fill("Secret")
    visit.presses("Sign out")
    visit.page.get_by_role("link", name="Back").click()
    visit.heading("Staff desk")
    assert visit.sent("POST")[-1] == ("revoke", {"token": ["refresh"], "client_id": ["client"]})
    assert visit.page.evaluate("sessionStorage.length") == 0
    assert "Lindqvist" not in visit.page.content()
    visit.page.go_back()
    visit.page.go_back()
    expect(visit.page.locator("body")).not_to_contain_text("Secret")
