"""Answers from the address, in a browser, on pages built here: the guide's form and one field of every other type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from browser.built_pages import API, SITE, pages_of
from shipped import ROOT, copied_sources

from rollcall_build.forms.files import compile_forms
from rollcall_build.site.build import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

GUIDE = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
MORE = """
[[fields]]
name = "about"
type = "textarea"
label = "About"
from_query = "about"

[[fields]]
name = "tel"
type = "phone"
label = "Tel"
region = "SE"
from_query = "tel"

[[fields]]
name = "robots"
type = "number"
label = "Robots"
from_query = "robots"

[[fields]]
name = "since"
type = "date"
label = "Since"
from_query = "since"

[[fields]]
name = "tools"
type = "choices"
label = "Tools"
options = [{ value = "saw", label = "Saw" }, { value = "drill", label = "Drill" }, { value = "file", label = "File" }]

[[fields]]
name = "agreed"
type = "consent"
label = "I agree"
"""
LINK = "utm_source=newsletter&school=Kungsholmen&day=saturday"
"""The guide's own."""
MORE_OF_IT = "&about=Us&tel=0701234567&robots=3&since=2015-04-30&tools=saw&tools=drill"
REFUSED = "&email=eve@example.org&name=Eve&agreed=yes"


def block(after: str) -> str:
    return GUIDE.partition(after)[2].partition("```toml\n")[2].partition("```")[0]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The built site, by path."""
    sources = copied_sources(tmp_path_factory.mktemp("clone"))
    form = sources.forms / "workshop" / "form.toml"
    form.parent.mkdir()
    fields = block("### Answers from the address") + MORE
    for label in ("Came by", "School", "About", "Tel", "Robots", "Since", "Tools", "Saw", "Drill", "File", "I agree"):
        fields = fields.replace(f'label = "{label}"', f'label = {{ en = "{label}", sv = "{label}" }}')
    form.write_text(block("## A worked example") + fields, encoding="utf-8")
    return {file.key: file.body for file in render(sources, compile_forms(sources.forms), api_url=API, site_url=SITE)}


@pytest.fixture
def opened(browser: Browser, files: dict[str, bytes]) -> Iterator[Callable[..., Page]]:
    """Open the workshop's page with this query."""
    with pages_of(browser, files, receipt={}, post=pytest.fail) as open_page:
        yield lambda query, **options: open_page(f"workshop?{query}", **options)


def answers(page: Page) -> dict[str, Any]:
    """Return what would be sent, without what the page itself adds."""
    script = "[...new FormData(document.querySelector('#answers'))].filter(([name, value]) => value)"
    found: dict[str, Any] = {}
    for name, value in page.evaluate(script):
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def test_link__fills_in_what_the_form_file_allows(opened: Callable[..., Page]) -> None:
    """Whatever the type. Never an address, nor a name without `from_query`, nor a consent."""
    page = opened(LINK + MORE_OF_IT + REFUSED)

    assert answers(page) == {
        "came_by": "newsletter",
        "school": "Kungsholmen",
        "day": "saturday",
        "about": "Us",
        "tel": "0701234567",
        "robots": "3",
        "since-year": "2015",
        "since-month": "04",
        "since-day": "30",
        "tools": ["saw", "drill"],
    }


def test_link__leaves_what_was_typed(opened: Callable[..., Page]) -> None:
    """Also after a reload, from the draft."""
    page = opened("utm_source=poster")
    page.fill("[name=school]", "Another school")

    page.goto(f"{SITE}/workshop?{LINK}")
    assert answers(page) == {"came_by": "newsletter", "school": "Another school", "day": "saturday"}


def test_link__fills_in_nothing_without_javascript(opened: Callable[..., Page]) -> None:
    assert answers(opened(LINK + MORE_OF_IT, java_script_enabled=False)) == {}


def test_link__puts_no_markup_on_the_page(opened: Callable[..., Page]) -> None:
    text = "<img src=x onerror=alert(1)>"
    page = opened(f"school={text}&utm_source={text}")

    assert answers(page)["school"] == answers(page)["came_by"] == text
    assert page.locator("img[src=x]").count() == 0
