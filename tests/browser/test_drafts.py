"""What the browser keeps of a form, and what the next person at the same computer finds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from browser.conftest import LANGUAGES, path_in, words_in
from conftest import wait_until

from registration_core.domain.fields import FieldType

if TYPE_CHECKING:
    from registration_core.domain.forms import Form

WORDS = words_in("en")["form"]
POST_TO = "**/_user_request_/registration?*"
KEPT = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"
RECORD = "JSON.parse(localStorage['rollcall-registration'])"
STARTED = f"{RECORD}.started"
HOURS_AGO = """(hours) => {
  const record = JSON.parse(localStorage["rollcall-registration"]);
  record.at -= hours * 3600;
  localStorage["rollcall-registration"] = JSON.stringify(record);
}"""


def private(form: Form) -> list[str]:
    """Return the fields whose answers no browser keeps."""
    return [field.name for field in form.fields if field.type in (FieldType.CONSENT, FieldType.TEXTAREA)]


def fills_in(visitor: Any, form: Form, person: Any, language: str = "en") -> dict[str, Any]:
    """Fill in the registration as this person, and leave the last field."""
    answers: dict[str, Any] = person.answers(form)
    visitor.goes_to(path_in(language, "/registration"))
    visitor.fills(form, answers)
    visitor.page.evaluate("document.activeElement.blur()")
    return answers


@pytest.mark.parametrize("language", LANGUAGES)
def test_draft__has_a_banner_with_a_clear_button(visit: Any, forms: Any, person: Any, language: str) -> None:
    """Whoever opens the form next sees how old the answers are, and clears them with one press."""
    visitor, words = visit(), words_in(language)["form"]
    fills_in(visitor, forms["registration"], person, language)
    visitor.page.reload()
    banner = visitor.page.locator(".restored:visible")
    banner_text = banner.locator("p").inner_text()
    before, after = words["restored"].split("{time}")
    assert banner_text.startswith(before)
    assert after in banner_text
    assert len(banner_text.removeprefix(before).partition(after)[0]) == len("09:03")
    top = banner.bounding_box()
    assert top is not None
    assert top["y"] < visitor.page.locator("main form").bounding_box()["y"]
    banner.get_by_role("button", name=words["restored_clear"]).click()
    assert banner.count() == 0
    assert person.address not in visitor.page.evaluate(KEPT)
    visitor.page.reload()
    assert visitor.page.input_value("#f-email") == ""
    assert banner.count() == 0


def test_draft__keeps_plain_answers_and_no_private_one(visit: Any, forms: Any, person: Any) -> None:
    """Names and choices survive a reload and a change of language; consents and health answers don't."""
    form, visitor = forms["registration"], visit()
    answers = fills_in(visitor, form, person)
    assert answers["needs"] not in visitor.page.evaluate(KEPT)
    assert set(private(form)).isdisjoint(
        json.loads(visitor.page.evaluate("localStorage['rollcall-registration']"))["values"]
    )
    for leave in (visitor.page.reload, visitor.page.get_by_role("link", name="Svenska").click):
        leave()
        values = visitor.reads(form)
        assert {name: values[name] for name in private(form)} == {"needs": "", "photos": False, "consent": False}
        plain = {name: value for name, value in answers.items() if name not in private(form)}
        assert {name: values[name] for name in plain} == plain
    visitor.fills(form, answers)
    visitor.sends()
    visitor.arrives_at_thank_you()
    assert person.address not in visitor.page.evaluate("JSON.stringify({ ...localStorage })")
    visitor.goes_to("/registration")
    assert visitor.page.input_value("#f-email") == ""


def test_private_answer__is_asked_again_before_sending(visit: Any, forms: Any, person: Any) -> None:
    """An allergy that was typed and not kept is never left out silently."""
    visitor = visit()
    fills_in(visitor, forms["registration"], person)
    visitor.page.reload()
    assert WORDS["lost"] in visitor.page.locator(".restored:visible p").inner_text()
    visitor.page.check("[name=consent]")
    visitor.sends()
    assert visitor.page.inner_text("#f-needs-error") == WORDS["again"]
    assert visitor.posts == []
    visitor.sends()
    visitor.arrives_at_thank_you()


def test_draft__expires_after_four_hours(visit: Any, forms: Any, person: Any) -> None:
    """What was typed in the morning is gone in the evening."""
    visitor = visit()
    fills_in(visitor, forms["registration"], person)
    for hours, expected in ((3, person.address), (2, "")):
        visitor.page.evaluate(HOURS_AGO, hours)
        visitor.page.reload()
        assert visitor.page.input_value("#f-email") == expected
    assert person.address not in visitor.page.evaluate(KEPT)


def test_draft__omits_the_honeypot_and_clears_below_too(visit: Any, forms: Any, person: Any) -> None:
    """The honeypot is not kept, and the end of the form has the same clear button as the top."""
    visitor = visit()
    fills_in(visitor, forms["registration"], person)
    page = visitor.page
    page.locator('[name="further_remark"]').evaluate("e => { e.value = 'https://example.org' }")
    page.fill("#f-participant", "Ada Ek")
    stored = page.evaluate(KEPT)
    assert person.address in stored
    assert "further_remark" not in stored
    page.get_by_role("button", name=WORDS["clear"]).click()
    assert page.evaluate("document.activeElement.name") == "participant"
    assert page.input_value("#f-email") == page.input_value("#f-participant") == ""
    assert person.address not in page.evaluate(KEPT)


