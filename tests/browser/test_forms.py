"""What a form's page does before anything is sent: traps, checks on leaving a field, errors, places left."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from browser.conftest import LANGUAGES, path_in, words_in
from conftest import FULL_COURSE

from registration_core.domain.errors import InvalidAnswersError
from registration_core.domain.validation import example_submission, validate

if TYPE_CHECKING:
    from registration_core.domain.forms import Form

FORMS = ("registration", "contact")
# (form, field, what is typed): each is looked at by the page alone, and what it says is what the server would.
TYPED = (
    (
        "registration",
        "email",
        ("robin", "robin@nowhere", "ro..bin@example.org", "robin@bücher.example", "o'n+t@example.org"),
    ),
    ("registration", "phone", ("1234", "+46 (0)70 123 45 67", "+0701234567", "call me", "tel:0701234567", "٠٧٠١٢٣٤٥٦")),
    ("registration", "robots_at_home", ("twelve", "12.5", "12,0", "-1", "51", "50", "\u22123", "1" * 17)),
    ("registration", "birth_date", ("1901-01-01", "2999-01-01")),
    ("registration", "participant", ("x" * 100, "x" * 101, "👩‍👩‍👧" * 100, "é" * 101)),
    ("contact", "message", ("Too short", "Long enough now", "  short    \n ", "e\u0301e\u0301e\u0301e\u0301")),
)


def said_by_server(form: Form, name: str, typed: str, language: str) -> str:
    """The server's sentence on one answer; empty when it takes it."""
    answers = dict(example_submission(form)) | {name: typed}
    try:
        validate(form, answers, language, today=datetime.now(UTC).date())
    except InvalidAnswersError as error:
        return error.errors[0].message
    return ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_left_field__is_said_about_what_the_server_would_say(visit: Any, forms: Any, language: str) -> None:
    visitor = visit()
    for name in FORMS:
        with visitor.page.expect_response("**/forms/registration") if name == "registration" else visitor.forgiving():
            visitor.goes_to(path_in(language, f"/{name}"))
        visitor.page.locator("[name=email]").focus()
        for of_form, field, texts in TYPED:
            for typed in texts if of_form == name else ():
                visitor.page.fill(f"#f-{field}", typed)
                visitor.page.locator(f"#f-{field}").blur()
                said = visitor.page.inner_text(f"#f-{field}-error")
                assert said == said_by_server(forms[name], field, typed, language), (field, typed)
    assert visitor.posts == []


def test_field__is_looked_at_when_it_is_left_and_only_after_something_was_typed(visit: Any) -> None:
    visitor = visit()
    visitor.goes_to("/contact")
    page, note = visitor.page, visitor.page.locator("#f-email-error")
    page.focus("#f-email")
    page.keyboard.press("Tab")
    assert note.inner_text() == ""
    page.focus("#f-email")
    page.keyboard.type("robin@")
    assert note.inner_text() == ""
    page.keyboard.press("Tab")
    assert "name@example.org" in note.inner_text()
    assert page.get_attribute("#f-email", "aria-invalid") == "true"
    page.focus("#f-email")
    page.keyboard.press("End")
    page.keyboard.type("example.org")
    page.keyboard.press("Tab")
    assert note.inner_text() == ""
    assert page.get_attribute("#f-email", "aria-invalid") is None


def test_page__does_not_move_when_places_left_and_errors_come_in(visit: Any) -> None:
    visitor = visit(viewport={"width": 360, "height": 800})
    visitor.goes_to("/registration")
    page = visitor.page

    def where() -> Any:
        return page.evaluate("[...document.querySelectorAll('[data-field]')].map(e => [e.offsetTop, e.offsetLeft])")

    with page.expect_response("**/forms/registration"):
        page.reload(wait_until="commit")
        page.locator("main form [type=submit]").wait_for()
        before = where()
    page.locator("[data-seats]", has_text=words_in("en")["seats"]["plenty"]).first.wait_for()
    assert where() == before
    page.fill("#f-email", "nobody@nowhere")
    page.locator("#f-email").blur()
    assert page.locator("#f-email-error").inner_text()
    assert where() == before
    shifts = page.evaluate(
        "new Promise(told => new PerformanceObserver(list => told(list.getEntries().map(e => e.value)))"
        ".observe({ type: 'layout-shift', buffered: true }) || setTimeout(told, 100, []))"
    )
    assert sum(shifts) < 0.001


