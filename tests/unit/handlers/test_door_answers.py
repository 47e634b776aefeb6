"""Responses of the checks before a submission: unrevealed spam, languages, limits, and descriptions of forms."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from lambda_handlers.http_request import STATUS_OF as STATUS_OF_REQUEST
from lambda_handlers.log import Log
from lambda_handlers.refusals import INTERNAL, STATUS_OF, codes, refusal_of
from lambda_handlers.site_words import SiteWords
from lambda_handlers.submit_function import SubmitFunction
from registration_core.domain.errors import (
    FieldError,
    FormClosedError,
    InvalidAnswersError,
    RollcallError,
    StorageUnavailableError,
    TooManyRequestsError,
)
from registration_core.domain.policies import Verification
from registration_core.domain.ports import FormCatalogue
from registration_core.domain.sentences import SENTENCES, wait_in_words
from registration_core.domain.submission import Receipt, Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from registration_core.domain.forms import Form

    Ask = Callable[..., dict[str, Any]]

ORIGIN = "https://forms.example.org"
EDGE_KEY = "8b0e1ef6-6d7c-4b0f-9d0e-0d5f6f7c8a9b"
PLAIN = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}


class Forms(FormCatalogue):
    """Knows one form, under any name."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def get(self, name: str) -> Form:  # noqa: ARG002 - the port's signature
        return self.form

    def names(self) -> list[str]:
        return [self.form.name]


@pytest.fixture
def forms(form: Form) -> Forms:
    return Forms(replace(form, languages=("en", "sv")))


@pytest.fixture
def ask(forms: Any, door: Any, service: Any, descriptions: Any, site_dir: Path) -> Ask:
    words = SiteWords(str(site_dir), site_url=ORIGIN)
    function = SubmitFunction(
        forms,
        door,
        service,
        descriptions,
        allowed_origins=(ORIGIN,),
        words=words,
        log=Log("submit"),
        edge_key=EDGE_KEY,
        uploads=lambda: None,
        begin=lambda: None,
    )

    def asking(
        body: str = "{}",
        *,
        method: str = "POST",
        path: str = "/registration",
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        return function(
            {
                "httpMethod": method,
                "path": path,
                "headers": {"content-type": "application/json", "origin": ORIGIN} | (headers or {}),
                "queryStringParameters": query,
                "body": body,
                "requestContext": {"requestId": "r1", "identity": {"sourceIp": "192.0.2.7"}},
            }
        )

    return asking


def test_submit__passes_the_callers_address_to_the_checks(ask: Ask, door: Any) -> None:
    ask()
    ask(headers={"x-forwarded-for": "203.0.113.9"})
    assert door.addresses == ["192.0.2.7", "192.0.2.7"]


def test_submit__believes_the_distribution_about_the_address(ask: Ask, door: Any) -> None:
    ask(headers={"x-rollcall-edge": EDGE_KEY, "x-forwarded-for": "198.51.100.1, 203.0.113.9, 192.0.2.7"})
    assert door.addresses == ["203.0.113.9"]


def test_submit__does_not_call_the_service_after_a_refusal(ask: Ask, door: Any, service: Any) -> None:
    door.error = TooManyRequestsError(retry_after_s=90)
    answer = ask()
    assert answer["statusCode"] == 429
    assert answer["headers"]["Retry-After"] == "90"
    assert "in 2 minutes" in json.loads(answer["body"])["detail"]
    assert service.asked == []


@pytest.mark.parametrize(("verification", "status"), [(None, "confirmed"), (Verification(), "pending")])
def test_submit__answers_suspected_spam_as_usual(
    ask: Ask, door: Any, service: Any, *, forms: Forms, verification: Verification | None, status: str
) -> None:
    forms.form = replace(forms.form, verification=verification)
    door.spam_sign = "honeypot"
    service.receipt = Receipt("reg_1", "K7QM3XTP", Status.SPAM)
    answer = ask()
    assert service.asked[0]["spam_sign"] == "honeypot"
    assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (201, status)
    page = ask("", headers=PLAIN)
    assert page["statusCode"] == 201
    assert "spam" not in page["body"].lower()


@pytest.mark.parametrize(
    ("query", "field", "header", "language"),
    [
        ("sv", "en", "en", "sv"),
        (None, "sv", "en", "sv"),
        (None, None, "de, sv;q=0.8, en;q=0.5", "sv"),
        (None, None, "de", "en"),
        (None, 7, "sv", "sv"),
        ("de", "sv", "sv", "en"),
    ],
)
def test_submit__uses_the_requested_language(
    ask: Ask, service: Any, *, query: str | None, field: object, header: str, language: str
) -> None:
    body = json.dumps({} if field is None else {"_language": field})
    ask(body, query={"lang": query} if query else None, headers={"accept-language": header})
    assert service.asked[0]["language"] == language


@pytest.mark.parametrize("plain", [False, True])
def test_refusal__is_in_the_visitors_language(ask: Ask, door: Any, *, plain: bool) -> None:
    door.error = FormClosedError("closed")
    answer = ask("" if plain else "{}", headers={"accept-language": "sv"} | (PLAIN if plain else {}))
    assert "Formuläret tar inte emot några svar just nu." in (
        answer["body"] if plain else json.loads(answer["body"])["detail"]
    )
    assert not plain or '<html lang="sv">' in answer["body"]


def test_mend_page__in_swedish_keeps_language_honeypot_and_proof(ask: Ask, door: Any) -> None:
    door.error = InvalidAnswersError([FieldError("email", "required", "Fyll i det här fältet.")])
    sent = urlencode({"_language": "sv", "further_remark": "<x>", "cf-turnstile-response": "0.token"})
    page = ask(sent, headers=PLAIN)["body"]
    assert "Något behöver rättas" in page
    assert '<input type="hidden" name="_language" value="sv">' in page
    assert 'name="further_remark" value="&lt;x&gt;" tabindex="-1" autocomplete="off"' in page
    assert '<input type="hidden" name="cf-turnstile-response" value="0.token">' in page
    assert "style=" not in page


def test_form__is_cached_for_ten_seconds_and_sends_304(ask: Ask) -> None:
    answer = ask("", method="GET", path="/v1/forms/registration")
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"name": "registration", "open": True})
    assert answer["headers"]["Cache-Control"] == "public, max-age=10"
    assert answer["headers"]["Access-Control-Allow-Origin"] == ORIGIN
    tag = answer["headers"]["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = ask("", method="GET", path="/forms/registration", headers={"if-none-match": known})
        assert (again["statusCode"], again["body"], again["headers"]["ETag"]) == (304, "", tag)
    other = ask("", method="GET", path="/forms/registration", headers={"if-none-match": '"other"'})
    assert other["statusCode"] == 200


def test_form__is_read_with_get_and_sent_with_post_only(ask: Ask) -> None:
    posted = ask("{}", path="/forms/registration")
    assert (posted["statusCode"], posted["headers"]["Allow"]) == (405, "GET")
    asked = ask("", method="PUT")
    assert (asked["statusCode"], asked["headers"]["Allow"]) == (405, "POST")


def test_form__temporarily_unavailable_says_when_to_retry(ask: Ask, descriptions: Any) -> None:
    descriptions.error = StorageUnavailableError("table x", retry_after_s=4)
    answer = ask("", method="GET", path="/forms/registration")
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "4")
    assert json.loads(answer["body"])["detail"] == "We can't show the form at the moment. Try again in a minute."


