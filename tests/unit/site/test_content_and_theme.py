"""An organisation's words and colours: errors name the file, the key and what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shipped import ROOT, SOURCES

from rollcall_build.site.content import SiteContentError, read_site_content
from rollcall_build.site.theme import COLOURS, contrast, read_theme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rollcall_build.sources import Sources


@pytest.fixture
def content(sources: Sources) -> Path:
    return sources.site


def read_all(content: Path) -> None:
    read_site_content(content)
    read_theme(content)


def mistakes(content: Path) -> list[str]:
    with pytest.raises(SiteContentError) as caught:
        read_all(content)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("sv.toml", "skip = ", "skipp = ", '"navigation.skip" is missing, but en.toml has it. Add it.'),
        ("my.sv.toml", "retry = ", "retrry = ", '"my.retry" is missing, but my.en.toml has it. Add it.'),
        ("sv.toml", "{count} dagar", "dagar", '"privacy.days" must contain {count}, as in en.toml.'),
        ("sv.toml", 'submit = "Skicka"', "submit = 1", '"forms.any.submit" must be a text, as in en.toml.'),
        ("sv.toml", 'name = "Svenska"', "", '"name" must be what its speakers call the language, such as "Deutsch".'),
        ("sv.toml", 'name = "Svenska"', 'name = "x"\ndirection = "up"', "\"direction\" is 'up'; use one of ltr, rtl."),
        (
            "site.toml",
            'first_language = "en"',
            'first_language = "de"',
            "\"first_language\" is 'de'; use one of en, sv.",
        ),
        ("theme.toml", 'paper = "#f1f4f5"', "", '"light.paper" is missing. Add it.'),
        ("theme.toml", "paper =", "papper =", f'"light.papper" is not known; use one of {", ".join(COLOURS)}.'),
        ("theme.toml", '"#f1f4f5"', '"grey"', "\"light.paper\" is 'grey'; write a colour as # and six hex digits"),
        ("theme.toml", "[corners]", "[corner]", "[corner] is not known; use [light], [dark], [letters], [corners]."),
        ("theme.toml", '"0.375rem"', '"6"', '"corners.small" is \'6\'; write a length such as "0.5rem"'),
        ("theme.toml", "text = '\"Avenir", "text = '};", '"letters.text" is'),
        (
            "theme.toml",
            'link = "#0d4f8f"',
            'link = "#8fc0ee"',
            '"light.link" (#8fc0ee) on "light.paper" (#f1f4f5) has a',
        ),
        (
            "logo.svg",
            "<path",
            "<script></script><path",
            '"<script" is not allowed in it; write colours as fill="#ffc62b"',
        ),
        ("logo.svg", "<path", '<path style="fill:red"', '"style=" is not allowed in it'),
        ("logo.svg", "viewBox", "viewbox", "this is not an SVG drawing with a viewBox; save it as plain SVG."),
    ],
)
def test_mistake__names_its_file(  # noqa: PLR0917 - fixtures and parameters
    content: Path, rewrite: Callable[[str, str, str], None], name: str, old: str, new: str, message: str
) -> None:
    rewrite(f"{name}", old, new)
    assert any(line.startswith(f"site/{name}: ") and message in line for line in mistakes(content))


def test_mistakes__are_reported_all_at_once(content: Path, rewrite: Callable[[str, str, str], None]) -> None:
    rewrite("sv.toml", "skip = ", "skipp = ")
    rewrite("sv.toml", "error_prefix = ", "prefix = ")
    missing = [line for line in mistakes(content) if line.startswith("site/sv.toml")]
    assert len(missing) == 2


def test_language__without_words_for_my_page__is_reported(content: Path) -> None:
    (content / "my.sv.toml").unlink()
    assert mistakes(content) == ["site/my.sv.toml: this file is missing."]


def test_contrast__matches_the_wcag_definition() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#ffc62b", "#ffc62b") == 1


def test_theme__is_in_the_stylesheet_for_both_schemes() -> None:
    theme = read_theme(SOURCES.site)
    light, dark = theme.style.split("@media (prefers-color-scheme: dark)")
    assert f"--on-action: {theme.colours['light']['on_action']};" in light
    assert f"--on-action: {theme.colours['dark']['on_action']};" in dark
    used = "".join((ROOT / "site/assets" / name).read_text() for name in ("rollcall.css", "home.css"))
    for name in COLOURS:
        assert f"var(--{name.replace('_', '-')})" in used, name


@pytest.mark.parametrize(
    ("opening", "size"),
    [
        ('<svg viewBox="0 0 64 64">', 'width="40" height="40"'),
        ('<svg viewBox="0 0 32 16" width="100%" height="9">', 'width="32" height="16"'),
        ("<svg viewBox='-5,-5,200,100' stroke-width=\"2\">", 'width="40" height="20"'),
    ],
)
def test_logo__has_a_size_of_its_own(content: Path, opening: str, size: str) -> None:
    """Without the stylesheet the logo is small, not as wide as the window."""
    (content / "logo.svg").write_text(f"{opening}<rect width='9' height='9'/></svg>", encoding="utf-8")

    tag, _, shapes = read_theme(content).logo.partition(">")

    assert tag.endswith(size)
    assert tag.count(" width=") == tag.count(" height=") == 1
    assert shapes == "<rect width='9' height='9'/></svg>"
