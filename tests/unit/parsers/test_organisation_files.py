"""An organisation's TOML files: whatever is in one, it is read, or the messages say what to fix and where."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from shipped import SOURCES
from unit.parsers.spoiled import refusal_of, spoiled_toml

from registration_core.domain.errors import FormFileError
from rollcall_build.forms.files import compile_forms
from rollcall_build.site.content import SiteContentError, read_site_content
from rollcall_build.site.theme import read_theme
from rollcall_build.toml_files import TomlError, read_toml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def read_forms(organisation: Path) -> object:
    return compile_forms(organisation / "forms")


def read_site(organisation: Path) -> object:
    return read_forms(organisation), read_site_content(organisation / "site")


FILES: dict[str, Callable[[Path], object]] = {
    "forms/registration/form.toml": read_forms,
    "forms/contact/form.toml": read_forms,
    "site/site.toml": read_site,
    "site/en.toml": read_site,
    "site/my.sv.toml": read_site,
    "site/theme.toml": lambda organisation: read_theme(organisation / "site"),
}


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    """A copy of the example, to spoil."""
    for part in ("forms", "site"):
        shutil.copytree(SOURCES.organisation / part, tmp_path / part)
    return tmp_path


@pytest.mark.parametrize("file", FILES)
def test_file__is_read_or_every_mistake_says_where(organisation: Path, file: str) -> None:
    """Each message begins with a file's name."""
    path = organisation / file

    @settings(max_examples=25)
    @given(spoiled_toml(path.read_text(encoding="utf-8")))
    def holds(text: str) -> None:
        path.write_bytes(text.encode(errors="surrogatepass"))
        why = refusal_of(FILES[file], organisation, FormFileError, SiteContentError)
        assert why is None or all(".toml: " in line for line in why.splitlines())

    holds()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"a = [", "this is not TOML: "),
        (b"a = '\xff'", "this is not UTF-8 text (byte 5); save the file as UTF-8"),
        (b"a = " + b"9" * 5_000, "a number has too many digits"),
        (b"a = 0x" + b"f" * 5_000, "a number has too many digits"),
        (b"a = " + b"[" * 5_000, "lists or tables are nested too deeply"),
        (b"a." * 3_000 + b"a = 1", "lists or tables are nested too deeply"),
    ],
)
def test_toml__that_cannot_be_read__says_why(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "a.toml").write_bytes(content)
    assert str(refusal_of(read_toml, tmp_path / "a.toml", TomlError)).startswith(why)


def test_toml__that_is_a_folder__says_so(organisation: Path) -> None:
    """Where a form's file should be."""
    (organisation / "forms" / "course" / "form.toml").mkdir(parents=True)
    why = refusal_of(read_forms, organisation, FormFileError)
    assert why == "forms/course/form.toml: the file can't be read (Is a directory)"


def test_mistake__in_a_text_of_several_lines__takes_one_line(organisation: Path) -> None:
    path = organisation / "forms" / "contact" / "form.toml"
    path.write_text('staff = "one\\ntwo"\n', encoding="utf-8")
    why = refusal_of(read_forms, organisation, FormFileError)
    assert why is not None
    assert 'not "one two"' in why
    assert all(line.startswith("forms/contact/form.toml: ") for line in why.splitlines())
