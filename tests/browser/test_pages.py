"""The pages as the distribution serves them: safe, found or not, and fit for any phone."""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from browser.conftest import LANGUAGES, path_in, words_in
from shipped import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PATHS = ("/", "/registration", "/contact", "/thank-you", "/unavailable", "/nowhere")


def test_home__has_its_security_headers(visit: Any) -> None:
    answer = visit().goes_to("/")
    assert answer.status == 200
    headers = answer.headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert headers["strict-transport-security"].startswith("max-age=")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["content-type"].startswith("text/html")
    assert "max-age=60" in headers["cache-control"]


def test_bucket__refuses_requests_past_the_distribution(stack: Any) -> None:
    endpoint = urlsplit(stack.endpoint_url)
    connection = HTTPConnection(endpoint.hostname or "", endpoint.port, timeout=10)
    connection.request("GET", f"/{stack.outputs['site_bucket']}/index.html")
    assert connection.getresponse().status == 403
    connection.close()


def test_home__links_to_a_form_with_the_course_chosen(visit: Any) -> None:
    visitor = visit()
    visitor.goes_to("/")
    link = visitor.page.locator(".kit a").nth(1)
    field, _, option = (link.get_attribute("href") or "").partition("?")[2].partition("=")
    link.click()
    visitor.page.wait_for_url("**/registration?**")
    assert visitor.page.locator(f'[name="{field}"][value="{option}"]').is_checked()


def test_home__shows_its_style_and_drawings(visit: Any) -> None:
    visitor = visit(color_scheme="dark")
    visitor.goes_to("/")
    dark = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor")
    visitor.page.emulate_media(color_scheme="light")
    light = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    fills = visitor.page.evaluate("[...document.querySelectorAll('.part-a')].map(part => getComputedStyle(part).fill)")
    assert set(fills) == {"rgb(255, 198, 43)"}


def test_unknown_address__shows_our_not_found_page(visit: Any) -> None:
    visitor = visit()
    with visitor.forgiving("404"):
        answer = visitor.goes_to("/nowhere")
    assert answer.status == 404
    assert visitor.page.locator("main a[href='/']").is_visible()


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_page__never_scrolls_sideways(visit: Any, width: int) -> None:
    visitor = visit(viewport={"width": width, "height": 700})
    for path in PATHS:
        with visitor.forgiving("404"):
            visitor.goes_to(path)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_thank_you__ignores_words_in_its_address(visit: Any) -> None:
    """An address with made-up facts in it shows the plain page."""
    visitor = visit()
    visitor.goes_to("/thank-you?form=registration&reference=K7QM-3XTP&status=confirmed#another")
    assert visitor.page.locator(".reference").is_hidden()
    assert visitor.page.locator("[data-otherwise]").first.is_visible()
    assert visitor.page.locator("dl:visible").count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_thank_you__says_in_its_title_what_happened(visit: Any, language: str) -> None:
    """The tab's title is the page's headline: confirmed, on the waiting list, or one step left."""
    visitor, words = visit(), words_in(language)
    address, says = path_in(language, "/thank-you"), words["thank_you"]
    visitor.goes_to(address)
    for status, headline in (
        ("confirmed", says["title"]),
        ("waitlisted", says["waitlisted_title"]),
        ("pending", says["pending_title"]),
    ):
        sent = {"at": time.time(), "words": ["registration", status], "reference": "K7QM-3XTP"}
        visitor.page.evaluate("sent => { sessionStorage.rollcall = sent }", json.dumps(sent))
        visitor.goes_to(address)
        name = words["organisation"]["name"]
        assert visitor.page.title() == f"{headline} \N{EN DASH} {name}"


def test_thank_you__forgets_the_submission_after_an_hour(visit: Any) -> None:
    """Whoever uses the same tab later finds nobody's name there."""
    visitor = visit()
    visitor.goes_to("/thank-you")
    for minutes, visible in ((59, True), (61, False)):
        sent = {"at": time.time() - minutes * 60, "words": ["contact", "confirmed"], "reference": "K7QM-3XTP"}
        visitor.page.evaluate("sent => { sessionStorage.rollcall = sent }", json.dumps(sent))
        visitor.page.reload()
        assert visitor.page.get_by_text("K7QM-3XTP").count() == visible
        assert visitor.page.locator("h1 [data-otherwise]").is_visible() != visible


def test_keyboard__first_skips_to_the_content(visit: Any) -> None:
    visitor = visit()
    visitor.goes_to("/registration")
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.className") == "skip-link"
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"


def test_redirect__keeps_path_and_query(browser: Browser) -> None:
    """What runs at the edge if `domain` has redirects, with the request as CloudFront gives it."""
    template = ROOT / "infra" / "terraform" / "modules" / "site" / "redirect.js.tftpl"
    code = template.read_text(encoding="utf-8").replace("${name}", '"courses.kuggen.se"')
    asked = """([host, uri, query]) => {
        const request = { uri, headers: { host: { value: host } }, rawQueryString: () => query };
        const answer = handler({ request });
        return answer === request ? null : [answer.statusCode, answer.headers.location.value];
    }"""
    page = browser.new_page()
    page.add_script_tag(content=code)

    assert page.evaluate(asked, ["courses.kuggen.se", "/registration", "course=rovers"]) is None
    for host in ("www.kuggen.se", "d111.cloudfront.net"):
        for query, kept in ((None, ""), ("", ""), ("course=rovers&lang=s%20v", "?course=rovers&lang=s%20v")):
            location = f"https://courses.kuggen.se/sv/registration{kept}"
            assert page.evaluate(asked, [host, "/sv/registration", query]) == [301, location]
    page.close()
