"""Several participants on one form, in a browser: with JavaScript on pages built here, without it on the stack."""

from __future__ import annotations

import json
import re
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from browser.built_pages import API, SITE, pages_of
from browser.conftest import A_MINUTE_LATER
from organisation import organisation
from playwright.sync_api import expect

from rollcall_build.forms.files import compile_forms
from rollcall_build.site.build import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

RECEIPTS = [
    {"id": "cmp_1", "reference": "K7QM-3XTP", "status": "confirmed"},
    {"id": "cmp_2", "reference": "9VXM-2K1Q", "status": "waitlisted", "position": 4},
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The built site of the tests' organisation, by path."""
    sources = organisation(tmp_path_factory.mktemp("groups") / "organisation")
    built = render(sources, compile_forms(sources.forms), api_url=API, site_url=SITE)
    return {file.key: file.body for file in built}


@pytest.fixture
def posted() -> list[Any]:
    """The bodies that the API got."""
    return []


@pytest.fixture
def opened(browser: Browser, files: dict[str, bytes], posted: list[Any]) -> Iterator[Callable[..., Page]]:
    """Open the camp's page with an API that stores what it gets, and gives the second participant a ticket."""
    receipt = RECEIPTS[0] | {"group": RECEIPTS}
    with pages_of(browser, files, receipt=receipt, post=lambda body: posted.append(json.loads(body))) as open_page:
        yield partial(open_page, "camp")


def fill_in_two(page: Page) -> None:
    page.fill("[name=guardian]", "Per Lindqvist")
    page.fill("[name=email]", "per@example.org")
    page.fill("[name=participant]", "Åsa")
    page.check("[name=week][value=first-week]")
    page.click("[name=_add]")
    expect(page.locator("[name=participant-2]")).to_be_focused()
    page.fill("[name=participant-2]", "Bo")


def send(page: Page) -> None:
    page.evaluate(A_MINUTE_LATER)
    page.click("main form [type=submit]")


def test_add__errors_name_the_participant__and_all_are_sent(opened: Any, posted: list[Any]) -> None:
    page = opened()
    expect(page.locator("[name=_remove]:visible")).to_have_count(0)
    fill_in_two(page)
    send(page)
    expect(page.locator(".error-summary li")).to_have_text(["Participant 2: Choose an option: week."])
    page.click(".error-summary li a")
    expect(page.locator("#f2-week")).to_be_focused()
    page.check("[name=week-2][value=second-week]")
    send(page)
    page.wait_for_url("**/thank-you")
    (body,) = posted
    assert {name: value for name, value in body.items() if not name.startswith("_")} == {
        "guardian": "Per Lindqvist",
        "email": "per@example.org",
        "participant": "Åsa",
        "week": "first-week",
        "participant-2": "Bo",
        "week-2": "second-week",
    }
    expect(page.locator("h1 span:visible")).to_have_text("Some have a seat, some are on the waiting list")
    first, second = page.locator(".members:visible li").all()
    for item, texts in (
        (first, ("Åsa", "First week", "Kuggen", "Registered", "K7QM-3XTP")),
        (second, ("Bo", "Second week", "Kuggen", "On the waiting list, number 4", "9VXM-2K1Q")),
    ):
        for text in texts:
            expect(item).to_contain_text(text)
        expect(item.locator("span")).to_have_count(3)  # the week, its dates and its place
    expect(page.locator(".reference:visible")).to_have_count(0)


def test_remove__can_be_undone_with_all_that_was_typed(opened: Any, posted: list[Any]) -> None:
    page = opened()
    fill_in_two(page)
    page.check("[name=week-2][value=second-week]")
    page.locator("[name=_remove]:visible").first.click()
    expect(page.locator("[name=participant]")).to_have_value("Bo")
    expect(page.locator("[name=week][value=second-week]")).to_be_checked()
    expect(page.locator("[name=participant-2]")).to_be_hidden()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    page.fill("[name=participant]", "Bo Lindqvist")
    undo.click()
    expect(page.locator("[name=participant]")).to_have_value("Åsa")
    expect(page.locator("[name=week][value=first-week]")).to_be_checked()
    expect(page.locator("[name=participant-2]")).to_have_value("Bo Lindqvist")
    expect(page.locator("[name=week-2][value=second-week]")).to_be_checked()
    page.locator("[name=_remove]:visible").last.click()
    send(page)
    page.wait_for_url("**/thank-you")
    assert "participant-2" not in posted[0]


def test_thanks__says_a_week_that_all_chose_once(opened: Any) -> None:
    page = opened()
    fill_in_two(page)
    page.check("[name=week-2][value=first-week]")
    send(page)
    page.wait_for_url("**/thank-you")
    expect(page.locator(".members:visible li")).to_have_text(
        ["Åsa Registered Your reference K7QM-3XTP", "Bo On the waiting list, number 4 Your reference 9VXM-2K1Q"]
    )
    for text in ("First week", "Starts", "Kuggen, Stockholm"):
        expect(page.locator("main").get_by_text(text, exact=True).locator("visible=true")).to_have_count(1)


def test_remove__takes_the_participants_errors_off_the_summary(opened: Any) -> None:
    """What is wrong elsewhere stays listed; with nothing left, the summary goes."""
    page = opened()
    fill_in_two(page)
    page.fill("[name=guardian]", "")
    send(page)
    summary = page.locator(".error-summary")
    expect(summary.locator("li")).to_have_text(["Enter guardian's name.", "Participant 2: Choose an option: week."])
    page.locator("[name=_remove]:visible").last.click()
    expect(summary.locator("li")).to_have_text(["Enter guardian's name."])
    page.get_by_role("button", name="Undo").click()
    page.fill("[name=guardian]", "Per Lindqvist")
    send(page)
    expect(summary.locator("li")).to_have_count(1)
    page.locator("[name=_remove]:visible").last.click()
    expect(summary).to_be_hidden()
    expect(page).not_to_have_title(re.compile("Error"))


def test_draft__comes_back_with_all_participants(opened: Any) -> None:
    page = opened()
    fill_in_two(page)
    page.reload()
    expect(page.locator("[name=participant-2]")).to_have_value("Bo")
    expect(page.locator("[name=participant-3]")).to_be_hidden()
    page.locator("[data-clear]:visible").first.click()
    expect(page.locator("[name=participant-2]")).to_be_hidden()
    page.reload()
    expect(page.locator(".restored:visible")).to_have_count(0)


def test_at_most__no_button_for_more(opened: Any) -> None:
    page = opened()
    for _ in range(5):
        page.click("[name=_add]")
    expect(page.locator("[name=_add]")).to_be_hidden()
    expect(page.locator("fieldset.participant:visible")).to_have_count(6)


def test_without_javascript__a_family_registers(visit: Any, stack: Any) -> None:
    """The buttons lead to the same form with one participant more, and Enter sends instead."""
    visitor = visit(java_script_enabled=False)
    page, address = visitor.page, f"{uuid.uuid4().hex}@example.org"
    visitor.goes_to("/camp")
    page.fill("[name=guardian]", "Per Lindqvist")
    page.fill("[name=email]", address)
    page.fill("[name=participant]", "Åsa Lindqvist")
    page.check("[name=week][value=second-week]")
    page.click("[name=_add]")
    page.fill("[name=participant-2]", "Bo Lindqvist")
    page.click("[name=_add]")
    page.fill("[name=participant-3]", "Nobody")
    page.locator("[name=_remove]").last.click()
    with visitor.forgiving("422"):
        page.press("[name=participant-2]", "Enter")
        expect(page.locator(".error-summary li")).to_have_text(["Participant 2: Choose an option: week."])
    page.check("[name=week-2][value=second-week]")
    page.click("main form .send")
    expect(page.locator(".members li")).to_have_count(2)
    expect(page.locator(".members li").first).to_contain_text("Åsa Lindqvist")
    (mail,) = stack.wait_for_mails(to=address)
    assert "Bo Lindqvist" in mail.text