@pytest.mark.parametrize("name", FORMS)
def test_empty_form__says_beside_each_field_and_in_a_summary_what_to_mend(
    visit: Any, forms: Any, person: Any, name: str
) -> None:
    form, visitor = forms[name], visit()
    visitor.goes_to(f"/{name}")
    visitor.sends()
    page = visitor.page
    required = [field.name for field in form.fields if field.required]
    assert page.evaluate("document.activeElement.id") == "error-summary"
    assert page.title().startswith("Error: ")
    assert page.locator("#error-summary h2").inner_text() == words_in("en")["form"]["summary_title"]
    assert page.locator("#error-summary li a").count() == len(required)
    for wrong in required:
        note = page.locator(f'[data-field="{wrong}"] .field-error')
        assert note.inner_text()
        marked = page.locator(f'[aria-invalid="true"][aria-describedby~="{note.get_attribute("id")}"]')
        assert marked.count() == 1
    assert page.locator(".has-error").count() == len(required)
    page.locator("#error-summary li a").first.click()
    assert page.evaluate("document.activeElement.name") == required[0]
    assert visitor.posts == []

    visitor.fills(form, person.answers(form))
    visitor.sends()
    visitor.arrives_at_thank_you()


def test_answer_that_only_the_server_knows_as_wrong__is_said_in_its_words(visit: Any, forms: Any, person: Any) -> None:
    visitor = visit()
    visitor.goes_to("/contact")
    visitor.fills(forms["contact"], person.answers(forms["contact"]) | {"name": "Ada \u202e Ek"})
    with visitor.forgiving("422"):
        visitor.sends()
        visitor.page.locator("#error-summary:visible").wait_for()
    assert visitor.page.locator("#error-summary li a").count() == 1
    assert "cannot be shown" in visitor.page.inner_text("#f-name-error")
    visitor.page.fill("#f-name", "Ada Ek")
    visitor.sends()
    visitor.arrives_at_thank_you()


@pytest.mark.parametrize("name", FORMS)
def test_form__hides_the_field_for_programs_from_people(visit: Any, name: str) -> None:
    visitor = visit()
    visitor.goes_to(f"/{name}")
    trap = visitor.page.locator('[name="further_remark"]')
    assert trap.get_attribute("tabindex") == "-1"
    assert visitor.page.get_by_role("textbox", name="Leave this empty").count() == 0
    box = trap.locator("xpath=..").bounding_box()
    assert box is not None
    assert max(box["width"], box["height"]) <= 1


def answer_of(seats: dict[str, str]) -> str:
    options = [{"value": value, "seats": told} for value, told in seats.items()]
    return json.dumps({"fields": [{"name": "course", "type": "choice", "options": options}]})


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_left__are_told_in_the_pages_words(visit: Any, stack: Any, language: str) -> None:
    visitor, words = visit(), words_in(language)["seats"]
    body = answer_of({"first-robot": "plenty", "line-followers": "few", FULL_COURSE: "waiting_list"})
    headers = {"Access-Control-Allow-Origin": stack.site_url, "Content-Type": "application/json"}
    visitor.page.route("**/forms/registration", lambda route: route.fulfill(body=body, headers=headers))
    for path in ("/registration", "/"):
        visitor.goes_to(path_in(language, path))
        places = visitor.page.locator("[data-seats]")
        places.filter(has_text=words["waiting_list"]).wait_for()
        told = [text.strip() for text in places.all_inner_texts()]
        assert told == [words["plenty"], words["few"], words["waiting_list"], ""]


@pytest.mark.parametrize("answer", [None, "<h1>Bad gateway</h1>", '{"code": "storage_unavailable"}'])
def test_places_left__are_kept_quiet_about_when_the_api_does_not_tell(
    visit: Any, stack: Any, forms: Any, person: Any, answer: str | None
) -> None:
    visitor = visit()

    def fail(route: Any) -> None:
        if answer is None:
            route.abort("connectionrefused")
        else:
            route.fulfill(status=503, body=answer, headers={"Access-Control-Allow-Origin": stack.site_url})

    visitor.page.route("**/forms/registration", fail)
    with visitor.forgiving("503", "ERR_CONNECTION_REFUSED"):
        with visitor.page.expect_request("**/forms/registration"):
            visitor.goes_to("/registration")
        visitor.fills(forms["registration"], person.answers(forms["registration"]))
        assert {text.strip() for text in visitor.page.locator("[data-seats]").all_inner_texts()} == {""}
        assert visitor.page.locator("#error-summary").is_hidden()
        visitor.sends()
        visitor.arrives_at_thank_you()
