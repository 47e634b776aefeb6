"""The page on which registrants change their answers: the form's own questions, filled in."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from lambda_handlers.sent_changes import SEEN, VERSION, WAIT, read_changes, seen_answers
from lambda_handlers.shown_fields import shown_field, summary_line
from registration_core.adapters.field_views import section_views, summary_label
from registration_core.adapters.mail_values import shown_value
from registration_core.domain.errors import (
    AlreadyRegisteredError,
    FieldError,
    InvalidAnswersError,
    NoSeatError,
    StorageUnavailableError,
)
from registration_core.domain.quota import PublicSeats
from registration_core.domain.sentences import sentence
from registration_core.services.own_change import ChangedMeanwhileError, OptionNotOfferedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from lambda_handlers.my_pages import MyPages
    from lambda_handlers.sent_changes import Sent
    from registration_core.adapters.field_views import FieldView, OptionView
    from registration_core.domain.errors import RollcallError
    from registration_core.domain.fields import Field, Option
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission
    from registration_core.services.own_change import OwnChangeService
    from registration_core.services.own_submission import OwnSubmission

STATUS_OF: Mapping[type[RollcallError], HTTPStatus] = {
    InvalidAnswersError: HTTPStatus.UNPROCESSABLE_ENTITY,
    OptionNotOfferedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NoSeatError: HTTPStatus.CONFLICT,
    AlreadyRegisteredError: HTTPStatus.CONFLICT,
    ChangedMeanwhileError: HTTPStatus.CONFLICT,
}
"""Errors after which the page comes again with what was typed, and their HTTP status."""


class MyChange:
    """Shows the page, and stores what it sends.

    read_again: returns the submission as it is now, for a page that comes again. report: tells the
    log that the table failed.
    """

    def __init__(
        self,
        service: OwnChangeService,
        pages: MyPages,
        read_again: Callable[[str], OwnSubmission],
        report: Callable[[RollcallError], None],
    ) -> None:
        self._service = service
        self._pages = pages
        self._read_again = read_again
        self._report = report

    def page(self, entry: OwnSubmission, *, token: str, language: str) -> str:
        """Return the page with the answers as they are stored."""
        return self._page(entry, entry.submission.answers, token=token, language=language)

    def store(
        self, entry: OwnSubmission, fields: Mapping[str, object], *, token: str, language: str
    ) -> tuple[HTTPStatus, str] | bool:
        """Store what the page sent. Return whether anything changed, or the page again with what is wrong.

        Raises what `OwnChangeService.change` raises and the page can't help with.
        """
        sent = read_changes(entry.form, self._service.offered(entry.form, entry.submission), fields)
        try:
            return self._service.change(
                entry.submission.id, sent.touched, version=sent.version, language=language, may_wait=sent.may_wait
            )
        except StorageUnavailableError as error:
            self._report(error)
            return HTTPStatus.SERVICE_UNAVAILABLE, self._unsure(entry, sent, token=token, language=language)
        except tuple(STATUS_OF) as error:
            entry = self._read_again(entry.submission.id)
            return STATUS_OF[type(error)], self._refused(entry, sent, error, token=token, language=language)

    def _unsure(self, entry: OwnSubmission, sent: Sent, *, token: str, language: str) -> str:
        """Return the page as it was filled in, without another call to the table: nobody knows if it was stored.

        Sending it again is safe: what is stored already isn't stored twice.
        """
        form = entry.form
        return self._page(
            entry,
            sent.over(entry.submission.answers),
            token=token,
            language=language,
            seats={},
            unsure=sentence(StorageUnavailableError.code, language, form.words),
            ticked=sent.may_wait,
        )

    def _refused(self, entry: OwnSubmission, sent: Sent, error: RollcallError, *, token: str, language: str) -> str:
        answers = sent.over(entry.submission.answers)
        words, form = self._pages.words(language)["my"]["change"], entry.form
        if isinstance(error, ChangedMeanwhileError):
            news = self._news(entry, error, language)
            return self._page(entry, answers, token=token, language=language, news=news, ticked=sent.may_wait)
        if isinstance(error, InvalidAnswersError):
            errors: Sequence[FieldError] = error.errors
        else:
            name = form.chosen_field.name if form.chosen_field is not None else ""
            errors = [FieldError(name, error.code, _sentence(words, form, error, answers.get(name), language))]
        full = isinstance(error, NoSeatError)
        return self._page(
            entry, answers, token=token, language=language, errors=errors, full=full, ticked=sent.may_wait
        )

    def _news(self, entry: OwnSubmission, error: ChangedMeanwhileError, language: str) -> list[dict[str, str]]:
        """Return a line for each thing that somebody else changed, with what it is now."""
        submission, form = entry.submission, entry.form
        words, offered = self._pages.words(language)["my"]["change"], self._service.offered(form, submission)
        status = [{"target": "main", "message": self._pages.status_title(entry, language)}] if error.status else []
        changed = [field for field in form.fields if field.name in error.fields]
        return status + [
            {
                "target": f"f-{field.name}" if field.name in offered else "main",
                "message": words["now"].format(
                    question=summary_label(field.label.in_language(language)),
                    answer=_now(form, field, submission, words, language),
                ),
            }
            for field in changed
        ]

    def _page(
        self,
        entry: OwnSubmission,
        answers: Mapping[str, Any],
        *,
        token: str,
        language: str,
        errors: Sequence[FieldError] = (),
        news: Sequence[Mapping[str, str]] = (),
        full: bool = False,
        ticked: bool = False,
        seats: Mapping[str, PublicSeats] | None = None,
        unsure: str = "",
    ) -> str:
        form, submission = entry.form, entry.submission
        offered = self._service.offered(form, submission)
        first_errors: dict[str, FieldError] = {}
        for error in errors:
            first_errors.setdefault(error.field, error)
        seats = self._service.seats(form) if seats is None else seats
        fields = {
            name: self._with_seats(
                form,
                submission,
                shown_field(
                    form, replace(_field(form, name), options=options), answers, first_errors.get(name), language
                ),
                seats,
                language,
            )
            for name, options in offered.items()
        }
        others = [option.value for options in offered.values() for option in options]
        waits = any(seats.get(one) is PublicSeats.WAITING_LIST and one != submission.option for one in others)
        return self._pages.change(
            entry,
            token=token,
            language=language,
            sections=section_views(_part(form, offered), fields, language),
            summary=[summary_line(fields.get(name), error) for name, error in first_errors.items()],
            news=news,
            unsure=unsure,
            hidden={VERSION: str(submission.version), SEEN: seen_answers(submission, offered)},
            wait=WAIT if full or ticked or waits else "",
            ticked=ticked,
        )

    def _with_seats(
        self, form: Form, submission: Submission, view: FieldView, seats: Mapping[str, PublicSeats], language: str
    ) -> FieldView:
        """Return the field with the words about each other option's seats below its label."""
        if form.quota is None or view.name != form.quota.field:
            return view
        words = self._pages.words(language)["seats"]
        options = tuple(
            _with_note(option, words[seats[option.value].value], in_list=view.control == "select")
            if option.value in seats and option.value != submission.option
            else option
            for option in view.options
        )
        return replace(view, options=options)