def test_refusal__every_code_has_a_message_in_every_language() -> None:
    every = {*STATUS_OF_REQUEST, *(error.code for error in STATUS_OF), INTERNAL}
    assert every == {code for group in codes().values() for code in group}
    for sentences in SENTENCES.values():
        assert sentences.keys() == SENTENCES["en"].keys()
        assert every <= sentences.keys()


def test_refusal__of_an_unknown_error_reveals_nothing() -> None:
    refused = refusal_of(RollcallError("the table rollcall-prod"), "en")
    assert (refused.status, refused.code) == (500, "internal_error")
    assert refused.headers == {"Retry-After": "5"}
    assert "rollcall-prod" not in refused.detail


@pytest.mark.parametrize(
    ("seconds", "english", "swedish"),
    [
        (1, "in a minute", "om en minut"),
        (61, "in 2 minutes", "om 2 minuter"),
        (7200, "in 120 minutes", "om 120 minuter"),
        (7201, "in 3 hours", "om 3 timmar"),
    ],
)
def test_wait__is_rounded_up(seconds: int, english: str, swedish: str) -> None:
    assert (wait_in_words(seconds, "en"), wait_in_words(seconds, "sv")) == (english, swedish)


def test_closed__says_when_in_the_forms_own_time_zone(form: Form) -> None:
    from datetime import timedelta, timezone  # noqa: PLC0415 - for this test alone

    at = datetime(2027, 1, 10, 18, 0, tzinfo=timezone(timedelta(hours=1)))
    with pytest.raises(FormClosedError) as opens:
        replace(form, opens_at=at).ensure_open(at - timedelta(days=1))
    with pytest.raises(FormClosedError) as closed:
        replace(form, closes_at=at).ensure_open(at)
    assert refusal_of(opens.value, "en").detail == "This form opens on 2027-01-10 at 18:00 (UTC+01:00)."
    assert refusal_of(closed.value, "sv").detail == "Formuläret stängde den 2027-01-10 kl. 18:00 (UTC+01:00)."
