"""Problems of the staff API as the errors that the same services raise on the stack's own table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from admin_cli.errors import CliError, ExitCode
from lambda_handlers.staff_api.problems import STATUS_AND_CODE
from registration_core.domain.errors import (
    AlreadyRegisteredError,
    DamagedSubmissionError,
    FieldError,
    InvalidAnswersError,
    QuotaChangedError,
    QuotaNotFoundError,
    RollcallError,
    StorageUnavailableError,
    SubmissionChangedError,
    SubmissionNotFoundError,
    UnknownNameError,
)
from registration_core.domain.quota import QuotaState
from registration_core.domain.whole_records import time_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from admin_cli.staff_api.transport import Answer

_OTHERWISE = frozenset({"not_found", DamagedSubmissionError.code})
_NOT_FOUND: Mapping[str, type[RollcallError]] = {"submissions": SubmissionNotFoundError, "quotas": QuotaNotFoundError}
_OF_DOMAIN: Mapping[str, type[RollcallError]] = {
    code: kind
    for kind, (_, code) in STATUS_AND_CODE.items()
    if kind.__module__.startswith("registration_core.") and code not in _OTHERWISE
}
_HINTS: Mapping[str, str] = {
    "not_signed_in": "Sign in: rollcall login",
    "not_signed": "Sign in to AWS: rollcall login",
    "credentials_expired": "Sign in to AWS: rollcall login",
    "wrongly_signed": "If they are right, set the clock from the network: timedatectl set-ntp true",
    "readers_only_read": "If you should be a manager, ask the operator: rollcall staff role ADDRESS manager",
    "not_staff": "The operator can add you: rollcall staff role ADDRESS reader|manager",
    "forbidden": "docs/operator.md lists the policies that staff need.",
    "invalid_parameter": "The stack may have another version of Rollcall. Ask its operator; yours: rollcall --version",
}
_CREDENTIALS = (401, 403)
_NOT_THERE, _TOO_MANY, _SERVERS_FAULT = 404, 429, 500


def error_of(answer: Answer, path: Sequence[str]) -> Exception:
    """Return the error that an answer means. path: the request's, below /staff/."""
    content = _content(answer)
    if answer.status == _NOT_THERE and not content:  # a distribution in front of the API has a page of its own for it
        content = {"code": "not_found", "detail": f'There is no "{path[-1]}" in the stack.'}
    code, detail = str(content.get("code", "")), str(content.get("detail") or f"HTTP status {answer.status}")
    known = _error_of_the_domain(code, detail, content, path)
    if known is not None:
        return known
    if answer.status == _TOO_MANY or (answer.status >= _SERVERS_FAULT and code != DamagedSubmissionError.code):
        return StorageUnavailableError(detail)
    exit_code = ExitCode.CREDENTIALS if answer.status in _CREDENTIALS else ExitCode.FAILURE
    return CliError(detail, hint=_HINTS.get(code), exit_code=exit_code)


def _error_of_the_domain(
    code: str, detail: str, content: Mapping[str, Any], path: Sequence[str]
) -> RollcallError | None:
    """Return the error that the service raised behind the API; None if none of these did."""
    if code == "changed":
        return _changed(path, content)
    if code == "not_found":
        return _with(_NOT_FOUND.get(path[0], UnknownNameError) if len(path) > 1 else UnknownNameError, detail)
    if code == InvalidAnswersError.code:
        return InvalidAnswersError([FieldError(one["field"], one["code"], one["message"]) for one in content["errors"]])
    if code == AlreadyRegisteredError.code:
        return AlreadyRegisteredError(str(content.get("first", "")))
    return _with(_OF_DOMAIN[code], detail) if code in _OF_DOMAIN else None


def _content(answer: Answer) -> dict[str, Any]:
    try:
        content = json.loads(answer.body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _changed(path: Sequence[str], content: Mapping[str, Any]) -> RollcallError:
    if path[0] != "quotas":
        return SubmissionChangedError(path[1])
    changed, (_, form, option) = content["changed"], path
    return QuotaChangedError(
        QuotaState(form, option, changed["capacity"], set_by=changed["by"], set_at=time_or_none(changed["at"]))
    )


def _with(kind: type[RollcallError], detail: str) -> RollcallError:
    """Return an error of a kind with the API's sentence, which is the one that the kind has there."""
    error = kind.__new__(kind)
    RollcallError.__init__(error, detail)
    return error
