"""The forms filled in by a visitor, with JavaScript and without, up to the mails."""

from __future__ import annotations

from typing import Any

import pytest

FORMS = ("registration", "contact")


@pytest.mark.parametrize("java_script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("name", FORMS)
def test_form__brings_the_visitor_to_thank_you_and_a_mail_to_both(
    stack: Any, visit: Any, forms: Any, answers: Any, address: str, staff_mail: Any, name: str, java_script: bool
) -> None:
    visitor = visit(java_script_enabled=java_script)
    visitor.goes_to(f"/{name}")
    visitor.fills(forms[name], answers(forms[name]))
    visitor.sends()
    reference = visitor.arrives_at_thank_you()
    if java_script:
        assert visitor.page.locator(".reference strong").inner_text() == reference
    else:
        assert visitor.page.locator(".reference").is_hidden()
        assert visitor.page.get_by_text("Your reference is in the mail").is_visible()
    [mail] = stack.wait_for_mails(to=address, count=1)
    assert reference in mail.text
    assert reference in mail.html
    assert reference in staff_mail(forms[name], address).text


@pytest.mark.parametrize("name", FORMS)
def test_empty_form__says_beside_each_field_and_in_a_summary_what_to_mend(
    visit: Any, forms: Any, answers: Any, name: str
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

    visitor.fills(form, answers(form))
    visitor.sends()
    visitor.arrives_at_thank_you()


def test_wrong_field__keeps_what_was_typed_and_arrives_once_mended(
    stack: Any, visit: Any, forms: Any, answers: Any, address: str
) -> None:
    form, visitor = forms["contact"], visit()
    email = f'[name="{form.email_field}"]'
    visitor.goes_to("/contact")
    visitor.fills(form, answers(form) | {form.email_field: "nobody@nowhere"})
    with visitor.forgiving("422"):
        visitor.sends()
        visitor.page.wait_for_selector("#error-summary:not([hidden])")
    assert visitor.page.locator("#error-summary a").count() == 1
    assert visitor.page.input_value(email) == "nobody@nowhere"
    assert visitor.page.get_attribute(email, "aria-invalid") == "true"
    visitor.page.fill(email, address)
    visitor.sends()
    visitor.arrives_at_thank_you()
    stack.wait_for_mails(to=address, count=1)


def test_wrong_field_without_script__leads_to_a_page_that_keeps_what_was_typed(
    stack: Any, visit: Any, forms: Any, answers: Any, address: str
) -> None:
    form, visitor = forms["contact"], visit(java_script_enabled=False)
    given = answers(form)
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
    visitor.page.fill(f'[name="{form.email_field}"]', address)
    visitor.sends()
    visitor.arrives_at_thank_you()
    stack.wait_for_mails(to=address, count=1)


def test_button__sends_once_however_often_it_is_pressed(
    stack: Any, visit: Any, forms: Any, answers: Any, address: str
) -> None:
    form, visitor = forms["contact"], visit()
    visitor.goes_to("/contact")
    visitor.fills(form, answers(form))
    visitor.page.evaluate("for (let press = 0; press < 5; press++) document.querySelector('[type=submit]').click()")
    visitor.arrives_at_thank_you()
    assert len(visitor.posts) == 1
    stack.wait_for_mails(to=address, count=1)


def test_broken_line__keeps_everything_and_the_same_key_until_it_arrives(
    stack: Any, visit: Any, forms: Any, answers: Any, address: str
) -> None:
    form, visitor = forms["contact"], visit()
    visitor.goes_to("/contact")
    visitor.fills(form, answers(form))
    with visitor.forgiving("ERR_INTERNET_DISCONNECTED"):
        visitor.page.context.set_offline(True)
        visitor.sends()
        visitor.page.wait_for_selector("#error-summary:not([hidden])")
    assert "won't be sent twice" in visitor.page.inner_text("#error-summary")
    assert visitor.page.evaluate("document.activeElement.id") == "error-summary"
    assert visitor.page.input_value(f'[name="{form.email_field}"]') == address
    visitor.page.context.set_offline(False)
    visitor.sends()
    visitor.arrives_at_thank_you()
    keys = {key for key, _ in visitor.posts}
    assert len(visitor.posts) == 3  # once, once more by itself, and when the visitor pressed again
    assert len(keys) == 1
    stack.wait_for_mails(to=address, count=1)


def test_lost_answer__counts_once(stack: Any, visit: Any, forms: Any, answers: Any, address: str) -> None:
    form, visitor = forms["contact"], visit()
    lost: list[str] = []

    def lose_the_first(route: Any) -> None:
        answer = route.fetch()
        if lost or route.request.method != "POST":
            route.fulfill(response=answer)
        else:
            lost.append(answer.json()["reference"])
            route.abort("connectionreset")

    visitor.page.route(f"{stack.api_url}/contact", lose_the_first)
    visitor.goes_to("/contact")
    visitor.fills(form, answers(form))
    with visitor.forgiving("ERR_CONNECTION_RESET"):
        visitor.sends()
        reference = visitor.arrives_at_thank_you()
    assert [reference] == lost
    stack.wait_for_mails(to=address, count=1)


@pytest.mark.parametrize(
    ("status", "content_type", "body", "said"),
    [
        (
            503,
            "application/problem+json",
            '{"code": "storage_unavailable", "detail": "Later."}',
            "We couldn't take this in",
        ),
        (502, "text/html", "<h1>Bad gateway</h1>", "We couldn't take this in"),
        (
            403,
            "application/problem+json",
            '{"code": "form_closed", "detail": "This form closed."}',
            "This form closed.",
        ),
        (429, "application/problem+json", '{"code": "throttled", "detail": "Too fast."}', "Too fast."),
        (
            422,
            "application/problem+json",
            '{"code": "key_reused", "detail": "x"}',
            "What you sent before has reached us",
        ),
    ],
)
def test_refusal__is_told_in_plain_words(
    stack: Any, visit: Any, forms: Any, answers: Any, status: int, content_type: str, body: str, said: str
) -> None:
    form, visitor = forms["contact"], visit()
    cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "content-type,idempotency-key"}
    visitor.page.route(
        f"{stack.api_url}/contact",
        lambda route: route.fulfill(status=status, content_type=content_type, body=body, headers=cors),
    )
    visitor.goes_to("/contact")
    visitor.fills(form, answers(form))
    with visitor.forgiving(str(status)):
        visitor.sends()
        visitor.page.wait_for_selector("#error-summary:not([hidden])")
    assert said in visitor.page.inner_text("#error-summary")
    button = visitor.page.locator("[type=submit]")
    assert button.get_attribute("aria-disabled") is None
    assert button.inner_text() != "Sending…"


def test_blocked_storage__does_not_stop_a_visitor(visit: Any, forms: Any, answers: Any) -> None:
    visitor = visit()
    visitor.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('', 'SecurityError') } })"
    )
    visitor.goes_to("/contact")
    visitor.fills(forms["contact"], answers(forms["contact"]))
    visitor.sends()
    visitor.arrives_at_thank_you()
