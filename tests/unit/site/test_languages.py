"""The shipped site in all its languages: the same pages, working links, and no mixed languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from shipped import SOURCES
from unit.site.page_reader import Reader

from rollcall_build.forms.files import compile_forms
from rollcall_build.site.build import render, shipped_pages
from rollcall_build.site.content import SiteContent, read_site_content

if TYPE_CHECKING:
    from rollcall_build.site.files import SiteFile
    from rollcall_build.site.pages import Page

ROOT = Path(__file__).resolve().parents[3]
SITE = "https://site.example"
FORMS = compile_forms(ROOT / "example" / "forms")
PAGES = shipped_pages(SOURCES)
CONTENT = read_site_content(SOURCES.site)
EACH = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)


@pytest.fixture(scope="module")
def files() -> dict[str, SiteFile]:
    return {file.key: file for file in render(SOURCES, FORMS, api_url="https://api.example/v1", site_url=SITE)}


@pytest.fixture(scope="module")
def read(files: dict[str, SiteFile]) -> dict[str, Reader]:
    """Every page by its address."""
    return {page.path: Reader(files[page.key].body) for page in PAGES}


def texts(table: Any) -> set[str]:
    """Every text below a table of the content file, up to its first placeholder."""
    if isinstance(table, dict):
        return {text for inner in table.values() for text in texts(inner)}
    if isinstance(table, list):
        return {text for inner in table for text in texts(inner)}
    return {part.strip() for part in re.split(r"\{\w+\}", str(table)) if len(part.strip()) > 3}


def form_texts(language: str) -> set[str]:
    words = set()
    for form in FORMS.values():
        words |= {form.title.in_language(language)}
        for field in form.fields:
            for labelled in (field, *field.options):
                words |= {text.in_language(language) for text in (labelled.label, labelled.hint) if text is not None}
    return words


def test_languages__have_the_same_pages() -> None:
    names = {
        language: {page.name for page in PAGES if page.language == language and len(page.alternates) > 1}
        for language in CONTENT.languages
    }
    assert names["en"] == names["sv"] == {"home", "registration", "contact", "privacy", "thank-you"}
    assert {page.path for page in PAGES if page.language == "sv"} == {
        "/sv/",
        *(f"/sv/{name}" for name in ("registration", "contact", "privacy", "thank-you")),
    }


@EACH
def test_page__has_no_text_in_another_language(read: dict[str, Reader], page: Page) -> None:
    for other in set(CONTENT.languages) - {page.language}:
        foreign = texts(CONTENT.words[other]) | form_texts(other)
        own_text = "\n".join(texts(CONTENT.words[page.language]) | form_texts(page.language))
        page_text = read[page.path].text_in(page.language)
        assert page_text
        assert [text for text in sorted(foreign) if text in page_text and text not in own_text] == []


@EACH
def test_page__has_only_working_links(files: dict[str, SiteFile], read: dict[str, Reader], page: Page) -> None:
    for tag, attributes in read[page.path].elements:
        address = attributes.get("href") or attributes.get("src") or ""
        if tag == "use" or not address or address.startswith("mailto:"):
            continue
        parts = urlsplit(address.removeprefix(SITE))
        assert not parts.scheme, address
        assert parts.path == "" or (parts.path.removeprefix("/") or "index.html") in files, address
        if parts.fragment:
            assert parts.fragment in read[parts.path or page.path].ids, address


@EACH
def test_page__is_linked_from_its_other_language(read: dict[str, Reader], page: Page) -> None:
    switch = {
        attributes["hreflang"]: attributes["href"]
        for attributes in read[page.path].all("a")
        if "data-language" in attributes
    }
    there = dict(page.alternates)
    homes = {language: f"{CONTENT.prefix(language)}/" for language in CONTENT.languages}
    assert switch == {
        language: there.get(language, homes[language]) for language in CONTENT.languages if language != page.language
    }


@EACH
def test_page__names_its_other_languages_for_search_engines(read: dict[str, Reader], page: Page) -> None:
    links = read[page.path].all("link")
    alternates = {link["hreflang"]: link["href"] for link in links if link["rel"] == "alternate"}
    canonical = [link["href"] for link in links if link["rel"] == "canonical"]
    if page.name in ("thank-you", "not-found", "unavailable"):
        assert {"name": "robots", "content": "noindex"} in read[page.path].all("meta")
        assert (alternates, canonical) == ({}, [])
    else:
        assert canonical == [SITE + page.path]

        assert alternates == {language: SITE + path for language, path in page.alternates} | {
            "x-default": SITE + dict(page.alternates)["en"]
        }


def test_sitemap__lists_every_public_page_with_its_languages(files: dict[str, SiteFile]) -> None:
    tree = ET.fromstring(files["sitemap.xml"].body)  # noqa: S314 - we wrote it
    locations = {str(url[0].text): {link.attrib["hreflang"] for link in url[1:]} for url in tree}
    assert locations == {SITE + page.path: {"en", "sv", "x-default"} for page in PAGES if page.listed}
    assert f"Sitemap: {SITE}/sitemap.xml" in files["robots.txt"].body.decode()


def test_errors__are_shown_in_every_language(read: dict[str, Reader]) -> None:
    for path, name in (("/not-found", "not_found"), ("/unavailable", "unavailable")):
        for language, words in CONTENT.words.items():
            assert words[name]["title"] in read[path].text_in(language)


def test_page__exists_with_a_trailing_slash_too(files: dict[str, SiteFile]) -> None:
    """In every language; both are the same page with one canonical address."""
    for page in PAGES:
        if page.path != "/":
            bare = page.path.strip("/")
            assert files[bare].body == files[f"{bare}/"].body, page.path
            assert (files[f"{bare}/"].content_type, files[f"{bare}/"].is_page) == (files[bare].content_type, True)


def test_form__posts_in_the_pages_language(read: dict[str, Reader]) -> None:
    for path, language in (("/registration", "en"), ("/sv/registration", "sv")):
        (form,) = read[path].all("form")
        assert form["action"] == f"https://api.example/v1/registration?lang={language}"


def test_thank_you__has_a_calendar_file_for_each_course(files: dict[str, SiteFile], read: dict[str, Reader]) -> None:
    field = FORMS["registration"].chosen_field
    assert field is not None
    for path, prefix, language in (("/thank-you", "", "en"), ("/sv/thank-you", "sv/", "sv")):
        offered = [link.get("data-when") or "" for link in read[path].all("a") if "download" in link]
        options = [when.split()[-1] for when in offered if " confirmed " in when]
        assert options == [option.value for option in field.options]
        for option in field.options:
            file = files[f"{prefix}calendar/registration-{option.value}.ics"]
            assert file.content_type == "text/calendar; charset=utf-8"
            assert f"SUMMARY:{option.label.in_language(language)}\r\n" in file.body.decode()


def test_form_in_one_language__is_linked_from_the_others() -> None:
    from dataclasses import replace  # noqa: PLC0415 - one test needs it

    forms = FORMS | {"contact": replace(FORMS["contact"], languages=("en",))}
    made = {file.key: file for file in render(SOURCES, forms, api_url="https://api.example", site_url=SITE)}
    assert "sv/contact" not in made
    (link,) = [link for link in Reader(made["sv/"].body).all("a") if link["href"] == "/contact" and "lang" in link]
    assert link["lang"] == link["hreflang"] == "en"
    (back,) = [link for link in Reader(made["contact"].body).all("a") if "data-language" in link]
    assert back["href"] == "/sv/"


def test_privacy__says_each_forms_retention_in_words(read: dict[str, Reader]) -> None:
    assert "2 years\n" in read["/privacy"].text_in("en")
    assert "2 år\n" in read["/sv/privacy"].text_in("sv")


def test_content__has_one_language_first() -> None:
    assert isinstance(CONTENT, SiteContent)
    assert CONTENT.languages == ("en", "sv")
    assert [CONTENT.prefix(language) for language in CONTENT.languages] == ["", "/sv"]
