"""Entries: one submission and everything about it, as the staff API answers after a look or a change."""

from __future__ import annotations

from lambda_handlers.http_response import json_response
from registration_core.adapters.mail_values import shown_answers
from registration_core.domain.records import detailed_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lambda_handlers.staff_api.call import Call
    from registration_core.domain.submission import SubmissionDetails


def entry_response(call: Call, details: SubmissionDetails) -> dict[str, Any]:
    """Answer with an entry. Its version is the ETag, which a change must send back in If-Match."""
    return json_response(200, entry(call, details), {"ETag": f'"{details.submission.version}"'})


def entry(call: Call, details: SubmissionDetails) -> dict[str, object]:
    """Return a submission with its history and mails, and its answers in words."""
    submission = details.submission
    current = call.services.forms.get(submission.form)
    form = call.services.form_of(submission) or current
    shown = shown_answers(form, submission, call.language_of(form)) if form is not None else []
    return {
        **detailed_record(
            details,
            name=current.name_in(submission.answers) if current is not None else "",
            rank=call.services.query().rank(submission),
        ),
        "shown": [{"name": one["name"], "label": one["label"], "text": one["value"]} for one in shown],
    }
