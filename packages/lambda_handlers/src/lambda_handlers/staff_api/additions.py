"""What staff add to a submission whatever its version: notes, check-ins, and mails sent again."""

from __future__ import annotations

import contextlib
from datetime import datetime

from lambda_handlers.staff_api.attendance import read_day
from lambda_handlers.staff_api.bodies import InvalidBodyError, idempotency_key, read_body, version_if_sent
from lambda_handlers.staff_api.call import WHOLE, Route
from lambda_handlers.staff_api.concurrent_changes import submission_changed
from lambda_handlers.staff_api.entries import change_response
from registration_core.domain.errors import NoteNotFoundError, SubmissionChangedError
from registration_core.domain.mail import MailKind
from registration_core.domain.mail_errors import MailAskedError
from registration_core.services.changes import ensure_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lambda_handlers.staff_api.call import Call


def add_note(call: Call) -> dict[str, Any]:
    """Add a note. The Idempotency-Key becomes its ID."""
    key, text = idempotency_key(call.request), read_body(call.request, {"text": str})["text"]
    submission_id = _id(call)
    call.services.notes().add(submission_id, text, by=call.by, note_id=key)
    return change_response(call, submission_id)


def remove_note(call: Call) -> dict[str, Any]:
    """Remove a note. One that isn't there was removed before."""
    read_body(call.request)
    submission_id = _id(call)
    with contextlib.suppress(NoteNotFoundError):
        call.services.notes().remove(submission_id, call.names["note"], by=call.by)
    return change_response(call, submission_id)


def check_in(call: Call) -> dict[str, Any]:
    """Check a person in."""
    day, at = read_day(call.names["day"]), read_body(call.request, optional={"at": str}).get("at")
    submission_id = _id(call)
    call.services.attendance().check_in(submission_id, day, by=call.by, at=None if at is None else _moment(at))
    return change_response(call, submission_id)


def undo_check_in(call: Call) -> dict[str, Any]:
    """Undo a check-in."""
    read_body(call.request)
    day, submission_id = read_day(call.names["day"]), _id(call)
    call.services.attendance().undo(submission_id, day, by=call.by)
    return change_response(call, submission_id)


def resend_mail(call: Call) -> dict[str, Any]:
    """Queue a mail about a submission again. dry_run: only check whether it may be sent."""
    key, expected = idempotency_key(call.request), version_if_sent(call.request)
    sent = read_body(call.request, optional={"kind": str, "again": bool, "dry_run": bool})
    if "kind" in sent and sent["kind"] not in set(MailKind):
        raise InvalidBodyError(f'"kind" must be one of {", ".join(MailKind)}.')
    kind = MailKind(sent["kind"]) if "kind" in sent else None
    service, details = call.services.resend(), call.services.query().show(call.names["id"])
    try:
        plan = service.plan(details, kind, again=sent.get("again", False), key=key)
        if not plan.begun:
            ensure_version(details.submission, expected)
        if sent.get("dry_run", False):
            return change_response(call, details.submission.id)
        service.resend(plan, by=call.by)
    except (MailAskedError, SubmissionChangedError) as error:
        details = call.services.query().show(details.submission.id)
        same_request_was_faster = any(mail.asked_key == key for mail in details.mails)
        if isinstance(error, MailAskedError) and not same_request_was_faster:
            raise
        if not same_request_was_faster:
            raise submission_changed(details) from error
    return change_response(call, details.submission.id)


def _id(call: Call) -> str:
    """Return the submission's ID, which the path may name by its reference."""
    return call.services.query().show(call.names["id"]).submission.id


def _moment(text: str) -> datetime:
    """Return a time with its offset. Raises InvalidBodyError."""
    with contextlib.suppress(ValueError):
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at
    raise InvalidBodyError('"at" must be a time with its offset, such as 2026-03-01T09:30:00Z.')


ROUTES = (
    Route("POST", "submissions/{id}/notes", add_note, (WHOLE,)),
    Route("DELETE", "submissions/{id}/notes/{note}", remove_note, (WHOLE,)),
    Route("PUT", "submissions/{id}/check-ins/{day}", check_in, (WHOLE,)),
    Route("DELETE", "submissions/{id}/check-ins/{day}", undo_check_in, (WHOLE,)),
    Route("POST", "submissions/{id}/mails", resend_mail, (WHOLE,)),
)
