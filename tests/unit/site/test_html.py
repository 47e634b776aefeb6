"""The shipped site as a whole: valid HTML, working links, and consistent facts for search engines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urlsplit
from xml.etree import ElementTree as ET

import pytest
from justhtml import JustHTML
from shipped import SOURCES

from rollcall_build.site.build import build, shipped_pages

if TYPE_CHECKING:
    from rollcall_build.site.files import SiteFile
    from rollcall_build.site.pages import Page

SITE, API = "https://site.example", "https://api.example/v1"
LOC, LINK = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc", "{http://www.w3.org/1999/xhtml}link"
PAGES = shipped_pages(SOURCES)
PARAMETERS = [pytest.param(page, id=page.key) for page in PAGES]
MOST_LETTERS = {"title": 70, "description": 160}  # what search results show


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SiteFile]:
    """The shipped site's files, by key."""
    site = build(SOURCES, api_url=API, site_url=SITE, out=tmp_path_factory.mktemp("site") / "out")
    return {file.key: file for file in site.files}


@pytest.fixture(scope="module")
def parsed(files: dict[str, SiteFile]) -> dict[str, JustHTML]:
    """Every page, parsed as browsers do, with the errors that they would forgive."""
    pages = {}
    for page in PAGES:
        text = files[page.key].body.decode()
        pages[page.key] = JustHTML(text, collect_errors=True, sanitize=False)
    return pages


def attributes(page: JustHTML, selector: str, name: str) -> list[str]:
    return [element.attrs[name] or "" for element in page.query(selector) if name in element.attrs]


@pytest.mark.parametrize("page", PARAMETERS)
def test_page__is_valid_html(parsed: dict[str, JustHTML], page: Page) -> None:
    assert [f"line {error.line}: {error.message}" for error in parsed[page.key].errors] == []


@pytest.mark.parametrize("page", PARAMETERS)
def test_page__uses_each_id_once(parsed: dict[str, JustHTML], page: Page) -> None:
    ids = Counter(attributes(parsed[page.key], "[id]", "id"))
    assert [name for name, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("page", PARAMETERS)
def test_page__has_only_working_links(files: dict[str, SiteFile], parsed: dict[str, JustHTML], page: Page) -> None:
    document = parsed[page.key]
    asked = attributes(document, "[href]", "href") + attributes(document, "[src]", "src")
    assert asked
    for address in asked:
        if address.startswith("mailto:"):
            assert "@" in address
            continue
        where, fragment = urldefrag(address.removeprefix(SITE))
        assert not where or where.startswith("/"), address
        path = urlsplit(where).path
        key = page.key if not path else "index.html" if path == "/" else path.removeprefix("/")
        assert key in files, address
        if fragment:
            assert fragment in attributes(parsed[key], "[id]", "id"), address


@pytest.mark.parametrize("page", PARAMETERS)
def test_page__names_its_type_and_language(parsed: dict[str, JustHTML], page: Page) -> None:
    document = parsed[page.key]
    assert attributes(document, "html", "lang") == [page.language]
    [title], [description] = document.query("title"), attributes(document, "meta[name=description]", "content")
    assert title.to_text()
    assert 30 < len(description) <= MOST_LETTERS["description"], description
    if page.listed:
        assert len(title.to_text()) <= MOST_LETTERS["title"], title.to_text()
    robots = attributes(document, "meta[name=robots]", "content")
    canonical = attributes(document, "link[rel=canonical]", "href")
    assert (robots, canonical) == (([], [SITE + page.path]) if page.listed else (["noindex"], []))


def test_titles__are_distinct(parsed: dict[str, JustHTML]) -> None:
    titles = Counter(document.query("title")[0].to_text() for document in parsed.values())
    assert max(titles.values()) == 1, titles


def alternates(document: JustHTML) -> dict[str, str]:
    links: list[Any] = document.query("link[rel=alternate]")
    return {link.attrs["hreflang"]: link.attrs["href"] for link in links if "hreflang" in link.attrs}


def test_languages_of_a_page__link_to_each_other(parsed: dict[str, JustHTML]) -> None:
    by_address = {SITE + page.path: page for page in PAGES if page.listed}
    for address, page in by_address.items():
        named = alternates(parsed[page.key])
        assert named[page.language] == address
        for language, other in named.items():
            assert alternates(parsed[by_address[other].key]) == named
            assert language in (by_address[other].language, "x-default")


def test_sitemap__lists_every_public_page_with_its_languages(
    files: dict[str, SiteFile], parsed: dict[str, JustHTML]
) -> None:
    entries = ET.fromstring(files["sitemap.xml"].body)  # noqa: S314 - of our own making
    listed = {
        entry.findtext(LOC): {link.attrib["hreflang"]: link.attrib["href"] for link in entry.findall(LINK)}
        for entry in entries
    }
    assert listed == {SITE + page.path: alternates(parsed[page.key]) for page in PAGES if page.listed}
    assert f"Sitemap: {SITE}/sitemap.xml" in files["robots.txt"].body.decode()


def test_parser__finds_broken_html() -> None:
    broken = "<!doctype html><title>Broken</title><p></b><ul><li></ul></p>"
    assert JustHTML(broken, collect_errors=True, sanitize=False).errors
