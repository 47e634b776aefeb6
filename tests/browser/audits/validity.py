"""Checks every page, every state's page and every mail with the Nu HTML checker: `make validate`.

It needs Java, so it is not part of a test run; a parser checks in every run what browsers would
forgive.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from browser.audits.states import LANGUAGES, STATES
from conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHECKER = ROOT / "tests/browser/audits/nu/node_modules/vnu-jar/build/dist/vnu.jar"
# What mail programs support and no standard names: the checker's messages for it.
MEANT = ("“supported-color-schemes”",)


def findings(folder: Path) -> list[str]:
    """Return the checker's findings on the files in a folder, one line each."""
    if shutil.which("java") is None or not CHECKER.is_file():
        pytest.fail("The checker needs Java 11 or newer, and itself: make validate installs it by npm.", pytrace=False)
    words = ["java", "-jar", str(CHECKER), "--format", "json", "--stdout", *map(str, sorted(folder.glob("*.html")))]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    messages: list[dict[str, Any]] = json.loads(ran.stdout)["messages"]
    return [
        f"{one['url'].rpartition('/')[2]}, line {one.get('lastLine')}: {one['message']} {one.get('extract', '')}"
        for one in messages
        if not any(words in one["message"] for words in MEANT)
    ]


def test_every_page_and_mail__is_valid(watched: Callable[..., Any], stack: Any, tmp_path: Path) -> None:
    for number, state in enumerate(STATES):
        scene, watcher = watched(LANGUAGES[number % len(LANGUAGES)])
        state.reach(scene)
        (tmp_path / f"{state.name}.html").write_text(watcher.page_as_received.text(), encoding="utf-8")
        scene.leaves()
    for number, mail in enumerate(stack.mails()):
        (tmp_path / f"mail-{number}.html").write_text(mail.html, encoding="utf-8")
    assert len(list(tmp_path.iterdir())) > len(STATES)

    lines = findings(tmp_path)
    assert not lines, "\n".join(lines)


def test_checker__finds_a_flaw(tmp_path: Path) -> None:
    flawed = "<!doctype html><html lang=en><title>A flaw</title><p><div align=left>No</div>"
    (tmp_path / "flawed.html").write_text(flawed, encoding="utf-8")
    assert findings(tmp_path)
