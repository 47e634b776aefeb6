"""The guide to your own site, followed to the letter: its blocks make a complete site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from shipped import ROOT, copied_sources
from unit.site.page_reader import Reader

from admin_cli.organisation.languages import remove
from rollcall_build.forms.files import compile_forms
from rollcall_build.package import site_parts
from rollcall_build.site.build import build
from rollcall_build.site.content import SiteContentError
from rollcall_build.site.errors import SiteBuildError

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_build.sources import Sources

GUIDE = (ROOT / "docs" / "make-it-yours.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(?:toml|svg) (\S+)(?: \[([\w.]+)\])?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REMOVAL = re.compile(r"^\s*rm (.+)$", re.MULTILINE)
LANGUAGE_OUT = re.compile(r"^\s*rollcall forms language remove (\w+)$", re.MULTILINE)
WHOLE = ("site/site.toml", "site/logo.svg")
OURS = re.compile(r"kuggen|academy|robot", re.IGNORECASE)


def follow(sources: Sources) -> None:
    """Do in a copy of the example what the guide says, step by step."""
    for name, part, block in BLOCK.findall(GUIDE):
        path = sources.organisation / name
        text = path.read_text(encoding="utf-8")
        if name in WHOLE:
            text = block
        elif part == "course":
            text = with_options(text, block)
        elif part:
            text = with_tables(text, part, block)
        else:
            text = with_values(text, block)
        path.write_text(text, encoding="utf-8")
    for language in LANGUAGE_OUT.findall(GUIDE):
        remove(sources, language)
    for pattern in " ".join(REMOVAL.findall(GUIDE)).split():
        for path in list(sources.organisation.glob(pattern)):
            path.unlink()


def with_values(text: str, block: str) -> str:
    """Replace each `key = value` of a block in its table."""
    table = ""
    for line in block.splitlines():
        if line.startswith("["):
            table = line
        elif line:
            start = text.index(f"{table}\n")
            before, after = text[:start], text[start:]
            end = after.find("\n[", 1)
            inside, rest = (after, "") if end == -1 else (after[:end], after[end:])
            inside, changed = re.subn(
                rf"^{re.escape(line.partition('=')[0])}=.*$", lambda _, line=line: line, inside, flags=re.MULTILINE
            )
            assert changed == 1, (table, line)
            text = before + inside + rest
    return text


def with_tables(text: str, name: str, block: str) -> str:
    """Replace all tables whose names start like this with those of a block."""
    tables = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    first = next(number for number, table in enumerate(tables) if table.startswith(f"[{name}."))
    others = [table for table in tables if not table.startswith(f"[{name}.")]
    return "".join([*others[:first], f"{block}\n", *others[first:]])


def with_options(text: str, block: str) -> str:
    """Replace the options of the field `course` with those of a block."""
    field = text.index('name = "course"')
    start = text.index("[[fields.options]]", field)
    end = text.index("[[fields]]", start)
    return f"{text[:start]}{block}\n{text[end:]}"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    copied = copied_sources(tmp_path_factory.mktemp("yours") / "clone")
    follow(copied)
    return copied


@pytest.fixture(scope="module")
def pages(sources: Sources, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("yours") / "site"
    site = build(sources, api_url="https://api.example/v1", site_url="https://havsbris.example", out=out)
    return {file.key: file.body for file in site}


def test_guide__makes_a_site_with_new_name_courses_and_colours(pages: dict[str, bytes]) -> None:
    home = pages["index.html"].decode()
    assert "<title>Learn to sail \u2013 Havsbris Sailing School</title>" in home
    assert "Keelboat weekend" in home
    assert "16+" in home
    assert "10 July 2027" in home
    assert 'href="mailto:hello@havsbris.example"' in home
    assert b"--cover:#0b5563;" in pages["assets/rollcall.css"]
    assert b"#3fa7b8" in pages["assets/favicon.svg"]


def test_guide__leaves_the_academy_only_in_the_forms_words(pages: dict[str, bytes]) -> None:
    for key in ("index.html", "not-found", "thank-you"):
        page_text = Reader(pages[key]).text_in("en")
        words = [line for line in page_text.splitlines() if OURS.search(line)]
        assert words == [], key


def test_guide__makes_one_language_without_a_switch(pages: dict[str, bytes]) -> None:
    assert not [key for key in pages if key.startswith("sv")]
    assert b"data-language" not in pages["index.html"]
    assert b"hreflang" not in pages["index.html"]


def test_guide__removes_the_drawings(pages: dict[str, bytes]) -> None:
    drawn = [element for element in Reader(pages["index.html"]).all("svg") if element["viewbox"] != "0 0 64 64"]
    assert drawn == []
    assert b'class="cover-drawing"' not in pages["index.html"]


def test_guide__changes_the_functions_pages_too(sources: Sources) -> None:
    parts = dict(site_parts(sources))
    assert b"Havsbris Sailing School" in parts["site/words.json"]
    assert b"Kuggen" not in b"".join(parts.values())


def test_guide__makes_forms_that_accept_their_own_examples(sources: Sources) -> None:
    field = compile_forms(sources.forms)["registration"].field("course")
    assert field is not None
    assert [option.value for option in field.options] == ["line-followers", "keelboat"]


def test_own_changes__need_words_in_every_language(tmp_path: Path) -> None:
    """Content files from before `[own_changes]` lack them, and the page would break for a registrant."""
    sources = copied_sources(tmp_path)
    file = sources.site / "my.sv.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("[my.change]", "[my.changes]"), encoding="utf-8")
    english = sources.site / "my.en.toml"
    english.write_text(english.read_text(encoding="utf-8").replace("[my.change]", "[my.changes]"), encoding="utf-8")
    assert list(site_parts(sources))

    form = sources.forms / "contact" / "form.toml"
    form.write_text(
        form.read_text(encoding="utf-8").replace("[title]", '[own_changes]\nfields = ["name"]\n\n[title]', 1),
        encoding="utf-8",
    )

    with pytest.raises(SiteContentError) as raised:
        list(site_parts(sources))
    with pytest.raises(SiteBuildError, match=r"my\.change"):  # so `rollcall check` says so too
        build(sources, api_url="https://api.example/v1", site_url="https://site.example", out=tmp_path / "site")
    assert "site/my.sv.toml: [my.change] is missing, and forms/contact/form.toml has [own_changes]" in str(raised.value)
