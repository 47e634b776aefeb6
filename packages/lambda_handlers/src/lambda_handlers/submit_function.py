"""The submit function: reads a request, lets the services decide, and responds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from lambda_handlers.http_request import MOST_DEPTH, RequestError, read_answers, read_request, salvaged_answers
from lambda_handlers.http_response import description_response, json_response, problem, redirect, with_cors
from lambda_handlers.log import Metrics
from registration_core.domain.errors import InvalidAnswersError, RollcallError, TooManyRequestsError
from registration_core.domain.identifiers import display_reference
from registration_core.domain.languages import best_language
from registration_core.domain.messages import LANGUAGES
from registration_core.domain.sentences import sentence
from registration_core.domain.spam import ADD, ANOTHER, KEY, REMOVE
from registration_core.domain.submission import Status
from registration_core.services.door import without_reserved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from lambda_handlers.http_request import Request
    from lambda_handlers.log import Log
    from lambda_handlers.site_words import SiteWords
    from lambda_handlers.submit_pages import SubmitPages
    from registration_core.adapters.upload_grants import UploadGrants
    from registration_core.domain.errors import FieldError
    from registration_core.domain.forms import Form
    from registration_core.domain.ports import FormCatalogue
    from registration_core.domain.submission import Receipt
    from registration_core.services.describe import DescribeService
    from registration_core.services.door import Door
    from registration_core.services.submit import SubmitService

TOO_MANY_REQUESTS = Metrics(TooManyRequests=1)


def stored(count: int) -> Metrics:
    """Return what we count of a request that stored so many submissions."""
    return Metrics((), ("form",), Submissions=count)


class SubmitFunction:
    """Responds to proxy events, always in a way that the visitor's browser can read.

    allowed_origins: whose scripts may read the responses. words: the site's texts and address.
    edge_key: what only the distribution sends, so that we believe it who asked; empty if it
    doesn't serve the API. uploads: returns what grants uploads; None if the stack accepts no files.
    begin: called at the start of each event, before any call to the table.
    """

    def __init__(
        self,
        forms: FormCatalogue,
        door: Door,
        service: SubmitService,
        descriptions: DescribeService,
        *,
        allowed_origins: Sequence[str],
        words: SiteWords,
        log: Log,
        edge_key: str,
        uploads: Callable[[], UploadGrants | None],
        begin: Callable[[], None],
    ) -> None:
        self._forms = forms
        self._door = door
        self._service = service
        self._descriptions = descriptions
        self._allowed_origins = allowed_origins
        self._words = words
        self._log = log
        self._edge_key = edge_key
        self._uploads = uploads
        self._begin = begin

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Respond to one event."""
        self._begin()
        request = read_request(event)
        form: Form | None = None
        try:
            form = self._forms.get(request.form)
            answer = self._answer(request, form)
        except RollcallError as error:
            form_words = form.words if form is not None else {}
            language = best_language(request.requested_language, (*LANGUAGES, *form_words))
            sent = _with_whole_dates(request, form, salvaged_answers(request)) if form is not None else {}
            answer = self._refuse(request, error, language, form=form, sent=sent, key=str(sent.get(KEY, "")))
        return with_cors(answer, request.headers.get("origin"), self._allowed_origins)

    def _answer(self, request: Request, form: Form) -> dict[str, Any]:
        if request.asks_for_form:
            return self._describe(request, form)
        if request.method == "GET":  # somebody opened the form's API address in a browser
            return redirect(self._words.form_url(form.name, request.requested_language))
        return self._accept(request, form)

    def _describe(self, request: Request, form: Form) -> dict[str, Any]:
        if request.method != "GET":
            raise RequestError("method_not_allowed")
        if language := request.query.get("brief"):
            description = self._descriptions.brief(form, language)
        else:
            description = self._descriptions.describe(form)
        return description_response(description, if_none_match=request.headers.get("if-none-match", ""))

    def _accept(self, request: Request, form: Form) -> dict[str, Any]:
        sent = _with_whole_dates(request, form, read_answers(request, depth=_depth(form)))
        language = form.language_for(request.requested_language_with(sent))
        if request.from_page and sent.get(ANOTHER):
            return self._pages(request, form, sent, language).next_person()
        if request.from_page and form.group is not None and (ADD in sent or REMOVE in sent):
            return self._pages(request, form, sent, language).other_members()
        key, of_answers = _key(request, form, sent)
        try:
            address = request.visitors_address(self._edge_key)
            admitted = self._door.admit(form, sent, address=address, key=key, language=language)
            how: dict[str, Any] = {
                "key": key,
                "language": language,
                "spam_sign": admitted.spam_sign,
                "of_answers": of_answers,
            }
            if admitted.members:
                receipt = self._service.submit_group(form, admitted.members, **how)
            else:
                receipt = self._service.submit(form, admitted.answers, **how)
        except InvalidAnswersError as error:
            return self._report_errors(request, form, sent, error.errors, language)
        except RollcallError as error:
            return self._refuse(request, error, language, form=form, sent=sent, key=key or "")
        facts = {"form": form.name, "request_id": request.id, "submission_id": receipt.id, "status": receipt.status}
        submissions = stored(len(receipt.group) or 1)
        metrics = None if receipt.repeated or receipt.status is Status.SPAM else submissions
        self._log.info("repeated" if receipt.repeated else "stored", metrics=metrics, **facts)
        return self._acknowledge(request, form, sent, receipt, language)

    def _acknowledge(
        self, request: Request, form: Form, sent: Mapping[str, object], receipt: Receipt, language: str
    ) -> dict[str, Any]:
        receipt = replace(_shown(form, receipt), group=tuple(_shown(form, each) for each in receipt.group))
        if request.from_page:
            return self._pages(request, form, sent, language).thanks(receipt)
        content = _acknowledged(receipt)
        if form.group is not None:
            content["group"] = [_acknowledged(each) for each in receipt.group or (receipt,)]
        if form.asks_for_files and (grants := self._uploads()) is not None:
            content["uploads"] = grants.for_submission(form, receipt.id)
        return json_response(201, content)

    def _report_errors(
        self,
        request: Request,
        form: Form,
        sent: Mapping[str, object],
        errors: Sequence[FieldError],
        language: str,
    ) -> dict[str, Any]:
        """Report every wrong field at once. The log names only the form's own fields: visitors choose other names."""
        wrong = [f"{error.field}: {error.code}" for error in errors if error.code != "unknown_field"]
        self._log.info("refused", code=InvalidAnswersError.code, form=form.name, request_id=request.id, wrong=wrong)
        if request.from_page:
            return self._pages(request, form, sent, language).errors(errors)
        listed = [{"field": error.field, "code": error.code, "message": error.message} for error in errors]
        detail = sentence(InvalidAnswersError.code, language, form.words)
        return problem(422, InvalidAnswersError.code, detail, errors=listed)

    def _pages(self, request: Request, form: Form, sent: Mapping[str, object], language: str) -> SubmitPages:
        from lambda_handlers.submit_pages import SubmitPages  # noqa: PLC0415 - a script's post does without

        return SubmitPages(
            request,
            form,
            sent,
            language,
            words=self._words,
            descriptions=self._descriptions,
            allowed_origins=self._allowed_origins,
        )

    def _refuse(
        self,
        request: Request,
        error: RollcallError,
        language: str,
        *,
        form: Form | None,
        sent: Mapping[str, object],
        key: str = "",
    ) -> dict[str, Any]:
        from lambda_handlers.refusals import FAULTS, refusal, refusal_of  # noqa: PLC0415 - most posts are accepted

        form_words = form.words if form is not None else {}
        refused = refusal_of(error, language, form_words, asked_for_form=request.asks_for_form)
        if isinstance(error, FAULTS):
            self._log.fault("failed", error, code=error.code, status=refused.status, request_id=request.id)
        else:
            metrics = TOO_MANY_REQUESTS if isinstance(error, TooManyRequestsError) else None
            self._log.info("refused", metrics=metrics, code=refused.code, status=refused.status, request_id=request.id)
        if request.from_page and form is not None and (pages := self._pages(request, form, sent, language)).shown:
            return pages.refused(refused, key)
        return refusal(request, refused, words=self._words, language=language, framed_by=request.framed_by(form))


