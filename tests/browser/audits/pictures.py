"""Takes a picture of each page and state, light and dark, narrow and wide: `make screenshots`."""

from __future__ import annotations

import itertools
import shutil
from html import escape
from typing import TYPE_CHECKING, Any

import pytest
from browser.audits.desk_states import STATES as DESK_STATES
from browser.audits.desk_states import DeskState
from browser.audits.states import STATES, State
from conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLDER = ROOT / "build/screenshots"
SCHEMES = ("light", "dark")
WIDTHS = (360, 1280)
# Every other state is in Swedish, whose words are longest, so that the pictures show both languages.
LANGUAGES = ("en", "sv")

SHEET = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Rollcall: every page and state</title>
<style>
  body {{ margin: 2rem; font: 1rem/1.4 system-ui, sans-serif; background: #8a949c; }}
  section > div {{ display: flex; gap: 1rem; align-items: start; overflow-x: auto; }}
  img {{ height: 40rem; object-fit: contain; object-position: top; box-shadow: 0 2px 12px #0006; }}
</style>
<h1>Every page and state</h1>
{sections}</html>
"""


@pytest.fixture(scope="module")
def folder() -> Path:
    """An empty folder, with a contact sheet of the pictures to come."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    sections = "".join(
        f"<section><h2>{escape(state.name)}</h2><div>"
        + "".join(f'<a href="{name}"><img src="{name}" alt="{name}" loading="lazy"></a>' for name in names(state))
        + "</div></section>\n"
        for state in (*STATES, *DESK_STATES)
    )
    (FOLDER / "index.html").write_text(SHEET.format(sections=sections), encoding="utf-8")
    return FOLDER


def names(state: State | DeskState) -> list[str]:
    return [name_of(state, width, scheme) for width, scheme in itertools.product(WIDTHS, SCHEMES)]


def name_of(state: State | DeskState, width: int, scheme: str) -> str:
    of_desk = "desk-" if isinstance(state, DeskState) else ""
    return f"{of_desk}{state.name}-{width}-{scheme}.png"


@pytest.mark.parametrize(("number", "state"), list(enumerate(STATES)), ids=[state.name for state in STATES])
def test_state__is_captured(watched: Callable[..., Any], folder: Path, number: int, state: State) -> None:
    for width in WIDTHS:
        scene, _ = watched(LANGUAGES[number % len(LANGUAGES)], viewport={"width": width, "height": 800})
        scene.seats({"first-robot": "waiting_list", "line-followers": "few"})
        state.reach(scene)
        for scheme in SCHEMES:
            scene.visitor.page.emulate_media(color_scheme=scheme)
            path = folder / name_of(state, width, scheme)
            scene.visitor.page.screenshot(path=path, full_page=True, animations="disabled")
        scene.leaves()


@pytest.mark.parametrize(("number", "state"), list(enumerate(DESK_STATES)), ids=[state.name for state in DESK_STATES])
def test_desk_state__is_captured(at_desk: Callable[..., Any], folder: Path, number: int, state: DeskState) -> None:
    for width in WIDTHS:
        visit = at_desk(
            state.desk(), locale=LANGUAGES[number % len(LANGUAGES)], viewport={"width": width, "height": 800}
        )
        state.reach(visit)
        for scheme in SCHEMES:
            visit.page.emulate_media(color_scheme=scheme)
            whole = visit.page.locator("dialog").count() == 0
            path = folder / name_of(state, width, scheme)
            visit.page.screenshot(path=path, full_page=whole, animations="disabled")
