"""Every state of the staff's desk passes the audits, and loses nothing on a small or zoomed window."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from browser.audits.desk_states import STATES as AT_THE_DESK
from browser.audits.desk_states import DeskState
from browser.audits.door_states import STATES as AT_THE_DOOR
from browser.audits.states import LANGUAGES
from browser.audits.test_senses import AT_400_PERCENT, CUT, SPACING
from browser.audits.watcher import Watcher
from browser.desk_api import SIGN_IN, SITE

STATES = (*AT_THE_DESK, *AT_THE_DOOR)
SCHEMES, WIDTHS = ("light", "dark"), (390, 1280)
MOST_BYTES = 104 * 1024 + 80_000
"""The page's own budget, which a unit test checks, and what the API answers beside it."""
ORIGINS = (SITE, "https://api.example", SIGN_IN)
FAILED = "Failed to load resource"

EVERY_WAY = tuple(itertools.product(LANGUAGES, SCHEMES, WIDTHS))
# Every third state once, in alternating settings; the full run has every state in every way.
WAYS = [
    pytest.param(
        state,
        *way,
        id="-".join([state.name, *map(str, way)]),
        marks=() if at == number * 3 % len(EVERY_WAY) and number % 3 == 0 else pytest.mark.full,
    )
    for number, state in enumerate(STATES)
    for at, way in enumerate(EVERY_WAY)
]


@pytest.mark.parametrize(("state", "language", "scheme", "width"), WAYS)
def test_desk_state__has_no_finding(at_desk: Any, state: DeskState, language: str, scheme: str, width: int) -> None:
    visit = at_desk(state.desk(), locale=language, color_scheme=scheme, viewport={"width": width, "height": 800})
    watcher = Watcher(visit, origins=ORIGINS, most_bytes=MOST_BYTES, most_script_bytes=MOST_BYTES)

    state.reach(visit)

    assert watcher.findings(says=FAILED) == []


@pytest.mark.full
@pytest.mark.parametrize("state", STATES, ids=[state.name for state in STATES])
def test_desk_state__zoomed_and_with_wide_text_loses_nothing(at_desk: Any, state: DeskState) -> None:
    visit = at_desk(state.desk(), locale="sv", viewport=AT_400_PERCENT)
    state.reach(visit)
    for step in ("() => {}", SPACING):
        visit.page.evaluate(step)
        cut = visit.page.evaluate(CUT)
        assert [finding for finding in cut if not finding.startswith("cut: <dialog")] == []  # a dialog scrolls
        assert visit.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