def _with_whole_dates(request: Request, form: Form, sent: dict[str, object]) -> dict[str, object]:
    """Return the fields with each date as one text. A plain form sends a date in three fields."""
    if request.media_type == "application/json":
        return sent
    from registration_core.domain.date_parts import with_whole_dates  # noqa: PLC0415 - a script's post does without

    return with_whole_dates(form, sent)


def _key(request: Request, form: Form, sent: Mapping[str, object]) -> tuple[str | None, bool]:
    """Return the attempt's Idempotency-Key, and whether it was derived from the answers.

    A page without a script sends no key, so we derive one from the fields: a reload is then the
    same attempt. If we can't tell whether an attempt was stored, the form that we return has its
    key, so the next attempt counts as the same one even if the answers changed.
    """
    if not request.from_page or request.idempotency_key is not None:
        return request.idempotency_key, False
    form_key = sent.get(KEY)
    if isinstance(form_key, str) and form_key:
        return form_key, True
    fields = json.dumps(without_reserved(form, sent), sort_keys=True)
    return f"page-{hashlib.sha256(fields.encode()).hexdigest()}", True


def _depth(form: Form) -> int:
    """Return how deep the JSON may be: participants are a list of objects."""
    return MOST_DEPTH if form.group is None else MOST_DEPTH + 2


def _acknowledged(receipt: Receipt) -> dict[str, object]:
    content: dict[str, object] = {
        "id": receipt.id,
        "reference": display_reference(receipt.reference),
        "status": receipt.status,
    }
    return content if receipt.position is None else content | {"position": receipt.position}


def _shown(form: Form, receipt: Receipt) -> Receipt:
    """Return the receipt to show. Suspected spam gets the usual status, so that senders don't learn what we detect."""
    if receipt.status is not Status.SPAM:
        return receipt
    return replace(receipt, status=Status.CONFIRMED if form.verification is None else Status.PENDING)
