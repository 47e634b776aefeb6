"""The page on which registrants change their answers: the form's own questions, filled in."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from http import HTTPStatus

from lambda_handlers.shown_fields import shown_field, summary_line, typed_values
from registration_core.adapters.field_views import section_views, summary_label
from registration_core.adapters.mail_values import shown_value
from registration_core.domain.date_parts import with_whole_dates
from registration_core.domain.errors import AlreadyRegisteredError, FieldError, InvalidAnswersError, NoSeatError
from registration_core.domain.quota import PublicSeats
from registration_core.services.own_change import ChangedMeanwhileError, OptionNotOfferedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from lambda_handlers.my_pages import MyPages
    from registration_core.adapters.field_views import FieldView, OptionView
    from registration_core.domain.errors import RollcallError
    from registration_core.domain.fields import Field, Option
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission
    from registration_core.services.own_change import OwnChangeService
    from registration_core.services.own_submission import OwnSubmission

VERSION, SEEN, WAIT = "_version", "_seen", "_wait"
"""The page's own fields: the version and the answers that it was made with, and the tick for the waiting list."""
STATUS_OF: Mapping[type[RollcallError], HTTPStatus] = {
    InvalidAnswersError: HTTPStatus.UNPROCESSABLE_ENTITY,
    OptionNotOfferedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NoSeatError: HTTPStatus.CONFLICT,
    AlreadyRegisteredError: HTTPStatus.CONFLICT,
    ChangedMeanwhileError: HTTPStatus.CONFLICT,
}
"""Errors after which the page comes again with what was typed, and their HTTP status."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the page sent: its fields, and those that the registrant touched."""

    fields: Mapping[str, object]
    touched: Mapping[str, object]
    version: int
    may_wait: bool


class MyChange:
    """Shows the page, and stores what it sends.

    read_again: returns the submission as it is now, for a page that comes again.
    """

    def __init__(self, service: OwnChangeService, pages: MyPages, read_again: Callable[[str], OwnSubmission]) -> None:
        self._service = service
        self._pages = pages
        self._read_again = read_again

    def page(self, entry: OwnSubmission, *, token: str, language: str) -> str:
        """Return the page with the answers as they are stored."""
        return self._page(entry, entry.submission.answers, token=token, language=language)

    def store(
        self, entry: OwnSubmission, fields: Mapping[str, object], *, token: str, language: str
    ) -> tuple[HTTPStatus, str] | bool:
        """Store what the page sent. Return whether anything changed, or the page again with what is wrong.

        Raises what `OwnChangeService.change` raises and the page can't help with.
        """
        sent = _read(entry.form, self._service.offered(entry.form, entry.submission), fields)
        try:
            return self._service.change(
                entry.submission.id, sent.touched, version=sent.version, language=language, may_wait=sent.may_wait
            )
        except tuple(STATUS_OF) as error:
            entry = self._read_again(entry.submission.id)
            return STATUS_OF[type(error)], self._refused(entry, sent, error, token=token, language=language)

    def _refused(self, entry: OwnSubmission, sent: Sent, error: RollcallError, *, token: str, language: str) -> str:
        answers = {**entry.submission.answers, **{name: sent.fields.get(name) for name in sent.touched}}
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
    ) -> str:
        form, submission = entry.form, entry.submission
        offered = self._service.offered(form, submission)
        first_errors: dict[str, FieldError] = {}
        for error in errors:
            first_errors.setdefault(error.field, error)
        seats = self._service.seats(form)
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
            hidden={VERSION: str(submission.version), SEEN: json.dumps(_seen(submission, offered))},
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


def _read(form: Form, offered: Mapping[str, object], fields: Mapping[str, object]) -> Sent:
    """Read what the page sent. Answers that are as the page showed them count as untouched."""
    whole = with_whole_dates(form, fields)
    try:
        seen = json.loads(str(fields.get(SEEN, "")))
        seen = seen if isinstance(seen, dict) else {}
    except (ValueError, RecursionError):
        seen = {}
    version = str(fields.get(VERSION, ""))
    return Sent(
        whole,
        {name: whole.get(name) for name in offered if _plain(whole.get(name)) != seen.get(name)},
        int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,  # noqa: PLR2004
        bool(fields.get(WAIT)),
    )


def _seen(submission: Submission, offered: Mapping[str, object]) -> dict[str, list[str]]:
    return {name: _plain(submission.answers.get(name)) for name in offered}


def _plain(answer: object) -> list[str]:
    """Return an answer as texts that compare equal whether it is stored or was sent by a browser."""
    if answer is True:
        return ["yes"]
    return [text for value in typed_values(answer) if (text := value.replace("\r\n", "\n").strip())]


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
