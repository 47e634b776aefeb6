"""The states of the door that the audits visit, each with the way to reach it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from browser.audits.desk_states import DeskState, after, at, shows
from browser.desk_api import COLLEAGUE
from browser.door_api import DOOR, FakeDoor
from browser.door_visit import READER

if TYPE_CHECKING:
    from collections.abc import Callable

    from browser.desk_visit import DeskVisit

PEOPLE, ROW = ".people li", ".person-row"


def half_here(**options: Any) -> FakeDoor:
    desk = FakeDoor(**options)
    for number in (0, 1, 3, 10):
        desk.is_here(f"reg_{number:026}", COLLEAGUE)
    return desk


def types(text: str, shown: str) -> Callable[[DeskVisit], None]:
    """Open the list, type this and press Enter."""

    def reach(visit: DeskVisit) -> None:
        at(DOOR, PEOPLE)(visit)
        visit.page.locator("#find").press_sequentially(text)
        visit.page.press("#find", "Enter")
        shows(visit, shown)

    return reach


def offline(visit: DeskVisit) -> None:
    at(DOOR, PEOPLE)(visit)
    visit.desk.down = True  # type: ignore[attr-defined]
    for number in (2, 4, 5):
        visit.page.locator(ROW).nth(number).click()
    shows(visit, ".queue p")
    visit.page.evaluate("dispatchEvent(new Event('online'))")
    shows(visit, "main > p.problem")


def refused(visit: DeskVisit) -> None:
    at(DOOR, PEOPLE)(visit)
    one = visit.desk.submissions[f"reg_{2:026}"]
    one["status"] = "cancelled"
    visit.page.locator(ROW).nth(2).click()
    shows(visit, ".queue [role=alert] p")


def leaving(visit: DeskVisit) -> None:
    offline(visit)
    visit.page.locator(".account .link-button").last.click()
    shows(visit, "dialog")


def filming(refusal: str, shown: str) -> Callable[[DeskVisit], None]:
    def reach(visit: DeskVisit) -> None:
        visit.page.add_init_script(READER.replace("REFUSAL", f'"{refusal}"'))
        at(DOOR, PEOPLE)(visit)
        visit.page.locator(".one-line .button-quiet").click()
        shows(visit, shown)

    return reach


def on_another_day(days: int) -> Callable[[DeskVisit], None]:
    def reach(visit: DeskVisit) -> None:
        day = FakeDoor().today + timedelta(days=days)
        at(f"{DOOR}?day={day}", PEOPLE)(visit)
        shows(visit, "main > p.problem")

    return reach


STATES = (
    DeskState("door-courses", at("#/door", ".doors li"), FakeDoor),
    DeskState("door", at(DOOR, PEOPLE), half_here),
    DeskState("door-offline", offline, half_here),
    DeskState("door-checked-in", types("k7qm002p", ".notice-done p"), half_here),
    DeskState("door-elsewhere", types("K7QM-051P", "dialog"), half_here),
    DeskState("door-unknown", types("K7QM-999P", ".notice-wrong p"), half_here),
    DeskState("door-refused", refused, half_here),
    DeskState("door-leaving", leaving, half_here),
    DeskState("door-camera", filming("", "video:not([hidden])"), half_here),
    DeskState("door-no-camera", filming("NotAllowedError", ".notice-wrong p"), half_here),
    DeskState("door-yesterday", on_another_day(-1), half_here),
    DeskState("door-tomorrow", on_another_day(1), half_here),
    DeskState("door-nobody", at("#/door/registration/python-and-sensors", "main > p:last-of-type"), FakeDoor),
    DeskState("door-missing", after(at(DOOR, PEOPLE), "summary", shown="details p"), half_here),
    DeskState("door-reader", at(DOOR, PEOPLE), lambda: half_here(role="reader")),
)
