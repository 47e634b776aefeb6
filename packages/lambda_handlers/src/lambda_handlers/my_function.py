"""The links function: reads the token, shows the submission or acts on it, and responds with a page."""

from __future__ import annotations

import re
from http import HTTPStatus

from lambda_handlers.http_request import RequestError, read_answers, read_request
from lambda_handlers.http_response import page, redirect
from lambda_handlers.my_change import MyChange
from lambda_handlers.my_group import everyone, others_of
from lambda_handlers.my_unsubscribe import MyUnsubscribe
from registration_core.adapters.signing import MY, UNSUBSCRIBE, InvalidTokenError
from registration_core.adapters.signing_keys import KeysUnavailableError
from registration_core.domain.errors import (
    RollcallError,
    StatusTransitionError,
    StorageUnavailableError,
    SubmissionNotFoundError,
    UnknownFormError,
)
from registration_core.domain.submission import Status
from registration_core.services.own_change import ChangesEndedError
from registration_core.services.own_submission import Action

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from lambda_handlers.http_request import Request
    from lambda_handlers.log import Log
    from lambda_handlers.my_pages import MyPages
    from registration_core.adapters.signing_keys import SecretSigner
    from registration_core.domain.ports import Clock
    from registration_core.services.own_change import OwnChangeService
    from registration_core.services.own_submission import OwnSubmission, OwnSubmissionService
    from registration_core.services.unsubscribe import UnsubscribeService

FINAL = frozenset({Action.CANCEL, Action.ERASE})
"""Actions that need a confirmation."""
RETRY_AFTER_S = 5
HEADERS = {"X-Robots-Tag": "noindex, nofollow"}
PROBLEMS: Mapping[type[RollcallError], tuple[HTTPStatus, str]] = {
    RequestError: (HTTPStatus.BAD_REQUEST, "unclear"),
    InvalidTokenError: (HTTPStatus.FORBIDDEN, "wrong"),
    SubmissionNotFoundError: (HTTPStatus.GONE, "gone"),
    UnknownFormError: (HTTPStatus.GONE, "gone"),
    StatusTransitionError: (HTTPStatus.CONFLICT, "not_now"),
    ChangesEndedError: (HTTPStatus.CONFLICT, "too_late"),
    StorageUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "later"),
    KeysUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "later"),
}
"""The HTTP status of each error, and the key of the words on its page."""
_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,400}")


