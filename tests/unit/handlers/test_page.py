"""The form with errors to correct: accessible, and with everything as entered."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from lambda_handlers.form_pages import form_page, sentence_page
from registration_core.domain.errors import FieldError

if TYPE_CHECKING:
    from lambda_handlers.site_words import SiteWords
    from registration_core.domain.forms import Form

VOID = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """A page's elements; fails if one is not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        name = str(self.elements[-1][1].get("name") or self.elements[-1][1].get("id")) if self.elements else ""
        self.text[name] = self.text.get(name, "") + data

    def find(self, **criteria: str) -> dict[str, str | None]:
        matches = [
            attrs for _, attrs in self.elements if all(attrs.get(name) == value for name, value in criteria.items())
        ]
        assert len(matches) == 1, (criteria, matches)
        return matches[0]


ANSWERS: dict[str, object] = {
    "name": 'Åsa "O\'Hara" <b>',
    "email": "asa",
    "message": "\nfirst line\n</textarea>",
    "day": "tue",
    "days": ["mon", "tue"],
    "consent": "true",
    "born": ["2015-01-01", "2016-02-02"],
}
ERRORS = [
    FieldError("email", "not_an_email", "That is no <e-mail> address."),
    FieldError("day", "required", "Choose one."),
    FieldError("extra", "unknown_field", "This was not asked."),
]


@pytest.fixture
def page(form: Form, words: SiteWords) -> Page:
    return Page(form_page(form, ANSWERS, errors=ERRORS, words=words, language="en"))


def test_mend_page__keeps_what_was_entered(page: Page) -> None:
    assert page.find(id="f-name")["value"] == ANSWERS["name"]
    assert page.find(id="f-email")["value"] == "asa"
    born = {part: page.find(name=f"born-{part}")["value"] for part in ("day", "month", "year")}
    assert born == {"day": "02", "month": "02", "year": "2016"}
    assert page.text["message"].startswith("\n\nfirst line\n</textarea>")
    assert "checked" in page.find(id="f-day-2")
    assert "checked" not in page.find(id="f-day")
    assert "checked" in page.find(id="f-days")
    assert "checked" in page.find(id="f-days-2")
    assert "checked" in page.find(id="f-consent")


def test_mend_page__posts_to_its_own_address(page: Page) -> None:
    form = page.find(method="post")

    assert "action" not in form


def test_mend_page__every_link_of_the_summary_leads_to_a_control(page: Page) -> None:
    links = [str(attrs.get("href")) for tag, attrs in page.elements if tag == "a"]
    targets = [link[1:] for link in links[links.index("#f-email") :] if link.startswith("#")]

    assert targets == ["f-email", "f-day", "main"]
    for target in targets:
        assert page.find(id=target)


def test_mend_page__links_hints_and_errors_to_their_field(page: Page) -> None:
    described = page.find(id="f-email")["aria-describedby"]

    assert described == "f-email-hint f-email-error"
    assert page.find(id="f-email")["aria-invalid"] == "true"
    assert page.text["f-email-hint"].strip() == "We answer here & nowhere else"
    assert page.text["f-email-error"].strip() == "That is no <e-mail> address."


def test_mend_page__every_control_has_a_label(page: Page, form: Form) -> None:
    labelled = {attrs.get("for") for tag, attrs in page.elements if tag == "label"}

    for field in form.fields[:6]:
        assert f"f-{field.name}" in labelled


def test_mend_page__its_title_says_that_there_is_an_error(page: Page) -> None:
    html = [tag for tag, _ in page.elements][:1]

    assert html == ["html"]
    assert page.elements[0][1] == {"lang": "en"}
    assert "Error: Register for a <course>" in "".join(page.text.values())


def test_mend_page__shows_an_answer_of_any_kind_as_text(form: Form, words: SiteWords) -> None:
    answers: dict[str, object] = {"name": {"a": 1}, "email": 7, "day": None, "consent": ["off", "on"], "days": "mon"}

    page = Page(form_page(form, answers, errors=ERRORS, words=words, language="xx"))

    assert page.find(id="f-email")["value"] == "7"
    assert "checked" in page.find(id="f-days")


def test_message_page__leads_back_to_the_form(words: SiteWords) -> None:
    page = Page(sentence_page("Closed & gone.", form="contact", words=words, language="sv"))

    assert page.find(href=f"{words.site_url}/sv/contact", **{"class": "button"})
    assert "Closed & gone." in "".join(page.text.values())


def test_mend_page__names_a_missing_answer_once(form: Form, words: SiteWords) -> None:
    """The summary repeats no label before a message that already names the field."""
    errors = [FieldError("name", "required", "Enter your name."), FieldError("email", "not_an_email", "No address.")]
    html = form_page(form, {}, errors=errors, words=words, language="en")
    assert '<a href="#f-name">Enter your name.</a>' in html
    assert '<a href="#f-email">E-mail: No address.</a>' in html
