"""What a form's page does before anything is sent: honeypots, checks on leaving a field, errors, seats left."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from browser.conftest import LANGUAGES, path_in, words_in
from conftest import FULL_COURSE
from playwright.sync_api import expect

from registration_core.domain.errors import InvalidAnswersError
from registration_core.domain.validation import example_submission, validate

if TYPE_CHECKING:
    from registration_core.domain.forms import Form

FORMS = ("registration", "contact")
# (form, field, input): the page checks each alone, and its message must be the server's.
TYPED = (
    (
        "registration",
        "email",
        ("robin", "robin@nowhere", "ro..bin@example.org", "robin@bücher.example", "o'n+t@example.org"),
    ),
    ("registration", "phone", ("123", "+46 (0)70 123 45 67", "+0701234567", "call me", "tel:0701234567", "٠٧٠١٢٣٤٥٦")),
    ("registration", "robots_at_home", ("twelve", "12.5", "12,0", "-1", "51", "50", "\u22123", "1" * 17)),
    ("registration", "birth_date", ("1901-01-01", "2999-01-01", "2015-02-30", "2015--01", "15-01-01", "2015-01-")),
    ("registration", "participant", ("x" * 100, "x" * 101, "👩‍👩‍👧" * 100, "é" * 101)),
    ("contact", "message", ("Too short", "Long enough now", "  short    \n ", "e\u0301e\u0301e\u0301e\u0301")),
)


def server_message(form: Form, name: str, typed: str, language: str) -> str:
    """Return the server's message about one answer, or nothing if it accepts it."""
    answers = dict(example_submission(form)) | {name: typed}
    try:
        validate(form, answers, language, today=datetime.now(UTC).date())
    except InvalidAnswersError as error:
        return error.errors[0].message
    return ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_left_field__gets_the_servers_message(visit: Any, forms: Any, language: str) -> None:
    visitor = visit()
    for name in FORMS:
        with visitor.page.expect_response("**/forms/registration?*") if name == "registration" else visitor.forgiving():
            visitor.goes_to(path_in(language, f"/{name}"))
        visitor.page.locator("[name=email]").focus()
        for of_form, field, texts in TYPED:
            for typed in texts if of_form == name else ():
                visitor.fills(forms[name], {field: typed})
                visitor.page.evaluate("document.activeElement.blur()")
                expected = server_message(forms[name], field, typed, language)
                expect(visitor.page.locator(f"#f-{field}-error"), f"{field}: {typed}").to_have_text(expected)
    assert visitor.posts == []


def test_field__is_checked_once_left_with_something_typed(visit: Any) -> None:
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
    expect(note).to_contain_text("name@example.org")
    assert page.get_attribute("#f-email", "aria-invalid") == "true"
    page.focus("#f-email")
    page.keyboard.press("End")
    page.keyboard.type("example.org")
    page.keyboard.press("Tab")
    assert note.inner_text() == ""
    assert page.get_attribute("#f-email", "aria-invalid") is None


def test_page__does_not_move_when_seats_arrive(visit: Any) -> None:
    """Seats sit on the edge of their option, so nothing below makes room for them."""
    visitor = visit(viewport={"width": 360, "height": 800})
    page = visitor.page

    def where() -> Any:
        return page.evaluate("[...document.querySelectorAll('[data-field]')].map(e => [e.offsetTop, e.offsetHeight])")

    answers: list[Any] = []
    page.route("**/forms/registration?*", lambda route: answers.append(route))  # noqa: PLW0108 - Playwright marks it
    visitor.goes_to("/registration")
    before = where()
    answers[0].continue_()
    page.locator("[data-seats]", has_text="Seats available").first.wait_for()
    assert where() == before
    shifts = page.evaluate(
        "new Promise(resolve => new PerformanceObserver(list => resolve(list.getEntries().map(e => e.value)))"
        ".observe({ type: 'layout-shift', buffered: true }) || setTimeout(resolve, 100, []))"
    )
    assert sum(shifts) < 0.001


def test_error__takes_no_room_until_shown(visit: Any) -> None:
    """Fields are as far apart with errors as without."""
    visitor = visit(viewport={"width": 390, "height": 800})
    visitor.goes_to("/contact")

    def gaps() -> set[float]:
        boxes = [field.bounding_box() for field in visitor.page.locator("[data-field]").all()]
        return {
            round(after["y"] - before["y"] - before["height"])
            for before, after in itertools.pairwise(boxes)
            if before and after
        }

    before = gaps()
    assert len(before) == 1
    assert max(before) <= 32
    visitor.sends()
    assert gaps() == before