class MyFunction:
    """Responds to proxy events for /my, always with a page. A GET changes nothing, and no log line has a token.

    site_url: without a trailing slash.
    """

    def __init__(
        self,
        service: OwnSubmissionService,
        changes: OwnChangeService,
        unsubscribe: UnsubscribeService,
        pages: MyPages,
        keys: SecretSigner,
        *,
        clock: Clock,
        site_url: str,
        log: Log,
    ) -> None:
        self._service = service
        self._changes = MyChange(changes, pages, service.show, lambda error: log.fault("not done", error))
        self._unsubscribe = MyUnsubscribe(unsubscribe, pages)
        self._pages = pages
        self._keys = keys
        self._clock = clock
        self._site_url = site_url
        self._log = log

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Respond to one event."""
        request = read_request(event)
        sent: Mapping[str, object] = request.query
        try:
            if "unsubscribe" in request.query:
                entry = self._entry_of(_text(sent, "unsubscribe"), UNSUBSCRIBE)
                return self._page(
                    200, self._unsubscribe(request, entry, self._language(request, sent, entry.submission.language))
                )
            if "change" in request.query:
                return self._change(request, self._entry_of(_text(sent, "t")))
            if request.method != "POST":
                return self._show(request, sent, self._entry_of(_text(sent, "t")))
            sent = _posted_fields(request)
            return self._act(request, sent, self._entry_of(_text(sent, "t")))
        except tuple(PROBLEMS) as error:
            return self._refuse(request, sent, error)

    def failed(self, request: Request, error: BaseException) -> dict[str, Any]:
        """Respond to an unexpected error."""
        self._log.fault("failed", error, request_id=request.id)
        return self._problem(request, request.query, HTTPStatus.INTERNAL_SERVER_ERROR, "later", "internal_error")

    def _entry_of(self, token: str, purpose: str = MY) -> OwnSubmission:
        """Return the token's submission, for the address that it was mailed to. An erased one has none any more.

        If its key is unknown, read the keys again: it may be new.
        """
        if _TOKEN.fullmatch(token) is None:
            raise InvalidTokenError("malformed")
        now, signer = self._clock.now(), self._keys.signer()
        try:
            submission_id = signer.read(token, purpose=purpose, now=now)
        except InvalidTokenError as error:
            if error.code != "unknown_key":
                raise
            signer = self._keys.signer(renew=True)
            submission_id = signer.read(token, purpose=purpose, now=now)
        entry = self._service.show(submission_id)
        if entry.submission.email:
            signer.ensure_mailed_to(entry.submission.email, token)
        return entry

    def _act(self, request: Request, sent: Mapping[str, object], entry: OwnSubmission) -> dict[str, Any]:
        name = _text(sent, "action")
        if name not in set(Action):
            raise RequestError("malformed_form")
        action = Action(name)
        if action in FINAL and _text(sent, "confirm") != "yes":
            if action not in entry.actions:  # it's already done, or not possible
                return self._show(request, sent, entry)
            language = self._language(request, sent, entry.submission.language)
            count = everyone(entry, action, self._service)
            html = self._pages.confirm(entry, action, token=_text(sent, "t"), language=language, everyone=count)
            return self._page(200, html)
        entry = self._service.act(entry.submission.id, action, everyone=_text(sent, "everyone") == "yes")
        self._log.info("done", action=action.value, submission_id=entry.submission.id, request_id=request.id)
        if entry.submission.status is Status.ERASED:
            return self._show(request, sent, entry)
        language = self._language(request, sent, entry.submission.language)
        return redirect(f"my?t={_text(sent, 't')}&lang={language}")  # so that reloading doesn't do it again

    def _change(self, request: Request, entry: OwnSubmission) -> dict[str, Any]:
        """Show the page on which the registrant changes answers, or store what it sent.

        Its address has the token and the language, because a form may have fields of these names.
        """
        token, language = request.query["t"], self._language(request, request.query, entry.submission.language)
        if request.method != "POST":
            if not entry.changeable:
                return self._show(request, request.query, entry)
            return self._page(200, self._changes.page(entry, token=token, language=language))
        stored = self._changes.store(entry, _posted_fields(request), token=token, language=language)
        if isinstance(stored, tuple):
            status, html = stored
            return self._page(int(status), html)
        self._log.info("done", action="change", submission_id=entry.submission.id, request_id=request.id)
        return redirect(f"my?t={token}&lang={language}&done={'saved' if stored else 'same'}")

    def _show(self, request: Request, sent: Mapping[str, object], entry: OwnSubmission) -> dict[str, Any]:
        language, done = self._language(request, sent, entry.submission.language), request.query.get("done", "")
        token = _text(sent, "t")
        others = others_of(self._service, entry, self._keys.signer(), token)
        html = self._pages.entry(entry, token=token, language=language, done=done, others=others)
        return self._page(200, html, files_origin=self._pages.files_origin if entry.form.asks_for_files else "")

    def _refuse(self, request: Request, sent: Mapping[str, object], error: RollcallError) -> dict[str, Any]:
        status, kind = PROBLEMS[next(kind for kind in PROBLEMS if isinstance(error, kind))]
        if isinstance(error, InvalidTokenError) and error.code in {"expired", "readdressed"}:
            status, kind = HTTPStatus.GONE, error.code
        if isinstance(error, RequestError):
            status = HTTPStatus(error.status)
        if kind == "later":
            self._log.fault("not done", error, request_id=request.id)
        return self._problem(request, sent, status, kind, error.code)

    def _problem(
        self, request: Request, sent: Mapping[str, object], status: int, kind: str, code: str
    ) -> dict[str, Any]:
        self._log.info("refused", code=code, status=int(status), request_id=request.id)
        language = self._language(request, sent, request.headers.get("accept-language", ""))
        token = _text(sent, "t") if kind in {"later", "not_now", "unclear"} else ""
        html = self._pages.problem(kind, language=language, token=token if _TOKEN.fullmatch(token) else "")
        later = {"Retry-After": str(RETRY_AFTER_S)} if kind == "later" else {}
        return self._page(int(status), html, later)

    def _language(self, request: Request, sent: Mapping[str, object], otherwise: str) -> str:
        return self._pages.language_for(_text(sent, "lang") or request.query.get("lang", ""), otherwise)

    def _page(
        self, status: int, html: str, headers: Mapping[str, str] | None = None, *, files_origin: str = ""
    ) -> dict[str, Any]:
        headers = {**HEADERS, **(headers or {})}
        return page(status, html, site_url=self._site_url, headers=headers, files_origin=files_origin)


def _posted_fields(request: Request) -> Mapping[str, object]:
    """Read the plain form that the page's buttons send. Raises RequestError."""
    if request.media_type != "application/x-www-form-urlencoded":
        raise RequestError("unsupported_media_type")
    return read_answers(request)


def _text(sent: Mapping[str, object], name: str) -> str:
    """Return a field's text; empty if the field is missing or repeated."""
    value = sent.get(name)
    return value if isinstance(value, str) else ""
