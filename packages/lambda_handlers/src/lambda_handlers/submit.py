"""The entry point of submit: responds to API Gateway's proxy events."""

from __future__ import annotations

import functools
import os

from lambda_handlers.cold_start import prepare
from lambda_handlers.http_request import read_request
from lambda_handlers.http_response import with_cors
from lambda_handlers.log import Log
from lambda_handlers.site_words import SiteWords
from lambda_handlers.submit_function import SubmitFunction
from registration_core import bootstrap
from registration_core.domain.languages import best_language
from registration_core.domain.messages import LANGUAGES
from registration_core.settings import SubmitSettings, site_dir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes it
    """Accept a form post, or describe a form."""
    try:
        return _function()(event)
    except Exception as error:  # noqa: BLE001 - the outermost edge: a raised error would reach the visitor without CORS headers
        from lambda_handlers.refusals import internal, refusal  # noqa: PLC0415 - rarely needed

        request = read_request(event)
        Log("submit").fault("failed", error, request_id=request.id)
        words = SiteWords(site_dir(os.environ), site_url=os.environ.get("SITE_URL", "").rstrip("/"))
        language = best_language(request.requested_language, LANGUAGES)
        answer = refusal(request, internal(language), words=words, language=language)
        return with_cors(answer, request.headers.get("origin"), os.environ.get("ALLOWED_ORIGINS", "").split(","))


@functools.cache
def _function() -> SubmitFunction:
    settings = SubmitSettings.from_mapping(os.environ)
    parts = bootstrap.submit_parts(settings, connect=True)
    return SubmitFunction(
        bootstrap.form_catalogue(settings),
        parts.door,
        parts.submit,
        parts.describe,
        allowed_origins=settings.allowed_origins,
        words=SiteWords(settings.site_dir, site_url=settings.site_url),
        log=Log("submit", settings.log_level, metrics_namespace=settings.metrics_namespace),
        edge_key=settings.edge_key,
        uploads=functools.partial(bootstrap.upload_grants, settings),
        begin=functools.partial(parts.connection.deadline.begin, bootstrap.ANSWER_WITHIN_S),
    )


prepare(_function)