@pytest.fixture
def unsent(visit: Any, forms: Any, person: Any) -> Any:
    """A visitor whose registration could not be sent, and who left."""
    visitor = visit()
    fills_in(visitor, forms["registration"], person)
    with visitor.forgiving("ERR_FAILED"):
        visitor.page.route(POST_TO, lambda route: route.abort())
        visitor.sends()
        visitor.page.locator(".form-status").get_by_text(WORDS["saved"]).wait_for()
        visitor.page.close()
        visitor.page = visitor.page.context.new_page()
        visitor.page.on("request", visitor._note)
        visitor.posts.clear()
        yield visitor


def test_unsent_form__waits_for_a_press_on_a_later_visit(unsent: Any, forms: Any, person: Any) -> None:
    """Opening the form sends nothing; one press does, once the answers that were not kept are filled in."""
    form, page = forms["registration"], unsent.page
    unsent.goes_to("/registration")
    banner = page.locator(".restored:visible")
    assert "has not been sent" in banner.inner_text()
    page.reload()
    page.evaluate("dispatchEvent(new Event('online'))")
    banner.get_by_role("button", name=WORDS["send_now"]).click()
    assert page.locator("#error-summary li a").count() == 2
    assert unsent.posts == []
    answers = person.answers(form)
    unsent.fills(form, {name: answers[name] for name in ("needs", "consent")})
    unsent.sends()
    unsent.arrives_at_thank_you()
    person.only_mail()
    assert answers["needs"] in person.staffs_only_mail(form).text


def test_unsent_form__is_discarded_with_one_press(unsent: Any, person: Any) -> None:
    """Somebody who finds another person's form sends nothing and leaves nothing behind."""
    unsent.goes_to("/registration")
    unsent.page.get_by_role("button", name=WORDS["discard"]).click()
    assert person.address not in unsent.page.evaluate(KEPT)
    unsent.page.reload()
    assert unsent.page.input_value("#f-email") == ""
    assert unsent.page.locator(".restored:visible").count() == 0
    assert unsent.posts == []


def test_another_participant__has_a_banner_and_is_cleared(visit: Any, forms: Any, person: Any) -> None:
    """Answers carried over are announced; once cleared, no reload and no thank-you page brings them back."""
    visitor = visit()
    page = visitor.page
    answers = fills_in(visitor, forms["registration"], person)
    visitor.sends()
    visitor.arrives_at_thank_you()
    page.get_by_role("link", name=words_in("en")["forms"]["registration"]["another"]).click()
    page.locator(".restored:visible").wait_for()
    assert page.input_value("#f-guardian") == answers["guardian"]
    assert page.input_value("#f-participant") == ""
    page.locator(".restored:visible").get_by_role("button", name=WORDS["restored_clear"]).click()
    stored = page.evaluate(KEPT)
    assert person.address not in stored
    assert answers["participant"] not in stored
    page.reload()
    assert page.input_value("#f-guardian") == page.input_value("#f-email") == ""
    assert page.locator(".restored:visible").count() == 0


@pytest.mark.parametrize("before", ["left", "sent"])
def test_back_button__shows_a_banner_and_no_private_answer(visit: Any, forms: Any, person: Any, before: str) -> None:
    """At a shared computer, Back reveals no allergy and no consent, and says that answers were kept."""
    visitor, form = visit(), forms["registration"]
    page = visitor.page
    answers = fills_in(visitor, form, person)
    assert page.input_value("#f-needs") == answers["needs"]
    if before == "sent":
        page.evaluate("document.querySelector('form[data-form]').dataset.thanks = '#sent'")
        visitor.sends()
        page.wait_for_url("**#sent")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert WORDS["lost"] in page.locator(".restored:visible p").inner_text()
    values = visitor.reads(form)
    assert {name: values[name] for name in private(form)} == {"needs": "", "photos": False, "consent": False}
    assert values["participant"] == answers["participant"]
    assert answers["needs"] not in page.evaluate(KEPT)
    posts = len(visitor.posts)
    visitor.fills(form, {name: answers[name] for name in private(form)})
    visitor.sends()
    if before == "left":
        visitor.arrives_at_thank_you()
        return
    wait_until(lambda: len(visitor.posts) > posts, what="a second post")
    assert len({key for key, _ in visitor.posts}) == 1, "the same answers, sent again, count once"


def test_sending_time__is_forgotten_after_ten_minutes(visit: Any, forms: Any, person: Any) -> None:
    """After that, a form from this browser that arrives suspiciously fast is checked for spam again."""
    visitor = visit()
    fills_in(visitor, forms["registration"], person)
    visitor.sends()
    visitor.arrives_at_thank_you()
    visitor.goes_to("/registration")
    assert visitor.page.evaluate(STARTED) == 0
    visitor.page.evaluate(f"localStorage['rollcall-registration'] = JSON.stringify({{ ...{RECORD}, until: 1 }})")
    visitor.page.reload()
    assert visitor.page.evaluate(STARTED) > 0
