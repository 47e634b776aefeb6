"""The entry point of links: the page that opens from the link in a registrant's mails."""

from __future__ import annotations

import functools
import os

from lambda_handlers.cold_start import prepare
from lambda_handlers.http_request import read_request
from lambda_handlers.log import Log
from lambda_handlers.my_function import MyFunction
from lambda_handlers.my_pages import MyPages
from lambda_handlers.site_words import SiteWords
from registration_core import bootstrap
from registration_core.settings import LinksSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes it
    """Show a submission, or do what its registrant asks."""
    function = _function()
    try:
        return function(event)
    except Exception as error:  # noqa: BLE001 - the outermost edge: a person looks at the answer
        return function.failed(read_request(event), error)


@functools.cache
def _function() -> MyFunction:
    settings = LinksSettings.from_mapping(os.environ)
    parts = bootstrap.links_parts(settings)
    return MyFunction(
        parts.service,
        parts.changes,
        parts.unsubscribe,
        MyPages(SiteWords(settings.site_dir, site_url=settings.site_url)),
        parts.keys,
        clock=parts.clock,
        site_url=settings.site_url,
        log=Log("links", settings.log_level),
    )


prepare(_function)
