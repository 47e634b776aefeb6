"""The entry point of staff: the staff API, for the desk and for programs of the organisation."""

from __future__ import annotations

import functools
import os

from lambda_handlers.cold_start import prepare
from lambda_handlers.http_request import read_request
from lambda_handlers.http_response import with_cors
from lambda_handlers.log import Log
from lambda_handlers.staff_api.problems import problem_of
from lambda_handlers.staff_api.services import TableServices
from lambda_handlers.staff_function import StaffFunction
from registration_core.adapters.clock import SystemClock
from registration_core.bootstrap import files, staff
from registration_core.settings import StaffSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

ANSWER_WITHIN_S = 25.0
"""Below the 29 seconds that API Gateway waits, so that everyone gets a response."""


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes it
    """Answer one call of the staff API."""
    try:
        function = _function()
    except Exception as error:  # noqa: BLE001 - the outermost edge: a raised error would reach the desk without CORS headers
        request = read_request(event)
        Log("staff").fault("failed", error, request_id=request.id)
        allowed = os.environ.get("ALLOWED_ORIGINS", "").split(",")
        return with_cors(problem_of(error), request.headers.get("origin"), allowed)
    return function(event)


@functools.cache
def _function() -> StaffFunction:
    settings = StaffSettings.from_mapping(os.environ)
    table, deadline = staff.staff_functions_table(settings)
    clock = SystemClock()
    exported_files = functools.cache(lambda: files.exported_files(settings))
    file_links = functools.cache(lambda: files.functions_file_links(settings))

    def begin() -> TableServices:
        deadline.begin(ANSWER_WITHIN_S)
        return TableServices(
            table, clock, mail_queue_url=settings.mail_queue_url, exported_files=exported_files, files=file_links
        )

    return StaffFunction(settings, begin=begin, log=Log("staff", settings.log_level))


prepare(_function)
