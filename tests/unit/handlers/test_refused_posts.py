"""Refused plain posts: the form returns with everything typed, with what to do, and with the attempt's key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from unit.handlers.test_door_answers import ORIGIN, PLAIN, ask, forms
from unit.handlers.test_page import Page

from registration_core.domain.errors import (
    FieldError,
    FormClosedError,
    HumanCheckFailedError,
    HumanCheckUnavailableError,
    InvalidAnswersError,
    InvalidKeyError,
    KeyReusedError,
    RollcallError,
    StorageUnavailableError,
    TooManyRequestsError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Ask = Callable[..., dict[str, Any]]

__all__ = ["ask", "forms"]
SENT = {"name": "Åsa Ek", "email": "asa@example.org", "message": "Two\r\nlines", "day": "tue", "consent": "yes"}


def assert_kept(page: Page) -> None:
    """Fail unless the page holds everything in `SENT`."""
    assert page.find(id="f-name")["value"] == "Åsa Ek"
    assert page.find(id="f-email")["value"] == "asa@example.org"
    assert "Two" in page.text["message"]
    assert "checked" in page.find(id="f-day-2")
    assert "checked" in page.find(id="f-consent")


@pytest.mark.parametrize(
    ("error", "status", "message", "sendable"),
    [
        (StorageUnavailableError("x", retry_after_s=7), 503, "This may not have worked", True),
        (RollcallError("x"), 500, "This may not have worked", True),
        (HumanCheckUnavailableError("x"), 503, "Your answers were not accepted", True),
        (TooManyRequestsError(retry_after_s=600), 429, "in 10 minutes", True),
        (KeyReusedError(), 422, "Your first answers have reached us", True),
        (InvalidKeyError("x"), 400, "We can't accept your answers at the moment", True),
        (FormClosedError("x"), 403, "isn't taking answers at the moment", False),
        (HumanCheckFailedError("x"), 403, "a person sent this", False),
    ],
)
def test_refused__keeps_the_answers_and_says_what_to_do(
    ask: Ask, door: Any, *, error: Exception, status: int, message: str, sendable: bool
) -> None:
    """Nobody has to type anything again, whatever the reason."""
    door.error = error

    answer = ask(urlencode(SENT), headers=PLAIN)

    page = Page(answer["body"])
    assert answer["statusCode"] == status
    assert answer["headers"].get("Retry-After") == {
        429: "600",
        500: "5",
        503: "5" if "Human" in type(error).__name__ else "7",
    }.get(status)
    assert message in answer["body"].replace("&#39;", "'")
    assert_kept(page)
    buttons = [tag for tag, _ in page.elements if tag == "button"]
    assert len(buttons) == sendable
    assert sendable or f'class="button" href="{ORIGIN}/registration"' in answer["body"]


def keys(page: str) -> list[str | None]:
    return [attrs["value"] for _, attrs in Page(page).elements if attrs.get("name") == "_key"]


def test_uncertain_attempt__the_next_one_has_the_same_key(ask: Ask, service: Any) -> None:
    """After a 503 the same submission is not stored twice, even if answers change before the retry."""
    service.error = StorageUnavailableError("lost", retry_after_s=5)
    first = keys(ask(urlencode(SENT), headers=PLAIN)["body"])
    service.error = None

    again = ask(urlencode(SENT | {"message": "Changed", "_key": str(first[0])}), headers=PLAIN)

    assert again["statusCode"] == 201
    assert [asked["key"] for asked in service.asked] == [first[0]] * 2
    assert "_key" not in service.asked[1]["answers"] or service.asked[1]["answers"]["_key"] == first[0]


def test_uncertain_attempt__the_key_survives_a_wrong_answer(ask: Ask, service: Any) -> None:
    """A mistake in the retry does not make it another attempt."""
    service.error = InvalidAnswersError([FieldError("email", "required", "Enter it.")])

    page = ask(urlencode(SENT | {"email": "", "_key": "page-1"}), headers=PLAIN)["body"]

    assert keys(page) == ["page-1"]


def test_key_reused__changed_answers_are_sent_as_new(ask: Ask, service: Any) -> None:
    """Once the first attempt turns out to have arrived, changed answers are a new submission."""
    service.error = KeyReusedError()

    assert keys(ask(urlencode(SENT | {"_key": "page-1"}), headers=PLAIN)["body"]) == []


@pytest.mark.parametrize(
    ("headers", "filled_in"),
    [
        ({"origin": ORIGIN, "sec-fetch-site": "cross-site"}, True),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "null"}, True),
        ({"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "https://evil.example"}, False),
    ],
)
def test_other_sites_page__fills_in_no_text_or_consent(
    ask: Ask, service: Any, *, headers: dict[str, str], filled_in: bool
) -> None:
    """Another site's post may choose an option, as a link may, but nothing more."""
    service.error = InvalidAnswersError([FieldError("phone", "not_a_phone", "Enter a number.")])

    page = Page(ask(urlencode(SENT), headers=PLAIN | headers)["body"])

    assert "checked" in page.find(id="f-day-2")
    assert ("value" in page.find(id="f-name")) == filled_in
    assert ("checked" in page.find(id="f-consent")) == filled_in


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (urlencode(SENT | {"phone": "1" * 40_000}), PLAIN, 413),
        (urlencode(SENT), PLAIN | {"content-type": "application/x-www-form-urlencoded; charset=utf-16"}, 415),
        (urlencode(SENT) + "&phone=%ff", PLAIN, 400),
    ],
)
def test_unreadable__keeps_what_can_be_read(ask: Ask, body: str, headers: dict[str, str], status: int) -> None:
    """A post that is too long or badly encoded comes back as far as it is readable."""
    answer = ask(body, headers=headers)

    assert answer["statusCode"] == status
    assert Page(answer["body"]).find(id="f-email")["value"] == "asa@example.org" or status == 415
    assert "UTF-8" not in answer["body"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [("x" * 300_000, PLAIN), ("a=1", PLAIN | {"content-type": "application/x-www-form-urlencoded; charset=klingon"})],
)
def test_unreadable__with_nothing_to_keep_is_a_message(ask: Ask, body: str, headers: dict[str, str]) -> None:
    """The message leads back to the form."""
    answer = ask(body, headers=headers)

    assert answer["statusCode"] in {413, 415}
    assert f'href="{ORIGIN}/registration"' in answer["body"]