def _with_note(option: OptionView, words: str, *, in_list: bool) -> OptionView:
    """Return the option with these words: in its hint, or in its label, because a list shows no hints."""
    if in_list:
        return replace(option, label=f"{option.label} ({words})")
    return replace(option, hint=f"{option.hint} · {words}" if option.hint else words)


def _now(form: Form, field: Field, submission: Submission, words: Mapping[str, str], language: str) -> str:
    answer = submission.answers.get(field.name)
    return words["nothing"] if answer is None else shown_value(field, answer, language, form.words)


def _sentence(words: Mapping[str, str], form: Form, error: RollcallError, chosen: object, language: str) -> str:
    """Return what the registrant reads about an option that they can't have."""
    key = {NoSeatError: "full", AlreadyRegisteredError: "known"}.get(type(error), "closed")
    option = form.chosen_field.option(str(chosen)) if form.chosen_field is not None else None
    return words[key].format(option=option.label.in_language(language) if option is not None else "")


def _field(form: Form, name: str) -> Field:
    return next(field for field in form.fields if field.name == name)


def _part(form: Form, offered: Mapping[str, tuple[Option, ...]]) -> Form:
    """Return the form with only the fields that are shown. Sections without one are left out."""
    sections = []
    for section, fields in form.parted():
        first = next((field.name for field in fields if field.name in offered), None)
        if section is not None and first is not None:
            sections.append(replace(section, begins_with=first))
    shown = tuple(field for field in form.fields if field.name in offered)
    return replace(form, fields=shown, sections=tuple(sections))
