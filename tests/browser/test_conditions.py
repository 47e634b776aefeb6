"""Questions and options that depend on an answer, in a browser with and without JavaScript, on pages built here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from browser.built_pages import API, SITE, pages_of
from browser.conftest import A_MINUTE_LATER
from playwright.sync_api import expect
from shipped import SOURCES
from unit.core.builders import a_field, words
from unit.core.test_conditions import FORM, PERSON

from registration_core.adapters.field_views import MOST_RADIOS
from registration_core.domain.conditions import Condition
from registration_core.domain.fields import Option
from rollcall_build.forms.files import compile_forms
from rollcall_build.site.build import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page


CHAIN = replace(
    FORM,
    name="chain",
    fields=(
        *FORM.fields[:2],
        a_field(
            "choice", "age", required=True, options=(Option("child", words("Child")), Option("adult", words("Adult")))
        ),
        a_field(
            "choice",
            "course",
            required=True,
            options=(
                *(Option(f"c{number}", words(f"Course {number}")) for number in range(MOST_RADIOS)),
                Option("welding", words("Welding"), show_when=Condition("age", ("adult",))),
            ),
        ),
        a_field("text", "gloves", required=True, show_when=Condition("course", ("welding",))),
        a_field("date", "born"),
    ),
)
"""An option that one question offers decides about another question."""


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The built site, by path."""
    forms = compile_forms(SOURCES.forms) | {FORM.name: FORM, CHAIN.name: CHAIN}
    return {file.key: file.body for file in render(SOURCES, forms, api_url=API, site_url=SITE)}


@pytest.fixture
def posted() -> list[Any]:
    """The bodies that the API got."""
    return []


@pytest.fixture
def opened(browser: Browser, files: dict[str, bytes], posted: list[Any]) -> Iterator[Callable[..., Page]]:
    """Open the form's page with an API that stores what it gets."""
    receipt = {"id": "crs_1", "reference": "K7QM-3XTP", "status": "confirmed"}
    with pages_of(browser, files, receipt=receipt, post=posted.append) as open_page:
        yield lambda form=FORM, **options: open_page(form.name, **options)


def part(page: Page, name: str) -> Any:
    return page.locator(f'[data-field="{name}"]')


def test_question__appears_with_its_answer_and_only_then_counts(opened: Any, posted: list[Any]) -> None:
    page = opened()
    for name, text in PERSON.items():
        page.fill(f"[name={name}]", text)
    page.evaluate(A_MINUTE_LATER)
    expect(part(page, "where")).to_be_hidden()
    expect(part(page, "beginner")).to_be_visible()
    expect(page.locator(".only-if:visible")).to_have_count(0)

    page.check("[name=before][value=some]")
    expect(part(page, "where")).to_be_visible()
    expect(part(page, "beginner")).to_be_hidden()
    page.check("[name=days][value=sun]")
    page.click("main form [type=submit]")
    expect(page.locator("#f-where-error")).to_have_text("Enter where.")
    assert page.inner_text("#error-summary").split("\n", 1)[0] == "There is a problem"
    assert "urgent" not in page.inner_text("#error-summary")  # only after a failure
    assert posted == []

    page.fill("[name=where]", "At school")
    page.check("[name=before][value=none]")
    expect(page.locator("[name=days][value=sun]")).to_be_hidden()
    page.click("main form [type=submit]")
    page.wait_for_url("**/thank-you")
    (body,) = posted
    answers = {name: value for name, value in json.loads(body).items() if not name.startswith("_")}
    assert answers == PERSON | {"before": "none"}


def test_option__that_is_no_longer_offered_is_not_chosen_either(opened: Any) -> None:
    """So what it decided goes with it, and a list doesn't show what would not be sent."""
    page = opened(CHAIN)
    page.check("[name=age][value=adult]")
    page.select_option("[name=course]", "welding")
    expect(part(page, "gloves")).to_be_visible()

    page.check("[name=age][value=child]")
    expect(page.locator("[name=course]")).to_have_value("")
    expect(part(page, "gloves")).to_be_hidden()


def test_date_without_a_hint__fits_a_phone(opened: Any) -> None:
    page = opened(CHAIN, viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_draft__comes_back_with_the_questions_that_it_answers(opened: Any) -> None:
    page = opened()
    page.check("[name=before][value=course]")
    page.fill("[name=where]", "At school")

    page.reload()
    expect(part(page, "where")).to_be_visible()
    expect(page.locator("[name=where]")).to_have_value("At school")

    page.click(".restored [data-clear]:visible")
    expect(part(page, "where")).to_be_hidden()


def test_without_javascript__each_condition_is_in_words_and_nothing_is_hidden(opened: Any) -> None:
    page = opened(java_script_enabled=False)

    for name in ("where", "beginner", "days"):
        expect(part(page, name)).to_be_visible()
    expect(page.locator("#f-where-when")).to_have_text("Only if you answer “some” or “course” to “Before”.")
    expect(page.locator("#f-beginner-when")).to_have_text("Not if you answer “some” or “course” to “Before”.")
    assert page.locator("[name=where]").get_attribute("required") is None


def test_page_without_conditions__loads_no_script_for_them(files: dict[str, bytes]) -> None:
    assert b"conditions." in files[FORM.name]
    assert b"conditions." not in files["contact"]
