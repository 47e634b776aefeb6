"""Pages built in a test and opened in a browser, with an API that answers every post with one receipt."""

from __future__ import annotations

import json
import mimetypes
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Browser, Page

SITE, API = "http://localhost:1", "http://localhost:2"


@contextmanager
def pages_of(
    browser: Browser, files: Mapping[str, bytes], *, receipt: Mapping[str, Any], post: Callable[[str], object]
) -> Iterator[Callable[..., Page]]:
    """Yield how to open a page by its path, with a browser context's options.

    files: the site, by path. post: is called with the body of each post.
    """
    contexts = []

    def answer(route: Any) -> None:
        address = route.request.url
        if route.request.method == "POST":
            post(route.request.post_data)
            route.fulfill(status=201, body=json.dumps(receipt), headers={"Access-Control-Allow-Origin": "*"})
        elif address.startswith(API):
            route.fulfill(body='{"fields": []}', headers={"Access-Control-Allow-Origin": "*"})
        else:
            key = address.removeprefix(f"{SITE}/").partition("?")[0]
            kind = mimetypes.guess_type(key)[0] or "text/html; charset=utf-8"
            route.fulfill(body=files[key], content_type=kind)

    def open_page(path: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.route("**/*", answer)
        page: Page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto(f"{SITE}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
