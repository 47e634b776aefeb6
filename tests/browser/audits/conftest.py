"""Fixtures that attach a watcher to every visitor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from browser.audits.states import Scene
from browser.audits.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def origins(stack: Any) -> tuple[str, ...]:
    """The origins that a page may talk to: the site's and the API's."""
    return tuple("{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in (stack.site_url, stack.api_url))


@pytest.fixture
def watched(visit: Any, stack: Any, origins: tuple[str, ...]) -> Callable[..., tuple[Scene, Watcher]]:
    """Return a visitor's scene and its watcher: `watched("en", color_scheme="dark")`."""

    def opened(language: str, **options: Any) -> tuple[Scene, Watcher]:
        visitor = visit(locale=language, **options)
        return Scene(visitor, stack, language), Watcher(visitor, origins=origins)

    return opened
