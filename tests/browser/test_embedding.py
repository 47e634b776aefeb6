"""A form on another site, whose page is on another port of this machine."""

from __future__ import annotations

import threading
import urllib.request
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from browser.conftest import A_MINUTE_LATER
from playwright.sync_api import expect

from registration_core.domain.embedding import embed_path
from rollcall_build.forms.files import compile_forms
from rollcall_build.site.build import render
from rollcall_build.site.embeds import snippet
from rollcall_build.site.files import is_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import FrameLocator, Page

    from registration_core.domain.forms import Form

FORM = "camp"
BLOCKED_STORAGE = """for (const name of ["sessionStorage", "localStorage"]) Object.defineProperty(window, name, {
  configurable: true, get() { throw new DOMException("blocked", "SecurityError"); } });"""


@contextmanager
def outside_page(stack: Any, body: str) -> Iterator[str]:
    """Serve a page of another site, under a policy that allows only our script and our frame. Yield its address."""
    policy = f"default-src 'none'; script-src {stack.site_url}; frame-src {stack.site_url} {origin_of(stack.api_url)}"
    page = f'<!doctype html><html lang="en"><title>A school</title><h1>Camps</h1><p>{"A long text. " * 200}</p>{body}'

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page.encode() if "favicon" not in self.path else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/camps"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def form(workspace: Any) -> Form:
    """The form that allows it."""
    return compile_forms(workspace.sources.forms)[FORM]


@pytest.fixture
def outside(stack: Any, form: Form) -> Iterator[str]:
    """A page of another site, with the lines that `rollcall forms embed` prints."""
    lines = snippet(form, site_url=stack.site_url, path=embed_path(form.name, ""), language="en")
    with outside_page(stack, lines) as address:
        yield address


def origin_of(url: str) -> str:
    return "/".join(url.split("/")[:3])


def fill_in(page: Page, address: str) -> None:
    """Answer the form in the page's frame, within a minute: programs are quicker than people."""
    frame = page.frame_locator("iframe")
    for name, text in {"guardian": "Per Ek", "participant": "Åsa Ek", "email": address}.items():
        frame.locator(f"[name={name}]").fill(text)
    frame.locator("[name=week][value=first-week]").check()
    page.frames[1].evaluate(A_MINUTE_LATER)


def send(frame: FrameLocator) -> None:
    frame.locator("main form [type=submit]").first.click()


def an_address() -> str:
    return f"{uuid.uuid4()}@example.org"


def test_framed_form__is_sent_in_its_frame(visit: Callable[..., Any], outside: str, stack: Any, form: Form) -> None:
    """It is as high as its content, and takes from the outside page's address what its fields ask for, no more."""
    visitor, address = visit(viewport={"width": 800, "height": 700}), an_address()
    page = visitor.page
    page.goto(f"{outside}?utm_source=newsletter&wish=A+tent&session=secret")
    frame = page.frame_locator("iframe")

    expect(frame.locator("[name=found_by]")).to_have_value("newsletter")
    expect(frame.locator("[name=wishes]")).to_have_value("A tent")
    inside = page.frames[1]
    page.wait_for_function(
        "height => document.querySelector('iframe').offsetHeight === height",
        arg=inside.evaluate("document.body.scrollHeight"),
    )
    assert not inside.evaluate("document.documentElement.outerHTML.includes('secret')")

    send(frame)
    expect(frame.locator(".error-summary")).to_be_in_viewport()
    fill_in(visitor.page, address)
    send(frame)
    expect(frame.locator(".outcome h1")).to_be_in_viewport()
    assert len(frame.locator(".reference strong").inner_text()) == len("K7QM-3XTP")
    assert page.url.startswith(outside)
    for link in frame.locator("a:visible").all():
        assert link.get_attribute("target") == "_blank" or link.get_attribute("href").startswith(("mailto:", "/embed/"))

    frame.locator("[data-another]:visible").click()
    expect(frame.locator("[name=email]")).to_have_value(address)

    (mail,) = stack.wait_for_mails(to=address)
    assert "newsletter" not in mail.text + mail.html
    (to_staff,) = [one for one in stack.mails(to=form.staff[0]) if address in one.text]
    assert "newsletter" in to_staff.text
    assert "A tent" in to_staff.text


def test_frame_without_javascript__shows_errors_thanks_and_the_form_again(
    visit: Callable[..., Any], outside: str, stack: Any
) -> None:
    """The API's pages are in the frame too. Without a script it has a fixed height, and scrolls."""
    visitor, address = visit(java_script_enabled=False, locale="sv"), an_address()
    visitor.page.goto(outside)
    frame = visitor.page.frame_locator("iframe")
    assert frame.locator("header, aside").count() == 0

    fill_in(visitor.page, "nobody@nowhere")
    with visitor.forgiving("422"):
        send(frame)
        expect(frame.locator("#f-email-error")).not_to_be_empty()
    frame.locator("[name=email]").fill(address)
    send(frame)
    expect(frame.locator(".reference strong")).to_be_visible()
    assert visitor.page.frames[1].url.startswith(stack.api_url)
    assert frame.locator("header, aside").count() == 0
    stack.wait_for_mails(to=address)

    frame.locator("[name=_another]").click()
    expect(frame.locator("[name=email]")).to_have_value(address)
    expect(frame.locator("footer a")).to_have_attribute("target", "_blank")


def test_blocked_storage__costs_only_the_draft(visit: Callable[..., Any], outside: str) -> None:
    """Some browsers refuse it to a frame. The thank-you page still shows what was sent, and no address keeps it."""
    visitor, address = visit(), an_address()
    visitor.page.context.add_init_script(BLOCKED_STORAGE)
    visitor.page.goto(outside)
    frame = visitor.page.frame_locator("iframe")

    fill_in(visitor.page, address)
    send(frame)
    expect(frame.locator(".reference strong")).to_be_visible()
    expect(frame.locator("dl:visible")).to_contain_text(address)
    assert visitor.page.frames[1].evaluate("location.href").endswith("/embed/camp/thank-you")


def test_only_embedded_pages__may_be_framed(stack: Any, form: Form) -> None:
    """By the form's own origins, and by nobody else. Each form's pages have headers of their own."""
    sources, frameable = stack.workspace.sources, {}
    keys = {file.key for file in render(sources, compile_forms(sources.forms), api_url="http://a", site_url="http://s")}
    for key in sorted(key for key in keys if is_page(key)):
        headers = urllib.request.urlopen(f"{stack.site_url}/{key}").headers  # noqa: S310 - the emulator's
        policy = headers["Content-Security-Policy"].partition("frame-ancestors ")[2].partition(";")[0]
        assert (policy == "'none'") == (headers["X-Frame-Options"] == "DENY")
        if policy != "'none'":
            frameable[key] = policy
    expected = {key for key in keys if key.startswith("embed/")}
    assert expected == {
        f"embed/camp{language}{page}{slash}"
        for language in ("", "/sv")
        for page in ("", "/thank-you")
        for slash in ("", "/")
    }
    assert frameable == dict.fromkeys(expected, " ".join(form.embed_on))
