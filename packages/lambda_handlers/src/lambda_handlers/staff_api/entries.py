"""Entries: one submission and everything about it, as the staff API answers after a look or a change."""

from __future__ import annotations

from lambda_handlers.http_response import json_response
from registration_core.adapters.mail_values import shown_answers
from registration_core.domain.identifiers import display_reference
from registration_core.domain.records import detailed_record, record
from registration_core.domain.staff_actions import undo_of
from registration_core.domain.whole_records import whole_details, whole_record
from registration_core.services.status import StatusService

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from lambda_handlers.staff_api.call import Call
    from registration_core.domain.submission import Submission, SubmissionDetails


def entry_response(call: Call, details: SubmissionDetails) -> dict[str, Any]:
    """Answer with an entry. Its version is the ETag, which a change must send back in If-Match."""
    return json_response(200, entry(call, details), _tag(details))


def change_response(call: Call, submission_id: str, promoted: Sequence[Submission] = ()) -> dict[str, Any]:
    """Answer a change with the entry as it is now. promoted: who got a seat by the change."""
    details, query = call.services.query().show(submission_id), call.services.query()
    content = {
        **entry(call, details),
        "promoted": [listed(call, one, rank=query.rank(one)) for one in promoted],
    }
    return json_response(200, content, _tag(details))


def entry(call: Call, details: SubmissionDetails) -> dict[str, object]:
    """Return a submission with its history and mails, its answers in words, and what may be done now."""
    submission = details.submission
    form = call.services.form_of(submission) or call.services.forms.get(submission.form)
    status = StatusService(manage=call.services.manage(), restore=call.services.restore())
    actions = status.possible(submission)
    shown = shown_answers(form, submission, call.language_of(form)) if form is not None else []
    return {
        **(whole_details if call.whole else detailed_record)(
            details,
            name=_name(call, submission),
            rank=call.services.query().rank(submission),
        ),
        "together": _others(call, submission),
        "actions": [str(action) for action in actions],
        "undo": undo_of(details.events, actions),
        "shown": [{"name": one["name"], "label": one["label"], "text": one["value"]} for one in shown],
    }


def _others(call: Call, submission: Submission) -> list[dict[str, str]]:
    """Return those who were sent together with a submission."""
    if not submission.members:
        return []
    others = call.services.query().several(each for each in submission.members if each != submission.id)
    return [
        {
            "id": other.id,
            "reference": display_reference(other.reference),
            "name": _name(call, other),
            "status": str(other.status),
        }
        for other in others.values()
    ]


def listed(call: Call, submission: Submission, *, rank: int | None) -> dict[str, object]:
    """Return a submission as lists show it."""
    return (whole_record if call.whole else record)(submission, name=_name(call, submission), rank=rank)


def _tag(details: SubmissionDetails) -> dict[str, str]:
    return {"ETag": f'"{details.submission.version}"'}


def _name(call: Call, submission: Submission) -> str:
    """Return the person that a submission is about; empty if the form asks for no name."""
    form = call.services.forms.get(submission.form)
    return form.name_in(submission.answers) if form is not None else ""
