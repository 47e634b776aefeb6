"""The pages of a registrant's submission, made from the site's templates and texts."""

from __future__ import annotations

from dataclasses import replace

from lambda_handlers.my_files import SENT
from lambda_handlers.my_group import shown_others
from lambda_handlers.site_templates import render
from registration_core.adapters.mail_values import chosen_option, shown_answers
from registration_core.adapters.receipt_views import receipt_view
from registration_core.domain.dates import date_and_time
from registration_core.domain.identifiers import display_reference
from registration_core.domain.submission import STANDING, Status
from registration_core.services.own_submission import Action

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from lambda_handlers.my_files import MyFiles
    from lambda_handlers.my_group import Other
    from lambda_handlers.site_words import SiteWords
    from registration_core.domain.submission import Submission
    from registration_core.services.own_submission import OwnSubmission

DONE = frozenset({"saved", "same"})
"""What the page can say that the registrant just did."""
AGAIN = frozenset({Status.CANCELLED})
"""Statuses in which the page offers to send the form again."""


class MyPages:
    """Renders a registrant's page, its confirmation page and its error pages."""

    def __init__(self, words: SiteWords, files: MyFiles | None = None) -> None:
        self._words = words
        self._files = files

    @property
    def files_origin(self) -> str:
        """Where the pages' forms send files; empty if there are none."""
        return self._files.origin if self._files is not None else ""

    def language_for(self, *wanted: str) -> str:
        """Return the site's best language for the first non-empty preference: `sv`, or an Accept-Language."""
        return self._words.language_for(*wanted)

    def words(self, language: str) -> dict[str, Any]:
        """Return the site's texts in this language."""
        texts: dict[str, Any] = self._words.by_language[language]
        return texts

    def status_title(self, entry: OwnSubmission, language: str) -> str:
        """Return the heading of the page that shows the submission."""
        return str(self.words(language)["my"]["status"][_wording(entry)]["title"])

    def entry(
        self, entry: OwnSubmission, *, token: str, language: str, done: str = "", others: Sequence[Other] = ()
    ) -> str:
        """Return the page that shows the status, date, place and answers, and the available actions.

        done: the key of the words about what the registrant just did; empty for nothing. others: those
        who were sent together with it.
        """
        submission, form, text = entry.submission, entry.form, self._words.by_language[language]
        erased = submission.status is Status.ERASED
        receipt = receipt_view(form, language, prefix=text["site"]["prefix"])
        chosen = form.chosen_field.name if form.chosen_field is not None else ""
        about = next((option for option in receipt.options if option.value == submission.answers.get(chosen)), None)
        visible = replace(submission, answers=form.without_hidden(submission.answers))
        apart = {field.name for field in form.fields if field.files is not None}
        shown = [each for each in shown_answers(form, visible, language) if each["name"] not in apart]
        return self._render(
            "entry",
            language,
            token=token,
            wording=_filled(text["my"]["status"][_wording(entry)], self._values(entry, language)),
            words=text["my"][_kind(submission)],
            about=about,
            chosen_label=receipt.chosen_label,
            seated=submission.status is Status.CONFIRMED,
            actions=entry.actions,
            again=submission.status in AGAIN,
            form={"path": self._path(form.name, language), "title": form.title.in_language(language)},
            reference=display_reference(submission.reference),
            answers=[] if erased else [answer for answer in shown if not about or answer["name"] != chosen],
            sent=date_and_time(submission.submitted_at, language, form.words, form.time_zone),
            others=shown_others(others, text.get("group", {}), language),
            changeable=entry.changeable,
            changes=self._changes(entry, language),
            done=self._done(entry, done, text),
            files=self._questions(entry, token, language),
        )

    def _done(self, entry: OwnSubmission, done: str, text: Mapping[str, Any]) -> str:
        if done == SENT and entry.form.asks_for_files:
            return str(text["files"]["received"])
        return str(text["my"]["change"][done]) if done in DONE and entry.form.own_changes is not None else ""

    def _questions(self, entry: OwnSubmission, token: str, language: str) -> list[dict[str, object]]:
        """Return the questions for files; none if the form has none, or the submission is erased."""
        if self._files is None or entry.submission.status is Status.ERASED or not entry.form.asks_for_files:
            return []
        return self._files.questions(entry, token=token, language=language, words=self.words(language)["files"])

    def change(self, entry: OwnSubmission, *, token: str, language: str, **values: Any) -> str:  # noqa: ANN401 - what the template asks for
        """Return the page on which the registrant changes answers. values: what `MyChange` fills in."""
        return self._render(
            "change",
            language,
            token=token,
            reference=display_reference(entry.submission.reference),
            until=self._changes(entry, language),
            kind=_kind(entry.submission),
            **values,
        )

    def _changes(self, entry: OwnSubmission, language: str) -> str:
        """Return until when the registrant may change answers, or that it is too late; empty without such a time."""
        if entry.changes_end is None:
            return ""
        until = date_and_time(entry.changes_end, language, entry.form.words, entry.form.time_zone)
        words = self.words(language)["my"]["change"]["until" if entry.changeable else "ended"]
        return str(words.format(until=until))

    def confirm(self, entry: OwnSubmission, action: Action, *, token: str, language: str, everyone: int = 1) -> str:
        """Return the page that asks for confirmation before something that can't be undone.

        everyone: how many it could be done for, with those who were sent together with it.
        """
        question = self._words.by_language[language]["my"]["ask"][f"{action}_{_kind(entry.submission)}"]
        return self._render(
            "confirm",
            language,
            token=token,
            action=action.value,
            everyone=everyone,
            name=entry.form.name_in(entry.submission.answers),
            question=_filled(question, self._values(entry, language)),
            reference=display_reference(entry.submission.reference),
        )

    def unsubscribe(self, entry: OwnSubmission, wording: str, *, token: str, language: str) -> str:
        """Return the page that stops a form's mails that aren't about the contract. wording: ask, done or again."""
        words = self._words.by_language[language]["my"]["unsubscribe"][wording]
        return render(
            self._words,
            "unsubscribe",
            language,
            here=f"my?unsubscribe={token}&",
            token=token,
            wording=_filled(words, {"form": entry.form.title.in_language(language)}),
            again=wording == "done",
        )

    def problem(self, kind: str, *, language: str, token: str = "") -> str:
        """Return the page that says why the link didn't work. token: empty unless the link may work later."""
        wording = self._words.by_language[language]["my"]["problem"][kind]
        return self._render("sentence", language, token=token, wording=wording, asleep=kind == "later")

    def _values(self, entry: OwnSubmission, language: str) -> dict[str, object]:
        chosen = chosen_option(entry.form, entry.submission)
        label = entry.form.title if chosen is None else chosen[1].label
        until = entry.submission.verify_by
        return {
            "option": label.in_language(language),
            "until": "" if until is None else date_and_time(until, language, entry.form.words, entry.form.time_zone),
            "rank": entry.rank or entry.submission.position or "",
            "position": entry.submission.position or "",
        }

    def _path(self, form: str, language: str) -> str:
        """Return the form's path on the site; the start page if the form is retired."""
        site = self._words.by_language[language]["site"]
        return str(site["forms"].get(form, {}).get("path", site["home"]))

    def _render(self, template: str, language: str, *, token: str, **values: Any) -> str:  # noqa: ANN401 - what the template asks for
        here = f"my?t={token}&" if token else ""
        return render(self._words, template, language, here=here, token=token, **values)


def _kind(submission: Submission) -> str:
    """Return the key of the texts for what a submission holds: a seat, a ticket or neither."""
    if submission.option is None or submission.status not in STANDING:
        return "plain"
    return "waiting" if submission.status is Status.WAITLISTED else "place"


def _wording(entry: OwnSubmission) -> str:
    """Return the key of the texts for a submission's status."""
    submission, plain = entry.submission, entry.submission.option is None
    if submission.lapsed:
        return "lapsed_plain" if plain else "lapsed"
    if submission.status is Status.WAITLISTED:
        return "waitlisted_unverified" if Action.VERIFY in entry.actions else "waitlisted"
    if submission.status in (Status.SPAM, Status.ERASED) or plain:
        return submission.status.value
    return f"{submission.status}_place"


def _filled(words: dict[str, Any], values: dict[str, object]) -> dict[str, Any]:
    """Fill the values into each sentence."""
    return {
        name: [each.format_map(values) for each in text] if isinstance(text, list) else text.format_map(values)
        for name, text in words.items()
    }
