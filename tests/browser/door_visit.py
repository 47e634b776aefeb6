"""A person of the staff at the door, with a camera and a reader of codes if the test gives them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from browser.door_api import DOOR
from deadlines import wait_until
from playwright.sync_api import expect

if TYPE_CHECKING:
    from browser.desk_visit import DeskVisit
    from playwright.sync_api import Locator

READER = """
    window.code = "";
    window.tracks = [];
    window.BarcodeDetector = class {
        static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
        detect() { return Promise.resolve(window.code ? [{ rawValue: window.code }] : []); }
    };
    navigator.mediaDevices.getUserMedia = () => {
        const refusal = REFUSAL;
        if (refusal) return Promise.reject(new DOMException("No.", refusal));
        const canvas = document.createElement("canvas");
        canvas.getContext("2d").fillRect(0, 0, 300, 150);
        const stream = canvas.captureStream(30);
        window.tracks.push(...stream.getTracks());
        return Promise.resolve(stream);
    };
"""
"""A stand-in for the camera and for BarcodeDetector, which Chromium has on phones only."""


class DoorVisit:
    """What a person at the door does and sees."""

    def __init__(self, visit: DeskVisit) -> None:
        self.visit = visit
        self.page = visit.page

    def arrives(self, address: str = DOOR, *, camera: str | None = None) -> DoorVisit:
        """Sign in and open a list. camera: the name of the refusal, "" if it works, None without one."""
        if camera is not None:
            self.page.add_init_script(READER.replace("REFUSAL", f'"{camera}"'))
        else:
            self.page.add_init_script("delete window.BarcodeDetector")
        self.visit.signs_in(address)
        expect(self.page.locator("h1")).to_be_visible()
        return self

    def row(self, name: str) -> Locator:
        return self.page.locator(".person-row", has_text=name)

    def taps(self, name: str) -> None:
        """Tap a name, and see that the list has it."""
        before = self.row(name).get_attribute("aria-pressed")
        self.row(name).click()
        expect(self.row(name)).to_have_attribute("aria-pressed", "false" if before == "true" else "true")

    def types(self, text: str) -> None:
        self.page.get_by_label("Name or reference").fill(text)
        self.page.get_by_label("Name or reference").press("Enter")

    def counts(self, text: str) -> None:
        expect(self.page.locator(".door-count strong")).to_have_text(text)

    def waits(self, text: str) -> None:
        expect(self.page.locator(".queue")).to_contain_text(text)

    def nothing_waits(self) -> None:
        self.becomes_true("!Object.keys(localStorage).some((key) => key.includes('check-in'))")
        expect(self.page.locator(".queue [role=status]")).to_be_empty()

    def becomes_true(self, condition: str) -> None:
        """Wait for a condition of the page, whose policy lets no script evaluate one."""
        wait_until(lambda: self.page.evaluate(condition), what=condition)

    def comes_back_online(self) -> None:
        """Let the network come back, and the browser notice it."""
        self.visit.desk.down = False  # type: ignore[attr-defined]
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def stored(self) -> Any:
        """Return all that the browser keeps of this tab."""
        return self.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")

    def announces(self, text: str) -> None:
        expect(self.page.locator("#notes > p[role=status]")).to_contain_text(re.compile(text))
