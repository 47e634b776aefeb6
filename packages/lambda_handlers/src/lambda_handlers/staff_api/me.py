"""Who is signed in: GET /staff/me."""

from __future__ import annotations

from lambda_handlers.http_response import json_response
from lambda_handlers.staff_api.call import Route
from registration_core.domain.records import iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lambda_handlers.staff_api.call import Call


def show_me(call: Call) -> dict[str, Any]:
    """Answer who calls, and with the server's time, so that a page notices a wrong clock."""
    content = {"name": call.member.name, "role": call.member.role, "stack": call.stack, "now": iso(call.now)}
    return json_response(200, content)


ROUTES = (Route("GET", "me", show_me),)
