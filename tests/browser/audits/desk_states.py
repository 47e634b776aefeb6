"""Every view and state of the staff's desk that the audits visit, each with the way to reach it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from browser.desk_api import COLLEAGUE, SITE, FakeDesk, problem
from browser.desk_visit import FIRST
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from browser.desk_visit import DeskVisit

ENTRY, EDIT = f"#/entry/{FIRST}", f"#/entry/{FIRST}/edit"


@dataclass(frozen=True, slots=True)
class DeskState:
    """One view in one state. reach: how a visit gets there. desk: the API's own state."""

    name: str
    reach: Callable[[DeskVisit], None]
    desk: Callable[[], FakeDesk] = FakeDesk


def shows(visit: DeskVisit, selector: str) -> None:
    visit.page.locator(selector).first.wait_for()


def at(address: str, selector: str) -> Callable[[DeskVisit], None]:
    """Sign in and open an address."""

    def reach(visit: DeskVisit) -> None:
        visit.signs_in(address)
        shows(visit, selector)

    return reach


def after(reach: Callable[[DeskVisit], None], *pressed: str, shown: str) -> Callable[[DeskVisit], None]:
    """Press what these selectors find, one after another."""

    def go_on(visit: DeskVisit) -> None:
        reach(visit)
        for selector in pressed:
            visit.page.locator(selector).first.click()
        shows(visit, shown)

    return go_on


def welcome(visit: DeskVisit) -> None:
    visit.page.goto(f"{SITE}/desk/")
    shows(visit, "main .button")


def mixed_up(visit: DeskVisit) -> None:
    visit.page.goto(f"{SITE}/desk/?code=c0de&state=strange")
    shows(visit, ".problem")


def faulty(path: str, fault: Callable[[Any], None], **more: Any) -> Callable[[], FakeDesk]:
    return lambda: FakeDesk(faults={path: [fault]}, **more)


def not_admitted(visit: DeskVisit) -> None:
    welcome(visit)
    visit.page.locator("main .button").click()
    visit.page.get_by_role("link", name="Continue").click()
    shows(visit, ".problem")


def no_group(route: Any) -> None:
    problem(route, 403, "not_staff", "You may not use the desk yet.")


def refused_answers(route: Any) -> None:
    errors = [
        {"field": "email", "code": "email", "message": "Enter an e-mail address such as anna@example.org."},
        {"field": "consent", "code": "required", "message": "Tick the box."},
    ]
    problem(route, 422, "invalid_answers", "Some answers don't fit.", errors=errors)


def edit_refused(visit: DeskVisit) -> None:
    at(EDIT, "form.edit")(visit)
    visit.page.locator("#f-email").fill("anna@example")
    visit.page.locator("form.edit .actions .button").first.click()
    shows(visit, ".error-summary:not([hidden])")


def edit_race(visit: DeskVisit) -> None:
    at(EDIT, "form.edit")(visit)
    visit.page.locator("#f-guardian").fill("Anna Lindqvist")
    stored = visit.desk.submissions[FIRST]
    stored["answers"] |= {"guardian": "Pelle Lindqvist"}
    visit.desk.happens(stored, "edited", by=COLLEAGUE)
    visit.page.locator("form.edit .actions .button").first.click()
    shows(visit, ".race:not([hidden])")


def edit_restored(visit: DeskVisit) -> None:
    at(EDIT, "form.edit")(visit)
    visit.page.locator("#f-guardian").fill("Anna Lindqvist")
    visit.page.reload()
    visit.page.get_by_role("link", name="Continue").click()
    shows(visit, ".restored")


def expired(visit: DeskVisit) -> None:
    at(EDIT, "form.edit")(visit)
    visit.page.locator("#f-guardian").fill("Anna Lindqvist")
    visit.desk.stopped = True
    visit.desk.tokens += 1
    visit.page.locator("form.edit .actions .button").first.click()
    shows(visit, "dialog")


