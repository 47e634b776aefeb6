"""Files: a link with which staff download one that a registrant sent."""

from __future__ import annotations

from lambda_handlers.http_response import json_response
from lambda_handlers.staff_api.call import Route
from registration_core.domain.records import iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lambda_handlers.staff_api.call import Call

UNCHECKED = "unchecked"


def link_to_file(call: Call) -> dict[str, Any]:
    """Answer with a link that works for five minutes."""
    submission = call.services.query().show(call.names["id"]).submission
    link = call.services.files().of(submission, call.names["file"], unchecked=call.parameter(UNCHECKED) is not None)
    content = {"url": link.url, "filename": link.filename, "expires_at": iso(link.expires_at)}
    return json_response(200, content)


ROUTES = (Route("GET", "submissions/{id}/files/{file}", link_to_file, (UNCHECKED,)),)
