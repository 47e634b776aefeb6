"""What submit does with one request: read it, let the service decide, say what came of it."""

from __future__ import annotations

from http import HTTPStatus

from lambda_handlers.http_answer import json_answer, page, problem, redirect, with_cors
from lambda_handlers.http_request import RequestError, read_answers, read_request
from registration_core.domain.errors import (
    FormClosedError,
    InvalidAnswersError,
    InvalidKeyError,
    KeyReusedError,
    StorageUnavailableError,
    UnknownFormError,
)
from registration_core.domain.identifiers import display_reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from lambda_handlers.http_request import Request
    from lambda_handlers.log import Log
    from registration_core.domain.errors import FieldError, RollcallError
    from registration_core.domain.forms import Form
    from registration_core.domain.ports import FormCatalogue
    from registration_core.domain.submission import Receipt
    from registration_core.services.submit import SubmitService

STATUS_OF: Mapping[type[RollcallError], int] = {InvalidKeyError: 400, FormClosedError: 403, KeyReusedError: 422}
NOT_NOW = "Your answers could not be stored just now. Please send them again in a moment."


class SubmitFunction:
    """Answers proxy events; whatever happens, with an answer that the visitor's browser can read.

    allowed_origins: whose scripts may read the answers. site_url: without a slash at the end.
    """

    def __init__(
        self,
        forms: FormCatalogue,
        service: SubmitService,
        *,
        allowed_origins: Sequence[str],
        site_url: str,
        log: Log,
    ) -> None:
        self._forms = forms
        self._service = service
        self._allowed_origins = allowed_origins
        self._site_url = site_url
        self._log = log

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one event."""
        request = read_request(event)
        try:
            form = self._forms.get(request.form)
            answer = self._take(request, form, read_answers(request))
        except RequestError as error:
            answer = self._refuse(request, error.status, error.code, error.detail)
        except UnknownFormError as error:
            answer = self._refuse(request, 404, error.code, str(error))
        return with_cors(answer, request.headers.get("origin"), self._allowed_origins)

    def _take(self, request: Request, form: Form, answers: Mapping[str, object]) -> dict[str, Any]:
        language = form.language_for(request.wanted_language)
        try:
            receipt = self._service.submit(form, answers, key=request.idempotency_key, language=language)
        except InvalidAnswersError as error:
            return self._mend(request, form, answers, error.errors, language)
        except StorageUnavailableError as error:
            self._log.fault("not stored", error, code=error.code, form=form.name, request_id=request.id)
            return self._refuse(request, 503, "storage_unavailable", NOT_NOW, retry_after_s=error.retry_after_s)
        except (FormClosedError, InvalidKeyError, KeyReusedError) as error:
            return self._refuse(request, STATUS_OF[type(error)], error.code, str(error))
        event = "repeated" if receipt.repeated else "stored"
        self._log.info(event, form=form.name, request_id=request.id, submission_id=receipt.id, status=receipt.status)
        return self._acknowledge(request, form, receipt)

    def _acknowledge(self, request: Request, form: Form, receipt: Receipt) -> dict[str, Any]:
        reference = display_reference(receipt.reference)
        if request.from_page:
            return redirect(f"{self._site_url}/thank-you?form={form.name}&reference={reference}")
        content: dict[str, object] = {"id": receipt.id, "reference": reference, "status": receipt.status}
        if receipt.position is not None:
            content["position"] = receipt.position
        return json_answer(201, content)

    def _mend(
        self,
        request: Request,
        form: Form,
        answers: Mapping[str, object],
        errors: Sequence[FieldError],
        language: str,
    ) -> dict[str, Any]:
        """Say every wrong field at once. The log names fields of the form only: other names are the visitor's words."""
        wrong = [f"{error.field}: {error.code}" for error in errors if form.field(error.field)]
        self._log.info("refused", code=InvalidAnswersError.code, form=form.name, request_id=request.id, wrong=wrong)
        if request.from_page:
            from lambda_handlers.page import mend_page  # noqa: PLC0415 - a script's post does without

            html = mend_page(form, answers, errors, site_url=self._site_url, language=language)
            return page(422, html, site_url=self._site_url)
        listed = [{"field": error.field, "code": error.code, "message": error.message} for error in errors]
        return problem(422, InvalidAnswersError.code, "Some answers need mending.", errors=listed)

    def _refuse(
        self, request: Request, status: int, code: str, detail: str, *, retry_after_s: int | None = None
    ) -> dict[str, Any]:
        self._log.info("refused", code=code, status=status, request_id=request.id)
        return refusal(request, status, code, detail, site_url=self._site_url, retry_after_s=retry_after_s)


def refusal(
    request: Request, status: int, code: str, detail: str, *, site_url: str, retry_after_s: int | None = None
) -> dict[str, Any]:
    """Say in one sentence what went wrong: as a page for a person, as a problem for a script."""
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = "POST"
    if not request.from_page:
        return problem(status, code, detail, headers=headers)
    from lambda_handlers.page import sentence_page  # noqa: PLC0415 - a script's post does without

    html = sentence_page(detail, form=request.form, site_url=site_url, language="en")
    return page(status, html, site_url=site_url, headers=headers)