def test_pressed_choice__counts_though_an_error_moves_it(visit: Any) -> None:
    """The error of the field just left waits until the mouse is released, so the press lands as intended."""
    visitor = visit(viewport={"width": 390, "height": 900})
    visitor.goes_to("/contact")
    page = visitor.page
    page.fill("#f-email", "nobody@nowhere")
    page.locator("[name=topic]").last.scroll_into_view_if_needed()
    box = page.locator("[name=topic]").last.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 3)
    page.mouse.down()
    page.wait_for_function("document.activeElement.name !== 'email'")
    assert page.inner_text("#f-email-error") == ""
    page.mouse.up()
    expect(page.locator("[name=topic]").last).to_be_checked()
    expect(page.locator("#f-email-error")).to_contain_text("e-mail address")


def test_corrected_field__loses_its_error_while_typing(visit: Any) -> None:
    """An error goes as soon as the answer is right, and does not return before the field is left."""
    visitor = visit()
    visitor.goes_to("/contact")
    page, field = visitor.page, visitor.page.locator("[data-field=message]")
    visitor.sends()
    page.focus("#f-message")
    page.keyboard.type("Too short")
    expect(field).to_have_class("field has-error")
    page.keyboard.type(" no more")
    expect(field).to_have_class("field")
    assert page.inner_text("#f-message-error") == ""
    assert page.get_attribute("#f-message", "aria-invalid") is None


def test_mistyped_address__gets_a_suggestion_to_press(visit: Any) -> None:
    """gmial.con gets a suggestion; an unusual but correct address doesn't."""
    visitor = visit()
    visitor.goes_to("/contact")
    page, note = visitor.page, visitor.page.locator(".suggestion")
    for typed, meant in (
        ("Anna.Ek@gmial.con", "Anna.Ek@gmail.com"),
        ("a@hotmial.se", "a@hotmail.se"),
        ("a@gmail.co", ""),
    ):
        page.fill("#f-email", typed)
        page.locator("#f-email").blur()
        expect(note).to_be_visible(visible=bool(meant))
        if meant:
            assert note.inner_text() == words_in("en")["form"]["did_you_mean"].replace("{address}", meant)
            note.get_by_role("button").click()
            assert page.input_value("#f-email") == meant
            expect(note).to_be_hidden()


def test_full_course__offers_the_waiting_list(visit: Any, stack: Any) -> None:
    """Card and button say what will happen."""
    visitor, words = visit(), words_in("en")
    body = answer_of({"first-robot": "plenty", FULL_COURSE: "waiting_list"})
    headers = {"Access-Control-Allow-Origin": stack.site_url, "Content-Type": "application/json"}
    visitor.page.route("**/forms/registration?*", lambda route: route.fulfill(body=body, headers=headers))
    visitor.goes_to("/")
    card = visitor.page.locator(".kit", has=visitor.page.locator(f'[data-seats="{FULL_COURSE}"]'))
    expect(card.get_by_role("link")).to_contain_text(words["seats"]["join"])
    visitor.goes_to("/registration")
    button = visitor.page.locator("main form [type=submit]")
    visitor.page.locator("[data-seats]", has_text=words["seats"]["waiting_list"]).wait_for()
    for course, says in (
        ("first-robot", words["forms"]["registration"]["submit"]),
        (FULL_COURSE, words["seats"]["join"]),
    ):
        visitor.page.check(f'[value="{course}"]')
        assert button.inner_text() == says


def test_targets__are_44_px_high_on_a_phone(visit: Any) -> None:
    """Every control outside of a sentence is big enough for a thumb."""
    visitor = visit(viewport={"width": 320, "height": 700})
    visitor.goes_to("/registration")
    small = visitor.page.evaluate(
        "[...document.querySelectorAll('header a:not(.brand), .choice, form input[type=text], input[type=tel], "
        "input[type=email], textarea, button, .site-footer p a')].filter(e => e.checkVisibility()"
        " && !e.closest('.visually-hidden') && e.getBoundingClientRect().height < 43.9).map(e => e.outerHTML)"
    )
    assert small == []


@pytest.mark.parametrize(("width", "height"), [(320, 256), (320, 568)])
def test_header__leaves_room_for_the_page(visit: Any, width: int, height: int) -> None:
    """At 320 px and at 400 % zoom the header takes less than a third of the view, or 100 px."""
    visitor = visit(viewport={"width": width, "height": height})
    for path in ("/registration", "/sv/registration"):
        visitor.goes_to(path)
        box = visitor.page.locator(".site-header").bounding_box()
        assert box is not None
        assert box["height"] <= max(height / 3, 100), path


