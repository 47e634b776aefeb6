"""The pages that submit returns to a plain form's post. A script's post does without them."""

from __future__ import annotations

from lambda_handlers.http_response import page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from lambda_handlers.form_pages import Notice
    from lambda_handlers.http_request import Request
    from lambda_handlers.refusals import Refusal
    from lambda_handlers.site_words import SiteWords
    from registration_core.domain.errors import FieldError
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Receipt
    from registration_core.services.describe import DescribeService


class SubmitPages:
    """The responses to one post. sent: its fields. allowed_origins: whose pages may have all answers shown again."""

    def __init__(
        self,
        request: Request,
        form: Form,
        sent: Mapping[str, object],
        language: str,
        *,
        words: SiteWords,
        descriptions: DescribeService,
        allowed_origins: Sequence[str],
    ) -> None:
        if request.written_elsewhere(allowed_origins):  # such a page may only choose options, as a link can
            sent = {field.name: sent[field.name] for field in form.fields if field.options and field.name in sent}
        self.shown = sent
        self._form = form
        self._language = language
        self._words = words
        self._descriptions = descriptions
        self._framed_by = request.framed_by(form)

    def thanks(self, receipt: Receipt) -> dict[str, Any]:
        """Respond to a submission that was stored."""
        from lambda_handlers.thank_you_page import thanks_page  # noqa: PLC0415 - the other pages do without

        html = thanks_page(
            self._form,
            self.shown,
            receipt,
            receipt.status,
            words=self._words,
            language=self._language,
            embedded=bool(self._framed_by),
        )
        return self._page(201, html)

    def errors(self, errors: Sequence[FieldError]) -> dict[str, Any]:
        """Return the form with every wrong field."""
        return self._filled_in(422, self.shown, errors=errors)

    def next_person(self) -> dict[str, Any]:
        """Return the form for another person, with the answers that the thank-you page passed on."""
        fields = [field.name for field in self._form.fields if field.keep_for_next]
        return self._filled_in(200, {name: self.shown[name] for name in fields if name in self.shown})

    def other_members(self) -> dict[str, Any]:
        """Return the form with one participant more or less, and everything that was typed."""
        from lambda_handlers.group_pages import with_other_members  # noqa: PLC0415 - only for groups

        answers, number = with_other_members(self._form, self.shown)
        return self._filled_in(200, answers, focus=number)

    def refused(self, refused: Refusal, key: str) -> dict[str, Any]:
        """Return the form with what to do. key: the Idempotency-Key that the next attempt repeats."""
        from lambda_handlers.refusal_notices import notice_of  # noqa: PLC0415 - most posts are accepted

        texts = self._words.by_language[self._words.language_for(self._language)]["form"]
        notice = notice_of(refused, texts, key)
        return self._filled_in(refused.status, self.shown, notice=notice, headers=refused.headers)

    def _filled_in(
        self,
        status: int,
        answers: Mapping[str, object],
        *,
        errors: Sequence[FieldError] = (),
        notice: Notice | None = None,
        focus: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        from lambda_handlers.form_pages import form_page  # noqa: PLC0415 - the thank-you page does without

        html = form_page(
            self._form,
            answers,
            words=self._words,
            language=self._language,
            embedded=bool(self._framed_by),
            errors=errors,
            notice=notice,
            focus=focus,
            closed=self._descriptions.closed_options(self._form),
        )
        return self._page(status, html, headers)

    def _page(self, status: int, html: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        return page(status, html, site_url=self._words.site_url, headers=headers, framed_by=self._framed_by)
