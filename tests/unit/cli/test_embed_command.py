"""`rollcall forms embed`: what somebody pastes into a page of another site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from organisation import organisation

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.fakes import CommandLine


@pytest.fixture(autouse=True)
def the_organisation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that lets another site show its camps."""
    monkeypatch.setenv("ROLLCALL_ORGANISATION", str(organisation(tmp_path / "academy").organisation))


@pytest.mark.parametrize(("language", "path"), [((), "/embed/camp"), (("--language", "sv"), "/embed/camp/sv")])
def test_embed__prints_a_frame_and_a_script(rollcall_local: CommandLine, language: tuple[str, ...], path: str) -> None:
    """And on stderr, what the other page's policy has to allow."""
    ran = rollcall_local("forms", "embed", "camp", *language)

    frame, script = ran.out.splitlines()
    assert f'src="http://localhost:8080{path}"' in frame
    assert script == '<script src="http://localhost:8080/assets/embed.js" async></script>'
    assert "script-src http://localhost:8080; frame-src http://localhost:8080 http://localhost:4566" in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("contact",), 'Write embed_on = ["https://school.example"] in forms/contact/form.toml'),
        (("camp", "--language", "de"), "camp has no page in 'de'; use one of en, sv."),
    ],
)
def test_embed__says_what_is_missing(rollcall_local: CommandLine, arguments: tuple[str, ...], message: str) -> None:
    ran = rollcall_local("forms", "embed", *arguments)

    assert ran.code != 0
    assert ran.out == ""
    assert message in ran.err
