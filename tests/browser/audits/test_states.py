"""Every page and state passes the audits: accessible, steady, light, valid, and no requests to third parties."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from browser.audits.states import LANGUAGES, PAGES, STATES, State
from shipped import SOURCES

from rollcall_build.site.build import shipped_pages

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMES = ("light", "dark")
WIDTHS = (360, 1280)

EVERY_WAY = tuple(itertools.product(LANGUAGES, SCHEMES, WIDTHS))
# Each state once, in alternating settings: neighbours differ, and every setting is used at least three times.
ONCE = [(state, *EVERY_WAY[number * 3 % len(EVERY_WAY)]) for number, state in enumerate(STATES)]
THE_REST = [(state, *way) for state in STATES for way in EVERY_WAY if (state, *way) not in ONCE]


def named(ways: list[tuple[State, str, str, int]], *marks: pytest.MarkDecorator) -> list[Any]:
    return [pytest.param(*way, id="-".join([way[0].name, *map(str, way[1:])]), marks=marks) for way in ways]


@pytest.mark.parametrize(("state", "language", "scheme", "width"), [*named(ONCE), *named(THE_REST, pytest.mark.full)])
def test_state__has_no_finding(
    watched: Callable[..., Any], state: State, language: str, scheme: str, width: int
) -> None:
    scene, watcher = watched(language, color_scheme=scheme, viewport={"width": width, "height": 800})

    state.reach(scene)

    findings = watcher.findings(says=state.says)
    scene.leaves()
    assert findings == []


def test_states__cover_every_page_of_the_site() -> None:
    assert {page.name for page in shipped_pages(SOURCES)} == {page.name for page in PAGES}


FLAWS = {
    "axe, html-has-lang": "document.documentElement.removeAttribute('lang')",
    "axe, color-contrast": "document.querySelector('h1').style.color = '#c3cdd4'",
    "axe, label": "document.querySelector('[for=f-email]').remove()",
    "complains": "fetch('http://elsewhere.localhost:9/').catch(() => {})",
    "A cookie": "document.cookie = 'a=b'",
    "weighs too much": "fetch('/assets/heavy.svg')",
    "moves": "new Promise(done => { const block = document.createElement('p'); block.textContent = 'Late news';"
    " document.querySelector('main').prepend(block); requestAnimationFrame(() => setTimeout(done, 100)) })",
    "Too small": "document.querySelector('.send').style.cssText = 'min-block-size: 0; padding: 0'",
    "sideways": "document.querySelector('h1').style.width = '2000px'",
}


def test_watcher__finds_each_flaw_of_a_page(watched: Callable[..., Any]) -> None:
    scene, watcher = watched("en", viewport={"width": 1280, "height": 800})
    scene.visitor.page.route("**/heavy.svg", lambda route: route.fulfill(body="x" * 60_000))
    scene.opens("/contact")

    for flaw in FLAWS.values():
        scene.visitor.page.evaluate(flaw)

    findings = watcher.findings()
    assert [flaw for flaw in FLAWS if not any(flaw in line for line in findings)] == []


def test_watcher__finds_a_request_to_another_origin(watched: Callable[..., Any]) -> None:
    scene, watcher = watched("en", bypass_csp=True)  # otherwise the page's policy stops the request
    scene.opens("/contact")

    scene.visitor.page.evaluate("fetch('http://elsewhere.localhost:9/').catch(() => {})")

    assert [line for line in watcher.findings() if "asks somebody else" in line]


def test_watcher__finds_broken_markup(watched: Callable[..., Any]) -> None:
    scene, watcher = watched("en")
    broken = "<!doctype html><html lang=en><title>Broken</title><main><h1>Broken</h1><p></b></main>"
    scene.visitor.page.route("**/contact", lambda route: route.fulfill(body=broken, content_type="text/html"))
    scene.opens("/contact")

    assert [line for line in watcher.findings() if line.startswith("HTML of")]
