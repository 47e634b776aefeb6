"""The staff function: reads who calls, finds the route, and responds with JSON that the desk may read."""

from __future__ import annotations

from lambda_handlers.http_request import read_request
from lambda_handlers.http_response import with_cors
from lambda_handlers.staff_api.access import NotSignedInError, NotStaffError, staff_member
from lambda_handlers.staff_api.call import Call
from lambda_handlers.staff_api.problems import FAULTS, problem_of
from lambda_handlers.staff_api.routes import find_route
from registration_core.domain.errors import RollcallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from lambda_handlers.http_request import Request
    from lambda_handlers.log import Log
    from lambda_handlers.staff_api.services import StaffServices
    from registration_core.settings import StaffSettings


class StaffFunction:
    """Responds to proxy events for /staff/…, and logs each without a name, an address or an answer.

    begin: called at the start of each event; returns the services that answer it.
    """

    def __init__(self, settings: StaffSettings, *, begin: Callable[[], StaffServices], log: Log) -> None:
        self._settings = settings
        self._begin = begin
        self._log = log

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Respond to one event."""
        request = read_request(event)
        try:
            response = self._answer(event, request)
        except Exception as error:  # noqa: BLE001 - the outermost edge: a raised error would reach the desk without CORS headers
            response = self._refuse(request, error)
        return with_cors(response, request.headers.get("origin"), self._settings.allowed_origins)

    def _answer(self, event: Mapping[str, Any], request: Request) -> dict[str, Any]:
        member = staff_member(event, auth=self._settings.staff_auth, clients=self._settings.staff_clients)
        member.ensure_may(request.method)
        route, names = find_route(request.method, request.path)
        route.ensure_known(request.query)
        services = self._begin()
        call = Call(request, member, services, names, self._settings.stack, services.clock.now())
        response = route.answer(call)
        facts: dict[str, Any] = {"submission_id": names["id"]} if "_" in names.get("id", "") else {}
        self._log.info("answered", request_id=request.id, method=request.method, route=route.path, **facts)
        return response

    def _refuse(self, request: Request, error: Exception) -> dict[str, Any]:
        response = problem_of(error)
        facts: dict[str, Any] = {"request_id": request.id, "status": response["statusCode"]}
        if isinstance(error, FAULTS) or not isinstance(error, RollcallError):
            self._log.fault("failed", error, **facts)
        elif isinstance(error, (NotSignedInError, NotStaffError)):
            self._log.warning("not admitted", code=error.code, **facts)
        else:
            self._log.info("refused", code=error.code, **facts)
        return response
