"""The security headers of the pages, read at the distribution and tried in a browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from browser.audits.states import PAGES, Scene, mending, own_page_after
from registrants import Registrant, signed
from sign_in import sign_in_of

if TYPE_CHECKING:
    from collections.abc import Callable

A_YEAR_S = 31_536_000
REFUSED = ("camera=()", "geolocation=()", "microphone=()", "payment=()", "usb=()")

# How a page might be made to run code that it did not bring, and what the policy reports.
INTRUSIONS = {
    "a script in the page": (
        "const s = document.createElement('script'); s.append('window.intruded = true'); document.body.append(s)"
    ),
    "a handler in the markup": (
        "const b = document.createElement('button'); b.setAttribute('onclick', 'window.intruded = true');"
        "document.body.append(b); b.click()"
    ),
    "markup from text": "document.body.innerHTML = '<img src=x onerror=\"window.intruded = true\">'",
    "a script of somebody else": (
        "const s = document.createElement('script'); s.src = 'http://elsewhere.localhost:9/'; document.body.append(s)"
    ),
    "another base": (
        "const b = document.createElement('base'); b.href = 'http://elsewhere.localhost:9/'; document.head.append(b);"
        "window.intruded = document.baseURI.includes('elsewhere')"
    ),
    "a style in the page": (
        "const s = document.createElement('style'); s.append('h1 { display: none }'); document.head.append(s);"
        "window.intruded = getComputedStyle(document.querySelector('h1')).display == 'none'"
    ),
}


def rules(headers: dict[str, str]) -> dict[str, list[str]]:
    """Return the policy's rules by name."""
    parts = [rule.split() for rule in headers["content-security-policy"].split(";")]
    return {name: values for name, *values in parts}


def assert_common_headers(headers: dict[str, str]) -> None:
    """Check the headers that the site's and the API's pages share."""
    policy = rules(headers)
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert not [value for values in policy.values() for value in values if "unsafe" in value or value in ("*", "data:")]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert int(headers["strict-transport-security"].removeprefix("max-age=").partition(";")[0]) >= A_YEAR_S
    assert set(REFUSED) <= set(headers["permissions-policy"].split(", "))
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "set-cookie" not in headers


def test_every_page__limits_the_browser_to_its_own_files(visit: Any, stack: Any, origins: tuple[str, ...]) -> None:
    visitor, (site, api) = visit(), origins
    for page in PAGES:
        with visitor.forgiving("404"):
            page.reach(Scene(visitor, stack, "en"))
        headers = visitor.page.request.get(visitor.page.url).headers  # the browser reports some of them late or never
        assert_common_headers(headers)
        policy = rules(headers)
        assert policy["script-src"] == policy["style-src"] == policy["img-src"] == ["'self'"]
        assert policy["connect-src"] == ["'self'", api]
        assert set(policy["form-action"]) == {"'self'", api, site}
        assert policy["require-trusted-types-for"] == ["'script'"]
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
        assert headers["cache-control"] == "public, max-age=60, s-maxage=300, stale-while-revalidate=60"


@pytest.mark.needs("sign-in pages")
def test_desk__limits_the_browser_to_its_own_files_the_api_and_the_sign_in(visit: Any, stack: Any) -> None:
    headers = visit().page.request.get(f"{stack.site_url}/desk/").headers
    policy = rules(headers)
    assert policy["default-src"] == policy["form-action"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert (policy["require-trusted-types-for"], policy["trusted-types"]) == (["'script'"], ["'none'"])
    sign_in, api = (urlsplit(url) for url in (sign_in_of(stack).url, stack.api_url))
    assert set(policy["connect-src"]) <= {
        "'self'",
        f"{sign_in.scheme}://{sign_in.netloc}",
        f"{api.scheme}://{api.netloc}",
    }
    assert "camera=(self)" in headers["permissions-policy"]
    assert headers["cache-control"] == "no-cache"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.full
@pytest.mark.parametrize("intrusion", INTRUSIONS.values(), ids=INTRUSIONS)
def test_desk__runs_only_its_own_code(at_desk: Any, intrusion: str) -> None:
    visit = at_desk()
    visit.signs_in()
    visit.page.evaluate(f"() => {{ try {{ {intrusion} }} catch (refused) {{}} }}")
    visit.page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 50))")
    assert not visit.page.evaluate("window.intruded")
    visit.complaints.clear()


def test_every_asset__is_cached_for_good_under_a_content_hash(visit: Any) -> None:
    visitor, answers = visit(), []
    visitor.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright marks it
    visitor.goes_to("/")
    assets = [answer for answer in answers if "/assets/" in answer.url]
    assert assets
    for answer in assets:
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable", answer.url
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("reach", [own_page_after("contact"), mending("contact")], ids=["my-page", "mend-page"])
def test_api_pages__limit_the_browser_to_the_sites_files(
    visit: Any, stack: Any, origins: tuple[str, ...], reach: Callable[[Scene], None]
) -> None:
    visitor, answers = visit(), []
    visitor.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright marks it
    with visitor.forgiving("422"):
        reach(Scene(visitor, stack, "en"))

    pages = [answer for answer in answers if answer.request.resource_type == "document"]
    headers = next(answer for answer in pages if answer.url.startswith(stack.api_url)).all_headers()

    assert_common_headers(headers)
    assert "script-src" not in rules(headers)
    assert set(rules(headers)["form-action"]) == {"'self'", origins[0]}
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("intrusion", INTRUSIONS.values(), ids=INTRUSIONS)
def test_page__runs_only_its_own_code(visit: Any, intrusion: str) -> None:
    visitor = visit()
    visitor.goes_to("/contact")

    with visitor.forgiving("Content Security Policy", "Trusted", "elsewhere"):
        visitor.page.evaluate(f"() => {{ try {{ {intrusion} }} catch (refused) {{}} }}")
        visitor.page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 50))")

    assert not visitor.page.evaluate("window.intruded")


def test_own_page__runs_no_script(visit: Any, stack: Any) -> None:
    registrant, visitor = (
        Registrant(stack, message='<script>window.intruded = true</script>"><img src=x onerror=a()>'),
        visit(),
    )
    token = signed(stack, registrant.id, expires_at=datetime.now(UTC) + timedelta(days=1))
    answer = visitor.page.goto(f"{stack.api_url}/my?t={token}")
    assert answer.status == HTTPStatus.OK
    assert "<script>" in visitor.page.inner_text("main")
    assert not visitor.page.evaluate("window.intruded")


@pytest.mark.parametrize("page", ["site", "api"])
def test_page__cannot_be_framed(visit: Any, stack: Any, page: str) -> None:
    visitor = visit()
    address = f"{stack.site_url}/contact" if page == "site" else f"{stack.api_url}/my?t=v1.broken"
    visitor.page.route(
        "http://elsewhere.localhost:9/",
        lambda route: route.fulfill(content_type="text/html", body=f"<iframe src='{address}'></iframe>"),
    )
    with visitor.forgiving("frame-ancestors", "403"):
        visitor.page.goto("http://elsewhere.localhost:9/")
        [framed] = visitor.page.frames[1:]
        framed.wait_for_load_state()
    assert framed.url == "chrome-error://chromewebdata/"
