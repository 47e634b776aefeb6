"""The pages of a registrant's own entry, from the site's templates and words, with Jinja2."""

from __future__ import annotations

import json
from pathlib import Path

import jinja2

from registration_core.adapters.mail_dates import moment
from registration_core.adapters.mail_values import chosen_option, shown_answers
from registration_core.domain.identifiers import display_reference
from registration_core.domain.languages import best_language
from registration_core.domain.submission import Status
from registration_core.services.own_entry import Action

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from registration_core.services.own_entry import OwnEntry

AGAIN = frozenset({Status.CANCELLED})
"""When the form may be sent anew."""


class MyPages:
    """Renders what lies in the folder that the functions' zip brings: templates, and `words.json` by language.

    site_url: without a slash at the end. Whatever a visitor wrote is escaped.
    """

    def __init__(self, site_dir: str, *, site_url: str) -> None:
        self._words: dict[str, Any] = json.loads((Path(site_dir) / "words.json").read_text(encoding="utf-8"))
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(site_dir) / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["site_url"] = site_url

    def language_for(self, *wanted: str) -> str:
        """Return the language of the pages that fits the first wish that is one, such as `sv` or an Accept-Language."""
        return best_language(next((wish for wish in wanted if wish), ""), tuple(self._words))

    def entry(self, entry: OwnEntry, *, token: str, language: str) -> str:
        """Give the entry: how it stands, what was sent, and a button for each thing that may be done."""
        submission, form, text = entry.submission, entry.form, self._words[language]
        erased = submission.status is Status.ERASED
        return self._render(
            "entry",
            language,
            token=token,
            told=_filled(text["my"]["status"][_wording(entry)], self._values(entry, language)),
            words=text["my"]["plain" if submission.option is None else "place"],
            actions=entry.actions,
            again=submission.status in AGAIN,
            form={"name": form.name, "title": form.title.in_language(language)},
            reference=display_reference(submission.reference),
            answers=[] if erased else shown_answers(form, submission, language),
            sent=moment(submission.submitted_at, language),
        )

    def confirm(self, entry: OwnEntry, action: Action, *, token: str, language: str) -> str:
        """Ask once more before something is done that cannot be undone."""
        kind = "plain" if entry.submission.option is None else "place"
        if action is Action.CANCEL and entry.submission.status is Status.WAITLISTED:
            kind = "waiting"
        asked = self._words[language]["my"]["ask"][f"{action}_{kind}"]
        return self._render(
            "confirm",
            language,
            token=token,
            action=action.value,
            asked=_filled(asked, self._values(entry, language)),
            reference=display_reference(entry.submission.reference),
        )

    def problem(self, kind: str, *, language: str, token: str = "") -> str:
        """Say why this leads nowhere, and what to do; token: of a link that may do another time."""
        told = self._words[language]["my"]["problem"][kind]
        return self._render("sentence", language, token=token, told=told, asleep=kind == "later", others=[])

    def _values(self, entry: OwnEntry, language: str) -> dict[str, object]:
        chosen = chosen_option(entry.form, entry.submission)
        label = entry.form.title if chosen is None else chosen[1].label
        until = entry.submission.verify_by
        return {
            "option": label.in_language(language),
            "until": moment(until, language) if until is not None else "",
            "rank": entry.rank or entry.submission.position or "",
            "position": entry.submission.position or "",
        }

    def _render(self, template: str, language: str, **values: Any) -> str:  # noqa: ANN401 - what the template asks for
        text = self._words[language]
        links = [{"name": name, "label": words["link"]} for name, words in text["forms"].items() if name != "any"]
        others = [words for other, words in self._words.items() if other != language]
        given = {"text": text, "links": links, "others": others, **values}
        return self._templates.get_template(f"my/{template}.html.j2").render(given)


def _wording(entry: OwnEntry) -> str:
    """Name the words for how an entry stands."""
    submission, plain = entry.submission, entry.submission.option is None
    if submission.lapsed:
        return "lapsed_plain" if plain else "lapsed"
    if submission.status is Status.WAITLISTED:
        return "waitlisted_unverified" if Action.VERIFY in entry.actions else "waitlisted"
    if submission.status in (Status.SPAM, Status.ERASED) or plain:
        return submission.status.value
    return f"{submission.status}_place"


def _filled(words: dict[str, Any], values: dict[str, object]) -> dict[str, Any]:
    """Put the values into each sentence."""
    return {
        name: [each.format_map(values) for each in said] if isinstance(said, list) else said.format_map(values)
        for name, said in words.items()
    }
