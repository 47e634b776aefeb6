"""Submissions: one with its history, mails and answers in words."""

from __future__ import annotations

from lambda_handlers.staff_api.call import Route
from lambda_handlers.staff_api.entries import entry_response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lambda_handlers.staff_api.call import Call


def show_submission(call: Call) -> dict[str, Any]:
    """Answer with one submission and everything about it."""
    return entry_response(call, call.services.query().show(call.names["id"]))


ROUTES = (Route("GET", "submissions/{id}", show_submission),)
