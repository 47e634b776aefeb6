"""Pages for frames on other sites, answers from the address, short addresses."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from shipped import SOURCES
from unit.core.builders import a_field
from unit.site.page_reader import Reader

from rollcall_build.forms.files import compile_forms
from rollcall_build.site.build import render
from rollcall_build.site.embeds import snippet
from rollcall_build.site.errors import SiteBuildError

if TYPE_CHECKING:
    from registration_core.domain.forms import Form

ADDRESSES = {"api_url": "https://api.example/v1", "site_url": "https://forms.example"}


def built(**settings: object) -> dict[str, bytes]:
    forms = compile_forms(SOURCES.forms)
    forms["contact"] = replace(forms["contact"], **settings)
    return {file.key: file.body for file in render(SOURCES, forms, **ADDRESSES)}


@pytest.fixture(scope="module")
def plain() -> dict[str, bytes]:
    return built()


@pytest.fixture(scope="module")
def embedded() -> dict[str, bytes]:
    return built(embed_on=("https://school.example", "http://localhost:*"), short_address="ask")


def test_other_pages__stay_as_they_are(plain: dict[str, bytes], embedded: dict[str, bytes]) -> None:
    """To the byte: a form that other sites show costs the others nothing, nor does its own page change."""
    assert {key: body for key, body in embedded.items() if key in plain} == plain
    assert {key.rstrip("/") for key in embedded.keys() - plain.keys()} == {
        *("ask", "sv/ask", "embed/contact", "embed/contact/thank-you"),
        *("embed/contact/sv", "embed/contact/sv/thank-you"),
    }


@pytest.mark.parametrize("key", ["embed/contact", "embed/contact/sv", "embed/contact/thank-you"])
def test_framed_page__has_only_its_form_and_who_receives_it(embedded: dict[str, bytes], key: str) -> None:
    page = Reader(embedded[key])
    prefix = "/sv" if "/sv" in key else ""

    assert page.wrong == []
    assert not [tag for tag, _ in page.elements if tag in ("header", "aside", "nav")]
    links = [attributes for tag, attributes in page.elements if tag == "a"]
    assert any(link["href"] == f"{prefix}/privacy" for link in links)
    for link in links:
        inside = link["href"].startswith(("mailto:", f"/embed/contact{prefix}"))
        assert inside or (link.get("target"), link.get("rel")) == ("_blank", "noopener")
    assert "canonical" not in str(page.elements)
    assert ("meta", {"name": "robots", "content": "noindex"}) in page.elements


def test_framed_form__stays_in_its_frame(embedded: dict[str, bytes]) -> None:
    (form,) = [attributes for tag, attributes in Reader(embedded["embed/contact/sv"]).elements if tag == "form"]

    assert form["action"] == "https://api.example/v1/contact?lang=sv&embed=yes"
    assert form["data-thanks"] == "/embed/contact/sv/thank-you"


def test_search_engines__find_a_form_once(embedded: dict[str, bytes]) -> None:
    """The copy at its short address names the page's own, and neither it nor a framed page is in the sitemap."""
    assert embedded["ask"] == embedded["contact"]
    assert b'rel="canonical" href="https://forms.example/contact"' in embedded["ask"]
    assert embedded["sv/ask"] == embedded["sv/contact"]
    assert b"/ask<" not in embedded["sitemap.xml"]
    assert b"/embed/" not in embedded["sitemap.xml"]


@pytest.mark.parametrize("short", ["sv", "privacy", "thank-you"])
def test_short_address__of_a_page_is_refused(short: str) -> None:
    with pytest.raises(SiteBuildError, match=f'"short_address" is "{short}", the address of a page of the site'):
        built(short_address=short)


def test_hidden_field__waits_for_the_script(form_with_hidden: dict[str, bytes]) -> None:
    page = Reader(form_with_hidden["contact"])
    (hidden,) = [attributes for _, attributes in page.elements if attributes.get("name") == "came_by"]

    assert hidden == {"type": "hidden", "name": "came_by", "data-from-query": "utm_source"}
    assert "/assets/from-query." in str(page.elements)


def test_page_without_such_fields__loads_no_script_for_them(plain: dict[str, bytes]) -> None:
    pages = b"".join(body for key, body in plain.items() if not key.startswith("assets/"))
    for script in (b"from-query", b"frame.", b"embed"):
        assert script not in pages


@pytest.fixture(scope="module")
def form_with_hidden() -> dict[str, bytes]:
    fields = compile_forms(SOURCES.forms)["contact"].fields
    return built(fields=(*fields, a_field("hidden", "came_by", from_query="utm_source")))


def test_snippet__is_a_frame_with_a_title_and_a_script() -> None:
    """Markup in a form's title stays text."""

    class Elements(HTMLParser):
        found: list[tuple[str, dict[str, str | None]]]

        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            self.found.append((tag, dict(attributes)))

    form: Form = compile_forms(SOURCES.forms)["contact"]
    title = replace(form.title, by_language={"en": 'Ask "us" <now>'})
    lines = snippet(replace(form, title=title), site_url="https://forms.example", path="/embed/contact", language="en")
    parser = Elements()
    parser.found = []
    parser.feed(lines)
    (frame, script) = parser.found
    assert frame[1]["src"] == "https://forms.example/embed/contact"
    assert (frame[1]["title"], frame[1]["loading"]) == ('Ask "us" <now>', "lazy")
    assert script == ("script", {"src": "https://forms.example/assets/embed.js", "async": None})
    assert "style" not in frame[1]
