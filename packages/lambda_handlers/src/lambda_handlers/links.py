"""The entry point of links: the page that opens from the link in a registrant's mails."""

from __future__ import annotations

import functools
import os

from lambda_handlers.calendar_feed import PATH, CalendarFeed
from lambda_handlers.cold_start import prepare
from lambda_handlers.http_request import read_request
from lambda_handlers.log import Log
from lambda_handlers.my_files import MyFiles
from lambda_handlers.my_function import MyFunction
from lambda_handlers.my_pages import MyPages
from lambda_handlers.site_words import SiteWords
from registration_core.bootstrap import upload_grants
from registration_core.bootstrap.links import links_parts
from registration_core.settings import LinksSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.bootstrap.links import LinksParts


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes it
    """Show a submission, or do what its registrant asks; or return the staff's calendar."""
    if str(event.get("path")).endswith(PATH):
        return _calendar(event)
    function = _function()
    try:
        return function(event)
    except Exception as error:  # noqa: BLE001 - the outermost edge: a person looks at the answer
        return function.failed(read_request(event), error)


def _calendar(event: Mapping[str, Any]) -> dict[str, Any]:
    settings, parts = _parts()
    words = SiteWords(settings.site_dir, site_url=settings.site_url)
    feed = CalendarFeed(parts.feed, words, clock=parts.clock, log=Log("links", settings.log_level))
    try:
        return feed(event)
    except Exception as error:  # noqa: BLE001 - the outermost edge
        return feed.failed(event, error)


@functools.cache
def _parts() -> tuple[LinksSettings, LinksParts]:
    settings = LinksSettings.from_mapping(os.environ)
    return settings, links_parts(settings)


@functools.cache
def _function() -> MyFunction:
    settings, parts = _parts()
    return MyFunction(
        parts.service,
        parts.changes,
        parts.unsubscribe,
        MyPages(
            SiteWords(settings.site_dir, site_url=settings.site_url),
            MyFiles(upload_grants(settings), api_url=settings.api_url, clock=parts.clock, randomness=os.urandom),
        ),
        parts.keys,
        clock=parts.clock,
        site_url=settings.site_url,
        log=Log("links", settings.log_level),
    )


prepare(_function)
