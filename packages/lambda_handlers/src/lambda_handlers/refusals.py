"""Refusals: the HTTP status, code, sentence and Retry-After for each error."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from lambda_handlers.http_request import STATUS_OF as STATUS_OF_REQUEST
from lambda_handlers.http_request import RequestError
from lambda_handlers.http_response import page, problem
from registration_core.domain.errors import (
    FormClosedError,
    HumanCheckFailedError,
    HumanCheckUnavailableError,
    InvalidAnswersError,
    InvalidKeyError,
    KeyReusedError,
    RollcallError,
    StorageUnavailableError,
    TooManyRequestsError,
    UnknownFormError,
)
from registration_core.domain.sentences import closed_in_words, sentence, wait_in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from lambda_handlers.http_request import Request
    from lambda_handlers.site_words import SiteWords
    from registration_core.domain.messages import Words

STATUS_OF: Mapping[type[RollcallError], int] = {
    InvalidKeyError: 400,
    FormClosedError: 403,
    HumanCheckFailedError: 403,
    UnknownFormError: 404,
    InvalidAnswersError: 422,
    KeyReusedError: 422,
    TooManyRequestsError: 429,
    HumanCheckUnavailableError: 503,
    StorageUnavailableError: 503,
}
"""`RequestError` has its own status."""

FAULTS = (StorageUnavailableError, HumanCheckUnavailableError)
"""Errors that an operator should look at."""

INTERNAL = "internal_error"
RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused request. code: for programs. detail: a sentence for people."""

    status: int
    code: str
    detail: str
    retry_after_s: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The response's extra headers."""
        return {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}


def refusal_of(
    error: RollcallError, language: str, form_words: Words | None = None, *, asked_for_form: bool = False
) -> Refusal:
    """Return the refusal for an error; an internal error if it has none of its own.

    form_words: the form's own. asked_for_form: the request only asked for a form's description.
    """
    if isinstance(error, RequestError):
        return Refusal(error.status, error.code, sentence(error.code, language, form_words))
    if isinstance(error, StorageUnavailableError):  # and its subclasses, which visitors needn't know about
        code = StorageUnavailableError.code
        wording = "form_unavailable" if asked_for_form else code
        return Refusal(503, code, sentence(wording, language, form_words), error.retry_after_s)
    status = STATUS_OF.get(type(error))
    if status is None:
        return internal(language, form_words)
    if isinstance(error, FormClosedError):
        return Refusal(status, error.code, closed_in_words(error, language, form_words))
    if isinstance(error, TooManyRequestsError):
        wait = wait_in_words(error.retry_after_s, language, form_words)
        wording = "too_many_for_email" if error.for_email else error.code
        return Refusal(status, error.code, sentence(wording, language, form_words, wait=wait), error.retry_after_s)
    later = RETRY_AFTER_S if isinstance(error, HumanCheckUnavailableError) else None
    return Refusal(status, error.code, sentence(error.code, language, form_words), later)


def codes() -> dict[int, tuple[str, ...]]:
    """Return the codes of all refusals by HTTP status."""
    pairs = [(status, code) for code, status in STATUS_OF_REQUEST.items()]
    pairs += [(status, error.code) for error, status in STATUS_OF.items()]
    pairs.append((HTTPStatus.INTERNAL_SERVER_ERROR.value, INTERNAL))
    return {status: tuple(sorted(code for other, code in pairs if other == status)) for status in sorted(dict(pairs))}


def internal(language: str, form_words: Words | None = None) -> Refusal:
    """Return the refusal for an unexpected error."""
    return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, INTERNAL, sentence(INTERNAL, language, form_words), RETRY_AFTER_S)


def refusal(
    request: Request, refused: Refusal, *, words: SiteWords, language: str, framed_by: Sequence[str] = ()
) -> dict[str, Any]:
    """Respond with a page to a plain form post, and with a problem document to a script.

    framed_by: see `http_response.page`.
    """
    headers = refused.headers
    if refused.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = "GET" if request.asks_for_form else "POST"
    if not request.from_page:
        return problem(refused.status, refused.code, refused.detail, headers=headers)
    from lambda_handlers.form_pages import bare_page, sentence_page  # noqa: PLC0415 - a script's post does without

    if refused.code == INTERNAL:
        advice = sentence("reload", language)
        html = bare_page(refused.detail, advice, site_url=words.site_url, language=language)
    else:
        embedded = bool(framed_by)
        html = sentence_page(refused.detail, form=request.form, words=words, language=language, embedded=embedded)
    return page(refused.status, html, site_url=words.site_url, headers=headers, framed_by=framed_by)
