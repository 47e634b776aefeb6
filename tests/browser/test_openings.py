"""An option or a form that staff close by command: the page says so at once, with and without JavaScript."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from integration.api_requests import send
from integration.staff import with_policy
from playwright.sync_api import expect

from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import DeployedStack

    from registration_core.domain.forms import Form

SAYS = "Second week is closed. Choose another option."


@pytest.fixture
def camp(stack: DeployedStack) -> Form:
    return compile_forms(stack.workspace.sources.forms)["camp"]


@pytest.fixture
def closed(stack: DeployedStack) -> Iterator[Callable[..., Any]]:
    """Close the second week, or what is named, for the time of a `with`."""
    rollcall = with_policy(stack, f"manager-{uuid.uuid4().hex[:8]}", stack.outputs["manager_policy_arn"]).done

    @contextmanager
    def closing(*what: str) -> Iterator[None]:
        what = what or ("camp", "second-week")
        rollcall("forms", "close", *what, "--yes")
        try:
            yield
        finally:
            rollcall("forms", "open", *what, "--yes")

    return closing


def answers(week: str) -> dict[str, Any]:
    name = uuid.uuid4().hex[:8]
    return {"guardian": "Per Lindqvist", "email": f"{name}@example.org", "participant": f"Asa {name}", "week": week}


def week(page: Any, name: str) -> Any:
    return page.locator(".choice", has_text=name).first


def test_closed__disables_the_option_and_refuses_a_page_opened_before(
    visit: Any, camp: Form, closed: Callable[..., Any]
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.goes_to("/camp")
    expect(week(page, "Second week").locator(".seats")).not_to_be_empty()  # the page knows that it is open
    visitor.fills(camp, answers("second-week"))
    with closed(), visitor.forgiving("422"):
        visitor.sends()
        expect(page.locator("#error-summary")).to_contain_text(SAYS)
        newcomer = visit()
        newcomer.goes_to("/camp")
        expect(week(newcomer.page, "Second week")).to_contain_text("Closed")
        expect(week(newcomer.page, "Second week").locator("input")).to_be_disabled()
        expect(week(newcomer.page, "First week").locator("input")).to_be_enabled()
    visitor.sends()
    assert visitor.arrives_at_thank_you()


def test_closed_form__says_so_before_anybody_fills_it_in(visit: Any, closed: Callable[..., Any]) -> None:
    """Also the first time, and for a form without seats or times."""
    visitor = visit()
    page = visitor.page
    with closed("contact"):
        visitor.goes_to("/sv/contact")
        expect(page.get_by_role("status").filter(has_text="Formuläret stängde den")).to_be_in_viewport()
        expect(page.locator("button.send")).to_be_hidden()
    visitor.goes_to("/contact?opened")
    expect(page.locator("button.send")).to_be_visible()


def test_closed__without_javascript_the_server_says_it(
    visit: Any, stack: DeployedStack, camp: Form, closed: Callable[..., Any]
) -> None:
    visitor = visit(java_script_enabled=False)
    page = visitor.page
    with closed(), visitor.forgiving("422"):
        assert send(stack, "camp", answers("second-week")).status == 422
        visitor.goes_to("/camp")
        visitor.fills(camp, answers("second-week"))
        visitor.sends()
        expect(page.locator(".error-summary")).to_contain_text(SAYS)
        expect(week(page, "Second week").locator("input")).to_be_disabled()
        expect(week(page, "Second week")).to_contain_text("Closed")
        week(page, "First week").locator("input").check()
        visitor.sends()
        assert visitor.arrives_at_thank_you()
