"""When sending goes wrong: what visitors see, what is kept, and that nothing is sent twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from browser.conftest import path_in, words_in

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = words_in("en")["form"]
POST_TO = "**/_user_request_/contact?*"
SUMMARY = "#error-summary:visible"


@pytest.fixture
def filled_in(forms: Any, person: Any) -> Callable[..., None]:
    """Take a visitor to the contact form, and fill it in."""

    def fill(visitor: Any, language: str = "en") -> None:
        visitor.goes_to(path_in(language, "/contact"))
        visitor.fills(forms["contact"], person.answers(forms["contact"]))

    return fill


def problem(code: str, detail: str) -> str:
    return json.dumps({"code": code, "detail": detail})


class Gateway:
    """Sits between a page and the API: the first posts get these answers, the others pass.

    answers: (status, body, headers). The browser sees only what an answer of the API would show.
    """

    def __init__(self, visitor: Any, *answers: tuple[int, str, dict[str, str]]) -> None:
        self._answers = list(answers)
        self._cors = {
            "Access-Control-Allow-Origin": visitor.site_url,
            "Access-Control-Allow-Headers": "content-type,idempotency-key",
            "Access-Control-Expose-Headers": "ETag, Retry-After",
        }
        visitor.page.route(POST_TO, self._answer)

    def _answer(self, route: Any) -> None:
        if route.request.method != "POST" or not self._answers:
            route.continue_()
            return
        status, body, headers = self._answers.pop(0)
        route.fulfill(status=status, body=body, headers=self._cors | headers)


def status_text(visitor: Any, *texts: str) -> None:
    """Wait for a message below the button, with the address to write to."""
    status = visitor.page.locator(".form-status")
    for text in texts:
        status.get_by_text(text).wait_for()
    assert status.get_by_role("link").get_attribute("href") == "mailto:office@robotics-academy.example"


@pytest.mark.parametrize(
    "answer",
    [
        (503, problem("storage_unavailable", "Later."), {"Retry-After": "2"}),
        (429, problem("too_many_requests", "Many people are sending."), {}),
        (502, "<h1>Bad gateway</h1>", {"Content-Type": "text/html"}),
        (200, "<h1>Sign in to this network</h1>", {"Content-Type": "text/html"}),
    ],
    ids=["503", "429", "502-html", "200-html"],
)
def test_temporary_error__is_retried_with_the_same_key(
    visit: Any, filled_in: Any, person: Any, answer: tuple[int, str, dict[str, str]]
) -> None:
    visitor = visit()
    page = visitor.page
    page.clock.install()
    filled_in(visitor)
    Gateway(visitor, answer)
    with visitor.forgiving(str(answer[0])):
        visitor.sends()
        why = "Many people are sending." if answer[0] == 429 else f"{WORDS['unsure']}."
        status_text(visitor, f"{WORDS['saved']} {why}")
        assert page.locator("main form [type=submit]").get_attribute("aria-disabled") is None
        assert page.input_value("#f-email") == person.address
        page.clock.fast_forward(2500)
        visitor.arrives_at_thank_you()
    assert len(visitor.posts) == 2
    assert len({key for key, _ in visitor.posts}) == 1
    person.only_mail()


def test_slow_api__is_reported_after_ten_seconds_and_arrives(visit: Any, filled_in: Any) -> None:
    visitor, requests = visit(), []
    page = visitor.page
    page.clock.install()
    filled_in(visitor)
    page.route(POST_TO, lambda route: requests.append(route) if route.request.method == "POST" else route.continue_())
    with page.expect_request(POST_TO):
        visitor.sends()
    button = page.locator("main form [type=submit]")
    assert button.get_attribute("aria-disabled") == "true"
    assert button.inner_text() == WORDS["sending"]
    page.clock.fast_forward(9000)
    assert page.locator(".form-status").inner_text().strip() == ""
    page.clock.fast_forward(1500)
    status_text(visitor, WORDS["slow"])
    requests[0].continue_()
    visitor.arrives_at_thank_you()
    assert len(visitor.posts) == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((403, problem("form_closed", "This form closed."), {}), "This form closed."),
        ((429, problem("too_many_requests", "Try again in 9 minutes."), {"Retry-After": "540"}), "in 9 minutes."),
        ((422, problem("key_reused", "Send a new key."), {}), WORDS["reused"]),
        ((403, "<h1>Forbidden</h1>", {}), WORDS["refused"]),
    ],
    ids=["closed", "429-for-long", "key-reused", "403-html"],
)
def test_refusal__is_shown_on_top_and_keeps_all_answers(
    visit: Any, filled_in: Any, person: Any, answer: tuple[int, str, dict[str, str]], message: str
) -> None:
    visitor = visit()
    filled_in(visitor)
    Gateway(visitor, answer)
    with visitor.forgiving(str(answer[0])):
        visitor.sends()
        summary = visitor.page.locator(SUMMARY)
        summary.get_by_text(message).wait_for()
    assert visitor.page.evaluate("document.activeElement.id") == "error-summary"
    assert summary.get_by_role("heading").inner_text() == WORDS["not_sent"]
    assert visitor.page.locator(".send").is_visible() is ("form_closed" not in answer[1])
    assert summary.get_by_role("link").get_attribute("href") == "mailto:office@robotics-academy.example"
    assert visitor.page.input_value("#f-email") == person.address
    visitor.page.reload()
    assert visitor.page.input_value("#f-email") == person.address
    assert len(visitor.posts) == 1
    visitor.page.fill("#f-message", "A reload forgets the message and the consent.")
    visitor.page.check("#f-consent")
    visitor.sends()
    visitor.arrives_at_thank_you()
    assert (visitor.posts[0][0] == visitor.posts[1][0]) is (message != WORDS["reused"])


def test_lost_answer__counts_once(visit: Any, filled_in: Any, person: Any) -> None:
    visitor, lost = visit(), []

    def lose_the_first(route: Any) -> None:
        if lost or route.request.method != "POST":
            route.continue_()
        else:
            lost.append(route.fetch().json()["reference"])
            route.abort("connectionreset")

    visitor.page.route(POST_TO, lose_the_first)
    filled_in(visitor)
    with visitor.forgiving("ERR_CONNECTION_RESET"):
        visitor.sends()
        reference = visitor.arrives_at_thank_you()
    assert [reference] == lost
    person.only_mail()


def test_waiting_form__is_sent_once_after_a_reload(visit: Any, filled_in: Any, person: Any) -> None:
    visitor = visit()
    filled_in(visitor)
    with visitor.forgiving("ERR_FAILED"):
        visitor.page.route(POST_TO, lambda route: route.abort())
        visitor.sends()
        status_text(visitor, WORDS["saved"])
        visitor.page.unroute(POST_TO)
        visitor.page.reload(wait_until="commit")
        visitor.arrives_at_thank_you()
    assert len({key for key, _ in visitor.posts}) == 1
    person.only_mail()
    assert person.address not in json.dumps(visitor.page.evaluate("({ ...localStorage })"))


def test_waiting_form__is_sent_as_soon_as_online_again(visit: Any, filled_in: Any, person: Any) -> None:
    visitor, noon = visit(), datetime(2027, 3, 1, 12, tzinfo=UTC)
    page = visitor.page
    page.clock.install(time=noon)
    filled_in(visitor)
    page.clock.pause_at(noon + timedelta(hours=1))  # no timer fires any more
    with visitor.forgiving("ERR_INTERNET_DISCONNECTED"):
        page.context.set_offline(True)
        visitor.sends()
        status_text(visitor, f"{WORDS['saved']} {WORDS['unreachable']}")
        page.context.set_offline(False)
        visitor.arrives_at_thank_you()
    assert len(visitor.posts) == 2
    person.only_mail()


def test_waiting_form__once_changed_waits_for_the_button(visit: Any, filled_in: Any, forms: Any, person: Any) -> None:
    visitor = visit()
    page = visitor.page
    page.clock.install()
    filled_in(visitor)
    with visitor.forgiving("ERR_FAILED"):
        page.route(POST_TO, lambda route: route.abort())
        visitor.sends()
        status_text(visitor, WORDS["saved"])
        page.fill("#f-message", "I would rather say it otherwise.")
        assert page.locator(".form-status").inner_text().strip() == ""
        page.unroute(POST_TO)
        tried = len(visitor.posts)
        page.clock.fast_forward(120_000)
        assert len(visitor.posts) == tried
        visitor.sends()
        visitor.arrives_at_thank_you()
    person.only_mail()
    assert "I would rather say it otherwise." in person.staffs_only_mail(forms["contact"]).text


@pytest.mark.parametrize("back", ["go_back", "reopened"])
def test_back_after_thank_you__counts_the_same_answers_once(visit: Any, filled_in: Any, person: Any, back: str) -> None:
    """Other answers count as a new submission."""
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
    for _, body in visitor.posts[1:]:
        sent = json.loads(str(body))
        assert sent["_sent"] - sent["_started"] > 60, "who mends at once after sending is not too fast for a person"


def test_blocked_storage__neither_blocks_nor_overpromises(visit: Any, filled_in: Any) -> None:
    visitor = visit()
    visitor.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError') } })"
    )
    filled_in(visitor)
    Gateway(visitor, (503, "{}", {}))
    assert visitor.page.get_by_role("button", name=WORDS["clear"]).is_hidden()
    with visitor.forgiving("503"):
        visitor.sends()
        status_text(visitor, WORDS["unsure"])
        assert WORDS["saved"] not in visitor.page.inner_text("main form")
        visitor.arrives_at_thank_you()


def test_older_browser__posts_the_form_by_itself(visit: Any, filled_in: Any, person: Any) -> None:
    visitor = visit()
    visitor.page.add_init_script("delete AbortSignal.timeout")
    filled_in(visitor, "sv")
    visitor.sends()
    visitor.arrives_at_thank_you()
    assert visitor.posts[0][0] is None
    person.only_mail()
