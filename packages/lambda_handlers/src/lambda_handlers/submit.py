"""The entry point of submit: API Gateway's proxy event in, its answer out."""

from __future__ import annotations

import functools
import os

from lambda_handlers.http_answer import with_cors
from lambda_handlers.http_request import read_request
from lambda_handlers.log import Log
from lambda_handlers.starting import prepare
from lambda_handlers.submission import NOT_NOW, SubmitFunction, refusal
from registration_core import bootstrap
from registration_core.settings import SubmitSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes it
    """Take one form post."""
    try:
        return _function()(event)
    except Exception as error:  # noqa: BLE001 - the outermost edge: a raised error would reach the visitor without CORS
        request = read_request(event)
        Log("submit").fault("failed", error, request_id=request.id)
        site_url = os.environ.get("SITE_URL", "").rstrip("/")
        answer = refusal(request, 500, "internal_error", NOT_NOW, site_url=site_url, retry_after_s=5)
        return with_cors(answer, request.headers.get("origin"), os.environ.get("ALLOWED_ORIGINS", "").split(","))


@functools.cache
def _function() -> SubmitFunction:
    settings = SubmitSettings.from_mapping(os.environ)
    return SubmitFunction(
        bootstrap.form_catalogue(settings),
        bootstrap.submit_service(settings, connect=True),
        allowed_origins=settings.allowed_origins,
        site_url=settings.site_url,
        log=Log("submit", settings.log_level),
    )


prepare(_function)
