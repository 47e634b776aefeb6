"""Problems of the staff API: the HTTP status, code, sentence and headers for each error."""

from __future__ import annotations

from lambda_handlers.http_request import RequestError
from lambda_handlers.http_response import problem
from lambda_handlers.staff_api.access import NotSignedInError, NotStaffError, ReadersOnlyReadError
from lambda_handlers.staff_api.bodies import (
    IfMatchNeededError,
    InvalidBodyError,
    InvalidIfMatchError,
    KeyNeededError,
)
from lambda_handlers.staff_api.call import InvalidParameterError
from lambda_handlers.staff_api.concurrent_changes import ConcurrentChangeError
from lambda_handlers.staff_api.exports import TooManyRowsError
from lambda_handlers.staff_api.routes import MethodNotAllowedError, RouteNotFoundError
from registration_core.adapters.sheets.errors import SheetLimitError
from registration_core.domain.errors import (
    AlreadyRegisteredError,
    DamagedSubmissionError,
    InvalidAnswersError,
    InvalidCapacityError,
    InvalidCheckInError,
    InvalidCursorError,
    InvalidFilterError,
    InvalidKeyError,
    InvalidLabelError,
    InvalidNoteError,
    InvalidReferenceError,
    KeyReusedError,
    MailQueueError,
    NoSeatError,
    OptionBegunError,
    QuotaNotFoundError,
    RollcallError,
    StatusTransitionError,
    StorageUnavailableError,
    SubmissionNotFoundError,
    UnknownFormError,
    UnknownNameError,
)
from registration_core.domain.file_errors import FileNotReadyError, NoFilesError, UnknownFileError
from registration_core.domain.mail_errors import (
    MailAskedError,
    MailedLatelyError,
    MailNotFittingError,
    NoStaffError,
    SuppressedError,
)
from registration_core.domain.sentences import sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NOT_FOUND, NOT_ALLOWED, UNAVAILABLE = "not_found", "not_allowed", StorageUnavailableError.code
RETRY_AFTER_S = 2

STATUS_AND_CODE: Mapping[type[RollcallError], tuple[int, str]] = {
    InvalidBodyError: (400, InvalidBodyError.code),
    InvalidIfMatchError: (400, InvalidIfMatchError.code),
    InvalidParameterError: (400, InvalidParameterError.code),
    KeyNeededError: (400, KeyNeededError.code),
    InvalidCursorError: (400, InvalidCursorError.code),
    InvalidFilterError: (400, InvalidFilterError.code),
    InvalidKeyError: (400, InvalidKeyError.code),
    InvalidReferenceError: (400, InvalidReferenceError.code),
    NotSignedInError: (401, NotSignedInError.code),
    NotStaffError: (403, NotStaffError.code),
    ReadersOnlyReadError: (403, ReadersOnlyReadError.code),
    RouteNotFoundError: (404, NOT_FOUND),
    SubmissionNotFoundError: (404, NOT_FOUND),
    UnknownFormError: (404, NOT_FOUND),
    UnknownNameError: (404, NOT_FOUND),
    UnknownFileError: (404, NOT_FOUND),
    NoFilesError: (404, NOT_FOUND),
    QuotaNotFoundError: (404, NOT_FOUND),
    MethodNotAllowedError: (405, MethodNotAllowedError.code),
    StatusTransitionError: (409, NOT_ALLOWED),
    AlreadyRegisteredError: (409, AlreadyRegisteredError.code),
    NoSeatError: (409, NoSeatError.code),
    OptionBegunError: (409, OptionBegunError.code),
    MailAskedError: (409, MailAskedError.code),
    MailedLatelyError: (409, MailedLatelyError.code),
    MailNotFittingError: (409, MailNotFittingError.code),
    NoStaffError: (409, NoStaffError.code),
    SuppressedError: (409, SuppressedError.code),
    FileNotReadyError: (409, FileNotReadyError.code),
    ConcurrentChangeError: (412, ConcurrentChangeError.code),
    TooManyRowsError: (413, TooManyRowsError.code),
    InvalidCapacityError: (422, InvalidCapacityError.code),
    InvalidCheckInError: (422, InvalidCheckInError.code),
    InvalidLabelError: (422, InvalidLabelError.code),
    InvalidNoteError: (422, InvalidNoteError.code),
    SheetLimitError: (422, SheetLimitError.code),
    InvalidAnswersError: (422, InvalidAnswersError.code),
    KeyReusedError: (422, KeyReusedError.code),
    IfMatchNeededError: (428, IfMatchNeededError.code),
    DamagedSubmissionError: (500, DamagedSubmissionError.code),
    StorageUnavailableError: (503, UNAVAILABLE),
    MailQueueError: (503, MailQueueError.code),
}
"""The errors that a call may end with. `RequestError` has its own status; any other error is ours: 500."""

FAULTS = (StorageUnavailableError, MailQueueError, DamagedSubmissionError)
"""Errors that an operator should look at."""

BUSY = "We can't reach what the stack stores at the moment. Try again in a moment: nothing is done twice."
INTERNAL = "Something went wrong on our side. Try again in a moment: nothing is done twice."


def problem_of(error: Exception) -> dict[str, Any]:
    """Return the response to an error."""
    if isinstance(error, RequestError):
        return problem(error.status, error.code, sentence(error.code, "en"))
    known = next((known for kind, known in STATUS_AND_CODE.items() if isinstance(error, kind)), None)
    if known is None:
        return problem(500, "internal_error", INTERNAL, headers={"Retry-After": str(RETRY_AFTER_S)})
    status, code = known
    if isinstance(error, DamagedSubmissionError):
        return problem(status, code, f"{error} Ask an operator to run: rollcall doctor --deep")
    if isinstance(error, FAULTS):
        wait_s = error.retry_after_s if isinstance(error, StorageUnavailableError) else RETRY_AFTER_S
        return problem(status, code, BUSY, headers={"Retry-After": str(wait_s)})
    headers = {"Allow": ", ".join(error.allowed)} if isinstance(error, MethodNotAllowedError) else None
    errors = None
    if isinstance(error, InvalidAnswersError):
        errors = [{"field": one.field, "code": one.code, "message": one.message} for one in error.errors]
        return problem(status, code, sentence(code, "en"), errors=errors)
    more: dict[str, object] | None = None
    if isinstance(error, ConcurrentChangeError):
        more = {"changed": error.changed}
    if isinstance(error, AlreadyRegisteredError):
        more = {"first": error.first}
    return problem(status, code, str(error), headers=headers, more=more)