def waiting(visit: DeskVisit) -> None:
    at("", ".courses")(visit)
    visit.opens("#/list")
    shows(visit, ".progress p")


def nothing_matches(visit: DeskVisit) -> None:
    at("#/list", ".rows li")(visit)
    visit.page.locator("#q").press_sequentially("nobody")
    expect(visit.page.locator(LIST_SHOWN)).to_have_count(0)


def some_closed() -> FakeDesk:
    """A course that opens later, and a form that is closed until somebody opens it."""
    by = {"open": False, "by": COLLEAGUE, "at": datetime.now(UTC).isoformat()}
    until = {"open": False, "changes_at": "2030-12-20T08:00:00+00:00", "override": None}
    closed = {"open": False, "changes_at": None, "override": {**by, "until": None}}
    return FakeDesk(openings={("registration", "first-robot"): until, ("contact", None): closed})


def clock_off() -> FakeDesk:
    return FakeDesk(now=datetime.now(UTC) + timedelta(minutes=10))


YES, ENTRY_SHOWN, LIST_SHOWN = "dialog .button", ".answers", ".rows li"

STATES = (
    DeskState("welcome", welcome),
    DeskState("welcome-mixed-up", mixed_up),
    DeskState("welcome-no-group", not_admitted, faulty("me", no_group)),
    DeskState("today", at("", ".courses")),
    DeskState("today-reader", at("", ".courses"), lambda: FakeDesk(role="reader")),
    DeskState("today-clock-off", at("", ".notice-done p"), clock_off),
    DeskState("today-seats", after(at("", ".courses"), ".course .link-button", shown="dialog")),
    DeskState("today-closed", at("", ".courses"), some_closed),
    DeskState("today-closing", after(at("", ".courses"), ".course .link-button >> nth=1", shown="dialog")),
    DeskState("list", at("#/list", LIST_SHOWN), lambda: FakeDesk(people=60)),
    DeskState("list-filters", after(at("#/list?status=confirmed", LIST_SHOWN), shown="#status")),
    DeskState("list-nothing", nothing_matches),
    DeskState("list-waiting", waiting, faulty("submissions", lambda _route: None)),
    DeskState("list-down", at("#/list", ".problem"), faulty("submissions", lambda route: route.abort())),
    DeskState("list-download", after(at("#/list", LIST_SHOWN), ".list-head button", shown="dialog")),
    DeskState("list-downloaded", after(at("#/list", LIST_SHOWN), ".list-head button", YES, shown="dialog a")),
    DeskState("entry", at(ENTRY, ENTRY_SHOWN)),
    DeskState("entry-reader", at(ENTRY, ENTRY_SHOWN), lambda: FakeDesk(role="reader")),
    DeskState("entry-long-name", at(f"#/entry/reg_{2:026}", ENTRY_SHOWN)),
    DeskState("entry-question", after(at(ENTRY, ENTRY_SHOWN), ".acts button", shown="dialog")),
    DeskState("entry-erase", after(at(ENTRY, ENTRY_SHOWN), ".button-danger", shown="dialog")),
    DeskState("entry-done", after(at(ENTRY, ENTRY_SHOWN), ".acts button", YES, shown=".notice-done p")),
    DeskState(
        "entry-failed",
        after(at(ENTRY, ENTRY_SHOWN), ".acts button", YES, shown=".notice-wrong p"),
        faulty(f"POST submissions/{FIRST}/actions", lambda route: route.abort()),
    ),
    DeskState("entry-missing", at("#/entry/reg_none", "main .alone")),
    DeskState("edit", at(EDIT, "form.edit")),
    DeskState("edit-refused", edit_refused, faulty(f"PATCH submissions/{FIRST}/answers", refused_answers)),
    DeskState("edit-race", edit_race),
    DeskState("edit-restored", edit_restored),
    DeskState("edit-expired", expired),
)
