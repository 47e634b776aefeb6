"""The forms filled in by a visitor, with JavaScript and without, up to the mails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

FORMS = ("registration", "contact")


@pytest.fixture
def filled_in(forms: Any, person: Any) -> Callable[[Any], None]:
    """Bring a visitor to the contact form, and fill it in."""

    def fill(visitor: Any) -> None:
        visitor.goes_to("/contact")
        visitor.fills(forms["contact"], person.answers(forms["contact"]))

    return fill


@pytest.mark.parametrize("browser_has", [{}, {"java_script_enabled": False}], ids=["script", "no-script"])
@pytest.mark.parametrize("name", FORMS)
def test_form__brings_the_visitor_to_thank_you_and_a_mail_to_both(
    visit: Any, forms: Any, person: Any, name: str, browser_has: dict[str, bool]
) -> None:
    visitor = visit(**browser_has)
    visitor.goes_to(f"/{name}")
    visitor.fills(forms[name], person.answers(forms[name]))
    visitor.sends()
    reference = visitor.arrives_at_thank_you()
    if browser_has:
        assert visitor.page.locator(".reference").is_hidden()
        assert visitor.page.get_by_text("Your reference is in the mail").is_visible()
    else:
        assert visitor.page.locator(".reference strong").inner_text() == reference
    mail = person.only_mail()
    assert reference in mail.text
    assert reference in mail.html
    assert reference in person.staffs_only_mail(forms[name]).text


@pytest.mark.parametrize(("status", "words"), [("pending", "One step is left"), ("waitlisted", "on the waiting list")])
def test_thank_you__says_what_is_still_to_come(visit: Any, status: str, words: str) -> None:
    visitor = visit()
    visitor.goes_to(f"/thank-you?form=registration&reference=K7QM-3XTP&status={status}")
    assert visitor.page.get_by_text(words).is_visible()
    assert visitor.page.get_by_text("a mail that confirms it").first.is_hidden()


@pytest.mark.parametrize("name", FORMS)
def test_form__hides_the_field_for_programs_from_people(visit: Any, name: str) -> None:
    visitor = visit()
    visitor.goes_to(f"/{name}")
    trap = visitor.page.locator('[name="website"]')
    assert trap.get_attribute("tabindex") == "-1"
    assert visitor.page.get_by_role("textbox", name="Leave this empty").count() == 0
    box = trap.locator("xpath=..").bounding_box()
    assert box is not None
    assert max(box["width"], box["height"]) <= 1


@pytest.mark.parametrize("name", FORMS)
def test_empty_form__says_beside_each_field_and_in_a_summary_what_to_mend(
    visit: Any, forms: Any, person: Any, name: str
) -> None:
    form, visitor = forms[name], visit()
    visitor.goes_to(f"/{name}")
    with visitor.forgiving("422"):
        visitor.sends()
        visitor.page.wait_for_selector("#error-summary:not([hidden])")
    page = visitor.page
    required = [field.name for field in form.fields if field.required]
    assert page.evaluate("document.activeElement.id") == "error-summary"
    assert page.title().startswith("Error: ")
    assert page.locator("#error-summary a").count() == len(required)
    for wrong in required:
        block = page.locator(f'[data-field="{wrong}"]')
        note = block.locator(".field-error")
        assert note.inner_text()
        marked = page.locator(f'[aria-invalid="true"][aria-describedby~="{note.get_attribute("id")}"]')
        assert marked.count() == 1
    assert page.locator(".has-error").count() == len(required)
    page.locator("#error-summary a").first.click()
    assert page.evaluate("document.activeElement.name") == required[0]

    visitor.fills(form, person.answers(form))
    visitor.sends()
    visitor.arrives_at_thank_you()


def test_wrong_field__keeps_what_was_typed_and_arrives_once_mended(visit: Any, forms: Any, person: Any) -> None:
    form, visitor = forms["contact"], visit()
    email = f'[name="{form.email_field}"]'
    visitor.goes_to("/contact")
    visitor.fills(form, person.answers(form) | {form.email_field: "nobody@nowhere"})
    with visitor.forgiving("422"):
        visitor.sends()
        visitor.page.wait_for_selector("#error-summary:not([hidden])")
    assert visitor.page.locator("#error-summary a").count() == 1
    assert visitor.page.input_value(email) == "nobody@nowhere"
    assert visitor.page.get_attribute(email, "aria-invalid") == "true"
    visitor.page.fill(email, person.address)
    visitor.sends()
    visitor.arrives_at_thank_you()
    person.only_mail()


def test_wrong_field_without_script__leads_to_a_page_that_keeps_what_was_typed(
    stack: Any, visit: Any, forms: Any, person: Any
) -> None:
    form, visitor = forms["contact"], visit(java_script_enabled=False)
    given = person.answers(form)
    visitor.goes_to("/contact")
    visitor.fills(form, given | {form.email_field: "nobody@nowhere"})
    with visitor.forgiving("422"):
        visitor.sends()
        visitor.page.wait_for_selector(".error-summary")
    assert visitor.page.url.startswith(stack.api_url)
    for field in form.fields:
        if isinstance(given.get(field.name), str) and not field.options and field.name != form.email_field:
            assert visitor.page.input_value(f'[name="{field.name}"]') == given[field.name]
    assert visitor.page.input_value(f'[name="{form.email_field}"]') == "nobody@nowhere"
    visitor.page.fill(f'[name="{form.email_field}"]', person.address)
    visitor.sends()
    visitor.arrives_at_thank_you()
    person.only_mail()


def test_button__sends_once_however_often_it_is_pressed(visit: Any, filled_in: Any, person: Any) -> None:
    visitor = visit()
    filled_in(visitor)
    visitor.page.evaluate("for (let press = 0; press < 5; press++) document.querySelector('[type=submit]').click()")
    visitor.arrives_at_thank_you()
    assert len(visitor.posts) == 1
    person.only_mail()


def test_broken_line__keeps_everything_and_the_same_key_until_it_arrives(
    visit: Any, filled_in: Any, person: Any
) -> None:
    visitor = visit()
    filled_in(visitor)
    with visitor.forgiving("ERR_INTERNET_DISCONNECTED"):
        visitor.page.context.set_offline(True)
        visitor.sends()
        visitor.page.wait_for_selector("#error-summary:not([hidden])")
    assert "won't be sent twice" in visitor.page.inner_text("#error-summary")
    assert visitor.page.evaluate("document.activeElement.id") == "error-summary"
    assert visitor.page.input_value('[name="email"]') == person.address
    visitor.page.context.set_offline(False)
    visitor.sends()
    visitor.arrives_at_thank_you()
    keys = {key for key, _ in visitor.posts}
    assert len(visitor.posts) == 3  # once, once more by itself, and when the visitor pressed again
    assert len(keys) == 1
    person.only_mail()


def test_lost_answer__counts_once(visit: Any, filled_in: Any, person: Any) -> None:
    visitor = visit()
    lost: list[str] = []

    def lose_the_first(route: Any) -> None:
        answer = route.fetch()
        if lost or route.request.method != "POST":
            route.fulfill(response=answer)
        else:
            lost.append(answer.json()["reference"])
            route.abort("connectionreset")

    visitor.page.route("**/_user_request_/contact?*", lose_the_first)
    filled_in(visitor)
    with visitor.forgiving("ERR_CONNECTION_RESET"):
        visitor.sends()
        reference = visitor.arrives_at_thank_you()
    assert [reference] == lost
    person.only_mail()


def test_stumbling_gateway__is_asked_once_more_with_the_same_key(visit: Any, filled_in: Any, person: Any) -> None:
    visitor = visit()
    stumbled: list[str] = []

    def stumble_once(route: Any) -> None:
        if stumbled or route.request.method != "POST":
            route.continue_()
        else:
            stumbled.append(route.request.url)
            route.fulfill(status=500, body="{}", headers={"Access-Control-Allow-Origin": "*"})

    visitor.page.route("**/_user_request_/contact?*", stumble_once)
    filled_in(visitor)
    with visitor.forgiving("500"):
        visitor.sends()
        visitor.arrives_at_thank_you()
    assert len(visitor.posts) == 2
    assert len({key for key, _ in visitor.posts}) == 1
    person.only_mail()


@pytest.mark.parametrize("back", ["go_back", "reopened"])
def test_back_after_thank_you__same_answers_count_once_and_others_anew(
    visit: Any, filled_in: Any, person: Any, back: str
) -> None:
    visitor = visit()

    def returns() -> None:
        if back == "go_back":
            visitor.page.go_back()
        filled_in(visitor)

    filled_in(visitor)
    visitor.sends()
    first = visitor.arrives_at_thank_you()
    returns()
    visitor.sends()
    assert visitor.arrives_at_thank_you() == first
    person.only_mail()

    returns()
    visitor.page.fill('[name="message"]', "Something else altogether, please.")
    visitor.sends()
    assert visitor.arrives_at_thank_you() != first
    keys = [key for key, _ in visitor.posts]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("status", "problem", "said"),
    [
        (503, {"code": "storage_unavailable", "detail": "Later."}, "We couldn't take this in"),
        (502, None, "We couldn't take this in"),
        (403, {"code": "form_closed", "detail": "This form closed."}, "This form closed."),
        (429, {"code": "throttled", "detail": "Too fast."}, "Too fast."),
        (422, {"code": "key_reused", "detail": "Send a new key."}, "What you sent before has reached us"),
    ],
)
def test_refusal__is_told_in_plain_words(
    visit: Any, filled_in: Any, status: int, problem: dict[str, str] | None, said: str
) -> None:
    visitor = visit()
    cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "content-type,idempotency-key"}
    body = json.dumps(problem) if problem else "<h1>Bad gateway</h1>"
    visitor.page.route("**/_user_request_/contact?*", lambda r: r.fulfill(status=status, body=body, headers=cors))
    filled_in(visitor)
    with visitor.forgiving(str(status)):
        visitor.sends()
        visitor.page.wait_for_selector("#error-summary:not([hidden])")
    assert said in visitor.page.inner_text("#error-summary")
    button = visitor.page.locator("[type=submit]")
    assert button.get_attribute("aria-disabled") is None
    assert button.inner_text() == "Send the message"


def test_blocked_storage__does_not_stop_a_visitor(visit: Any, filled_in: Any) -> None:
    visitor = visit()
    visitor.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('', 'SecurityError') } })"
    )
    filled_in(visitor)
    visitor.sends()
    visitor.arrives_at_thank_you()
