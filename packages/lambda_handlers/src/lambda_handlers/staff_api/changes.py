"""Changes of a submission that staff have seen: its answers, its status and its labels."""

from __future__ import annotations

from lambda_handlers.staff_api.bodies import InvalidBodyError, expected_version, read_body, version_if_sent
from lambda_handlers.staff_api.call import WHOLE, Route
from lambda_handlers.staff_api.concurrent_changes import submission_changed
from lambda_handlers.staff_api.entries import change_response
from registration_core.domain.concurrent_changes import edited_fields, was_done
from registration_core.domain.errors import RollcallError, SubmissionChangedError
from registration_core.domain.labels import read_label
from registration_core.domain.staff_actions import StaffAction
from registration_core.services.changes import ensure_version
from registration_core.services.status import StatusService

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from lambda_handlers.staff_api.call import Call
    from registration_core.domain.submission import Submission, SubmissionDetails
    from registration_core.domain.values import Answer


def edit_answers(call: Call) -> dict[str, Any]:
    """Change answers. dry_run: only check whether they may be changed so."""
    expected = expected_version(call.request)
    sent = read_body(call.request, {"answers": dict}, {"waitlist": bool, "dry_run": bool})
    changes = {name: _answer(name, value) for name, value in sent["answers"].items()}
    before, edits = call.services.query().show(call.names["id"]).submission, call.services.edit()
    if sent.get("dry_run", False):
        _ensure_unchanged(call, before, expected)
        edits.plan(before, changes)
        return change_response(call, before.id)
    promoted: list[Submission] = []
    try:
        ensure_version(before, expected)
        plan = edits.plan(before, changes)
        edits.carry_out(plan, by=call.by, may_wait=sent.get("waitlist", False), promoted=promoted.append)
    except SubmissionChangedError as error:
        details = call.services.query().show(before.id)
        if not _was_edited(call, details, changes, version=expected):
            raise submission_changed(details) from error
        promoted += _filled(call, details, version=expected)
    return change_response(call, before.id, promoted)


def act(call: Call) -> dict[str, Any]:
    """Do one of the actions that the entry names. dry_run: only check whether it may be done."""
    expected = expected_version(call.request)
    sent = read_body(call.request, {"action": str}, {"dry_run": bool})
    name = sent["action"]
    if name not in set(StaffAction):
        raise InvalidBodyError(f'"action" must be one of {", ".join(StaffAction)}.')
    action, before = StaffAction(name), call.services.query().show(call.names["id"]).submission
    status = StatusService(manage=call.services.manage(), restore=call.services.restore())
    if sent.get("dry_run", False):
        _ensure_unchanged(call, before, expected)
        status.ensure_possible(before, action)
        return change_response(call, before.id)
    promoted: list[Submission] = []
    try:
        status.act(before, action, by=call.by, expected=expected, promoted=promoted.append)
    except SubmissionChangedError as error:
        details = call.services.query().show(before.id)
        if not was_done(details, action.what, by=call.by, version=expected):
            raise submission_changed(details) from error
        status.finish(details.submission, by=call.by, promoted=promoted.append)
    return change_response(call, before.id, promoted)


def put_label(call: Call) -> dict[str, Any]:
    """Put a label on."""
    return _label(call, on=True)


def remove_label(call: Call) -> dict[str, Any]:
    """Take a label off."""
    return _label(call, on=False)


def _label(call: Call, *, on: bool) -> dict[str, Any]:
    read_body(call.request)
    expected, label = version_if_sent(call.request), read_label(call.names["label"])
    before = call.services.query().show(call.names["id"]).submission
    try:
        call.services.manage().label(before.id, label, on=on, by=call.by, expected=expected)
    except SubmissionChangedError as error:
        details = call.services.query().show(before.id)
        if (label in details.submission.labels) is not on:
            raise submission_changed(details) from error
    return change_response(call, before.id)


def _ensure_unchanged(call: Call, before: Submission, expected: int) -> None:
    """Raise ConcurrentChangeError if a submission has another version than the caller saw."""
    try:
        ensure_version(before, expected)
    except SubmissionChangedError as error:
        raise submission_changed(call.services.query().show(before.id)) from error


def _answer(name: str, value: object) -> Answer:
    """Return an answer as `validate_cells` reads it. Raises InvalidBodyError."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return value
    if isinstance(value, str | int | float | bool):
        return value
    raise InvalidBodyError(f'The answer "{name[:40]}" must be a text, a number, true, false, a list of texts or null.')


def _was_edited(call: Call, details: SubmissionDetails, changes: Mapping[str, Answer], *, version: int) -> bool:
    """Whether this person edited that version before, and the answers are as asked."""
    edits = [event.what for event in details.events if edited_fields(event)]
    if not any(was_done(details, what, by=call.by, version=version) for what in edits):
        return False
    try:
        return not call.services.edit().plan(details.submission, changes).fields
    except RollcallError:
        return False


def _filled(call: Call, details: SubmissionDetails, *, version: int) -> list[Submission]:
    """Give away what an interrupted edit left, and return who got a seat by it."""
    moves = [event.moved for event in details.events if event.version == version + 1 and event.moved is not None]
    manage, form = call.services.manage(), details.submission.form
    return [one for option, _ in moves if option for one in manage.fill(form, option)]


ROUTES = (
    Route("PATCH", "submissions/{id}/answers", edit_answers, (WHOLE,)),
    Route("POST", "submissions/{id}/actions", act, (WHOLE,)),
    Route("PUT", "submissions/{id}/labels/{label}", put_label, (WHOLE,)),
    Route("DELETE", "submissions/{id}/labels/{label}", remove_label, (WHOLE,)),
)
