"""Whose forms and site a clone uses: the environment's, the remembered ones, or the example's."""

from __future__ import annotations

from pathlib import Path

import pytest

from rollcall_build.sources import NoOrganisationError, remember, sources_of


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone, with two organisations beside it."""
    for folder in ("clone/example", "ours", "theirs"):
        for name in ("forms", "site"):
            (tmp_path / folder / name).mkdir(parents=True)
    return tmp_path / "clone"


def test_sources__are_the_examples_at_first(clone: Path) -> None:
    assert sources_of(clone, {}).forms == clone / "example" / "forms"


def test_sources__follow_the_environment(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path starts at the current folder, as with every command."""
    monkeypatch.chdir(clone / "example")
    for named in (str(clone.parent / "ours"), "../../ours"):
        assert sources_of(clone, {"ROLLCALL_ORGANISATION": named}).site == clone.parent / "ours" / "site"


def test_sources__are_remembered_by_the_clone(clone: Path) -> None:
    """The environment takes precedence."""
    remember(clone, Path("../ours"))
    assert sources_of(clone, {}).values == clone.parent / "ours" / "values"
    theirs = str(clone.parent / "theirs")
    assert sources_of(clone, {"ROLLCALL_ORGANISATION": theirs}).organisation == clone.parent / "theirs"


def test_sources__a_folder_without_forms_is_refused(clone: Path) -> None:
    with pytest.raises(NoOrganisationError, match=r"ROLLCALL_ORGANISATION names /.* no forms and no site in it\."):
        sources_of(clone, {"ROLLCALL_ORGANISATION": "/nowhere"})
    remember(clone, Path("../gone"))
    with pytest.raises(NoOrganisationError, match=r"clone/\.organisation names .*gone, but that folder has no forms"):
        sources_of(clone, {})
