"""The page that stops a form's mails that aren't about the contract: RFC 8058 for programs, a button for people."""

from __future__ import annotations

from lambda_handlers.http_request import RequestError, read_answers
from registration_core.domain.errors import SubmissionNotFoundError
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_handlers.http_request import Request
    from lambda_handlers.my_pages import MyPages
    from registration_core.services.own_submission import OwnSubmission
    from registration_core.services.unsubscribe import UnsubscribeService


class MyUnsubscribe:
    """Answers `/my?unsubscribe=<token>`. A GET changes nothing, because programs follow links to scan them.

    Any POST unsubscribes, whatever its body and type: a mail program sends one with neither cookies
    nor a page, and must not be redirected (RFC 8058, 3.2). Only the page's own button sends `again`.
    """

    def __init__(self, service: UnsubscribeService, pages: MyPages) -> None:
        self._service = service
        self._pages = pages

    def __call__(self, request: Request, entry: OwnSubmission, language: str) -> str:
        """Do what a POST asks, and return the page. Raises SubmissionNotFoundError for an erased submission."""
        submission = entry.submission
        if submission.status is Status.ERASED:
            raise SubmissionNotFoundError(submission.id)
        token = str(request.query["unsubscribe"])
        if request.method != "POST":
            wording = "done" if self._service.is_unsubscribed(submission) else "ask"
        elif _wants_them_again(request):
            self._service.subscribe(submission)
            wording = "again"
        else:
            self._service.unsubscribe(submission)
            wording = "done"
        return self._pages.unsubscribe(entry, wording, token=token, language=language)


def _wants_them_again(request: Request) -> bool:
    try:
        return request.media_type == "application/x-www-form-urlencoded" and read_answers(request).get("again") == "yes"
    except RequestError:
        return False