@pytest.mark.parametrize("name", FORMS)
def test_empty_form__shows_errors_beside_fields_and_in_a_summary(
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
        around = page.locator(f'[aria-describedby~="{note.get_attribute("id")}"]')
        assert around.count() == 1
        assert around.evaluate("e => e.ariaInvalid || e.querySelector('[name]').ariaInvalid") == "true"
        assert note.bounding_box()["y"] < page.locator(f'[data-field="{wrong}"] [name]').first.bounding_box()["y"]
    assert page.locator(".has-error").count() == len(required)
    page.locator("#error-summary li a").first.click()
    assert page.evaluate("document.activeElement.name") == required[0]
    assert visitor.posts == []

    visitor.fills(form, person.answers(form))
    visitor.sends()
    visitor.arrives_at_thank_you()


def test_error_found_by_the_server__is_shown_in_its_words(visit: Any, forms: Any, person: Any) -> None:
    visitor = visit()
    visitor.goes_to("/contact")
    visitor.fills(forms["contact"], person.answers(forms["contact"]) | {"name": "Ada \u202e Ek"})
    with visitor.forgiving("422"):
        visitor.sends()
        visitor.page.locator("#error-summary:visible").wait_for()
    assert visitor.page.locator("#error-summary li a").count() == 1
    assert "can't be shown" in visitor.page.inner_text("#f-name-error")
    visitor.page.fill("#f-name", "Ada Ek")
    visitor.sends()
    visitor.arrives_at_thank_you()


@pytest.mark.parametrize("name", FORMS)
def test_honeypot__is_hidden_from_people(visit: Any, name: str) -> None:
    visitor = visit()
    visitor.goes_to(f"/{name}")
    trap = visitor.page.locator('[name="further_remark"]')
    assert trap.get_attribute("tabindex") == "-1"
    assert visitor.page.get_by_role("textbox", name="Leave this empty").count() == 0
    box = trap.locator("xpath=..").bounding_box()
    assert box is not None
    assert max(box["width"], box["height"]) <= 1


def answer_of(seats: dict[str, str]) -> str:
    options = [{"value": value, "seats": left} for value, left in seats.items()]
    return json.dumps({"fields": [{"name": "course", "type": "choice", "options": options}]})


@pytest.mark.parametrize("language", LANGUAGES)
def test_seats_left__are_shown_in_the_pages_language(visit: Any, stack: Any, language: str) -> None:
    visitor, words = visit(), words_in(language)["seats"]
    body = answer_of({"first-robot": "plenty", "line-followers": "few", FULL_COURSE: "waiting_list"})
    headers = {"Access-Control-Allow-Origin": stack.site_url, "Content-Type": "application/json"}
    visitor.page.route("**/forms/registration?*", lambda route: route.fulfill(body=body, headers=headers))
    for path in ("/registration", "/"):
        visitor.goes_to(path_in(language, path))
        seats = visitor.page.locator("[data-seats]")
        seats.filter(has_text=words["waiting_list"]).wait_for()
        labels = [text.strip() for text in seats.all_inner_texts()]
        assert labels == [words["plenty"], words["few"], words["waiting_list"], ""]


@pytest.mark.parametrize("answer", [None, "<h1>Bad gateway</h1>", '{"code": "storage_unavailable"}'])
def test_seats_left__are_hidden_when_the_api_gives_none(
    visit: Any, stack: Any, forms: Any, person: Any, answer: str | None
) -> None:
    visitor = visit()

    def fail(route: Any) -> None:
        if answer is None:
            route.abort("connectionrefused")
        else:
            route.fulfill(status=503, body=answer, headers={"Access-Control-Allow-Origin": stack.site_url})

    visitor.page.route("**/forms/registration?*", fail)
    with visitor.forgiving("503", "ERR_CONNECTION_REFUSED"):
        with visitor.page.expect_request("**/forms/registration?*"):
            visitor.goes_to("/registration")
        visitor.fills(forms["registration"], person.answers(forms["registration"]))
        assert {text.strip() for text in visitor.page.locator("[data-seats]").all_inner_texts()} == {""}
        assert visitor.page.locator("#error-summary").is_hidden()
        visitor.sends()
        visitor.arrives_at_thank_you()


@pytest.mark.parametrize("how", ["script", "plain"])
def test_missing_month__is_the_only_part_marked(visit: Any, forms: Any, person: Any, how: str) -> None:
    """Of a date's three fields only the wrong one is marked, and the summary leads there."""
    visitor = visit(java_script_enabled=how == "script")
    visitor.goes_to("/registration")
    answers = person.answers(forms["registration"])
    visitor.fills(forms["registration"], answers)
    visitor.page.fill('[name="birth_date-month"]', "")
    if how == "plain":
        visitor.page.locator("form[data-form]").evaluate("form => { form.noValidate = true }")
    with visitor.forgiving("422"):
        visitor.sends()
        visitor.page.locator(".error-summary:visible li a").click()
    marked = visitor.page.locator("[data-field=birth_date] [aria-invalid=true]")
    assert [one.get_attribute("name") for one in marked.all()] == ["birth_date-month"]
    assert visitor.page.evaluate("document.activeElement.name") == "birth_date-month"
