"""A registrant's own page in a real browser: verify, change, cancel and erase, with JavaScript and without."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from registrants import Registrant, no_seats_left, press, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COURSE = "competition-team"


@pytest.fixture
def erased_after(stack: Any) -> Iterator[list[Registrant]]:
    """Erase the submissions that a test made, so that the next one finds free seats."""
    made: list[Registrant] = []
    yield made
    for registrant in made:
        press(stack, signed(stack, registrant.id, expires_at=tomorrow()), "erase", confirm="yes")


def tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def headline(visitor: Any) -> str:
    text: str = visitor.page.locator("h1").inner_text()
    return text


def test_waiting__shows_the_rank_in_the_visitors_language(
    stack: Any, visit: Callable[..., Any], erased_after: list[Registrant]
) -> None:
    with no_seats_left(stack, "registration", COURSE):
        registrant = Registrant(stack, "registration", course=COURSE)
        erased_after.append(registrant)
        visitor = visit()
        visitor.page.goto(registrant.mailed_link())
        assert "You are number 1 on the waiting list" in visitor.page.inner_text("main")

        visitor.page.get_by_role("link", name="Svenska").click()

        visitor.page.get_by_role("heading", name="Du står i kö").wait_for()
        assert visitor.page.get_attribute("html", "lang") == "sv"
        visitor.page.get_by_role("button", name="Lämna kön").click()
        visitor.page.get_by_role("heading", name="Lämna kön?").wait_for()


@pytest.mark.parametrize("javascript", [True, False])
def test_change__another_week_is_saved_and_shown(
    stack: Any, visit: Callable[..., Any], erased_after: list[Registrant], *, javascript: bool
) -> None:
    """A wrong answer first: its page keeps what was typed and leads to it. By keyboard, as on a phone."""
    registrant = Registrant(stack, "camp", week="first-week")
    erased_after.append(registrant)
    visitor = visit(viewport={"width": 360, "height": 800}, java_script_enabled=javascript)
    page = visitor.page
    page.goto(registrant.mailed_link())
    page.get_by_role("link", name="Change your answers").click()
    page.get_by_label("Participant's name").fill("")
    page.get_by_label("Wishes").fill("A bunk by the door.")
    page.get_by_label("Second week").check()

    with visitor.forgiving("422"):
        page.get_by_role("button", name="Save the changes").click()
        page.get_by_role("link", name="Enter participant's name").click()
    page.keyboard.type("Åsa Öberg")
    assert page.get_by_label("Wishes").input_value() == "A bunk by the door."
    page.keyboard.press("Enter")

    page.get_by_text("Your changes are saved.").wait_for()
    shown = page.inner_text("main")
    assert "Second week" in shown
    assert "Åsa Öberg" in shown
    assert "A bunk by the door." in shown
    assert headline(visitor) == "You have a seat"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_expired_link__says_what_to_do(stack: Any, visit: Callable[..., Any]) -> None:
    registrant, visitor = Registrant(stack), visit()
    expired = signed(stack, registrant.id, expires_at=datetime.now(UTC) - timedelta(days=1))

    with visitor.forgiving("410"):
        visitor.page.goto(f"{stack.api_url}/my?t={expired}")

    assert headline(visitor) == "This link has expired"
    assert visitor.page.locator('main a[href^="mailto:"]').is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_page__fits_and_looks_like_the_site(stack: Any, visit: Callable[..., Any], width: int, scheme: str) -> None:
    registrant = Registrant(stack, message="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten" * 3)
    requests: list[str] = []
    visitor = visit(viewport={"width": width, "height": 800}, color_scheme=scheme)
    visitor.page.on("request", lambda request: requests.append(request.url))

    visitor.page.goto(f"{stack.api_url}/my?t={signed(stack, registrant.id, expires_at=tomorrow())}")

    def look(page: Any) -> dict[str, str]:
        styles: dict[str, str] = page.evaluate(
            "() => { const s = getComputedStyle(document.body), h = getComputedStyle(document.querySelector('header'));"
            " return { paper: s.backgroundColor, ink: s.color, font: s.fontFamily, header: h.backgroundColor } }"
        )
        return styles

    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    mine = look(visitor.page)
    assert all(url.startswith((stack.site_url, f"{stack.api_url}/my")) for url in requests)
    visitor.goes_to("/contact")
    assert look(visitor.page) == mine
