"""Submit's responses: a status, a code and CORS headers for every request; a page for a plain form."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

import pytest
from unit.handlers.emf import Metric, metrics_of

from lambda_handlers.log import Log
from lambda_handlers.site_words import SiteWords
from lambda_handlers.submit_function import SubmitFunction
from registration_core.domain.errors import (
    FieldError,
    FormClosedError,
    HumanCheckFailedError,
    HumanCheckUnavailableError,
    InvalidAnswersError,
    InvalidKeyError,
    KeyReusedError,
    StorageDeniedError,
    StorageUnavailableError,
    TooManyRequestsError,
)
from registration_core.domain.submission import Receipt, Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from registration_core.domain.ports import FormCatalogue
    from registration_core.services.describe import DescribeService
    from registration_core.services.door import Door
    from registration_core.services.submit import SubmitService

ORIGIN = "https://forms.example.org"
WRONG = (
    FieldError("email", "not_an_email", "That is no e-mail address."),
    FieldError("day", "required", "Choose one."),
)

EVERY_REFUSAL: list[tuple[Exception, int, str]] = [
    (InvalidAnswersError(WRONG), 422, "invalid_answers"),
    (KeyReusedError(), 422, "key_reused"),
    (InvalidKeyError("too long"), 400, "invalid_key"),
    (FormClosedError("This form closed yesterday."), 403, "form_closed"),
    (TooManyRequestsError(retry_after_s=90), 429, "too_many_requests"),
    (HumanCheckFailedError("no token"), 403, "human_check_failed"),
    (HumanCheckUnavailableError("no secret"), 503, "human_check_unavailable"),
    (StorageUnavailableError("throttled", retry_after_s=7), 503, "storage_unavailable"),
    (StorageDeniedError("no access to table registrations"), 503, "storage_unavailable"),
]


class Service(Protocol):
    """What the tests see of the fake."""

    receipt: Receipt
    error: Exception | None
    asked: list[dict[str, Any]]


@pytest.fixture
def begun() -> list[int]:
    """How many calls the service had received at each start."""
    return []


@pytest.fixture
def metrics_namespace() -> str:
    """Where metrics go: nowhere, unless a test says otherwise."""
    return ""


@pytest.fixture
def post(  # noqa: PLR0917 - fixtures
    forms: FormCatalogue,
    door: Door,
    service: SubmitService,
    descriptions: DescribeService,
    begun: list[int],
    site_dir: Path,
    metrics_namespace: str,
) -> Callable[..., dict[str, Any]]:
    words = SiteWords(str(site_dir), site_url=ORIGIN)
    function = SubmitFunction(
        forms,
        door,
        service,
        descriptions,
        allowed_origins=(ORIGIN,),
        words=words,
        log=Log("submit", metrics_namespace=metrics_namespace),
        edge_key="",
        uploads=lambda: None,
        begin=lambda: begun.append(len(service.asked)),
    )

    def posting(body: object, *, path: str = "/registration", method: str = "POST", **headers: str) -> dict[str, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"content-type": "application/json", "origin": ORIGIN} | named
        content = body if isinstance(body, str) else json.dumps(body)
        context = {"requestId": "r1", "identity": {"sourceIp": "192.0.2.7"}}
        return function(
            {"httpMethod": method, "path": path, "headers": sent, "body": content, "requestContext": context}
        )

    return posting


@pytest.fixture
def post_page(post: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def posting(fields: dict[str, str], **options: str) -> dict[str, Any]:
        return post(
            urlencode(fields), content_type="application/x-www-form-urlencoded", accept="text/html,*/*;q=0.8", **options
        )

    return posting


def test_submit__gives_201_with_id_reference_and_status(post: Callable[..., dict[str, Any]], service: Service) -> None:
    answer = post({"name": "Anna", "days": ["mon"]}, idempotency_key="k1", accept_language="sv, en")

    assert answer["statusCode"] == 201
    assert json.loads(answer["body"]) == {
        "id": "reg_01JABCDEFGHJKMNPQRSTVWXYZ0",
        "reference": "K7QM-3XTP",
        "status": "confirmed",
    }
    assert service.asked == [
        {"form": "registration", "answers": {"name": "Anna", "days": ["mon"]}, "key": "k1", "language": "en"}
    ]


def test_submit__waitlisted__gives_the_position(post: Callable[..., dict[str, Any]], service: Service) -> None:
    service.receipt = Receipt("reg_1", "K7QM3XTP", Status.WAITLISTED, position=4)

    assert json.loads(post({})["body"])["position"] == 4


def test_submit__answers_a_repeated_post_like_the_first(post: Callable[..., dict[str, Any]], service: Service) -> None:
    first = post({})
    service.receipt = Receipt("reg_01JABCDEFGHJKMNPQRSTVWXYZ0", "K7QM3XTP", Status.CONFIRMED, repeated=True)

    assert post({}) == first


@pytest.mark.parametrize(("error", "status", "code"), EVERY_REFUSAL)
def test_submit__every_refusal__is_a_problem_with_cors(
    post: Callable[..., dict[str, Any]], service: Service, error: Exception, status: int, code: str
) -> None:
    service.error = error

    answer = post({"name": "Anna"})

    problem = json.loads(answer["body"])
    assert answer["statusCode"] == problem["status"] == status
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert answer["headers"]["Access-Control-Allow-Origin"] == ORIGIN
    assert problem["code"] == code
    assert problem["detail"].endswith(".") or status == 400
    assert "registrations" not in answer["body"]


def test_submit__wrong_answers__names_every_field(post: Callable[..., dict[str, Any]], service: Service) -> None:
    service.error = InvalidAnswersError(WRONG)

    assert json.loads(post({})["body"])["errors"] == [
        {"field": "email", "code": "not_an_email", "message": "That is no e-mail address."},
        {"field": "day", "code": "required", "message": "Choose one."},
    ]


def test_submit__storage_trouble__says_when_to_retry(post: Callable[..., dict[str, Any]], service: Service) -> None:
    service.error = StorageUnavailableError("throttled", retry_after_s=7)

    assert post({})["headers"]["Retry-After"] == "7"


@pytest.mark.parametrize(
    ("request_facts", "status", "code"),
    [
        ({"body": "{"}, 400, "malformed_json"),
        ({"body": "{}", "content_type": "text/plain"}, 415, "unsupported_media_type"),
        ({"body": '{"a":"' + "x" * 33_000 + '"}'}, 413, "body_too_large"),
        ({"body": "{}", "path": "/nowhere"}, 404, "unknown_form"),
        ({"body": "", "method": "PUT"}, 405, "method_not_allowed"),
    ],
)
def test_submit__refused_before_the_service__is_a_problem_too(
    post: Callable[..., dict[str, Any]], service: Service, request_facts: dict[str, str], status: int, code: str
) -> None:
    body = request_facts.pop("body")

    answer = post(body, **request_facts)

    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (status, code)
    assert answer["headers"]["Access-Control-Allow-Origin"] == ORIGIN
    assert service.asked == []


@pytest.mark.parametrize(("language", "message"), [("en", "Shorten the longest ones"), ("sv", "Korta ner de längsta")])
def test_submit__too_long_answers__are_explained_to_people(
    post: Callable[..., dict[str, Any]], language: str, message: str
) -> None:
    answer = post('{"a":"' + "x" * 33_000 + '"}', accept_language=language)

    detail = json.loads(answer["body"])["detail"]
    assert message in detail
    assert not any(letter.isdigit() for letter in detail)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_cors__an_unlisted_origin__gets_no_permission(post: Callable[..., dict[str, Any]], origin: str) -> None:
    answer = post({}, origin=origin)

    assert answer["statusCode"] == 201
    assert "Access-Control-Allow-Origin" not in answer["headers"]
    assert answer["headers"]["Vary"] == "Origin"


def test_page__wrong_answers__returns_the_form_as_filled_in(
    post_page: Callable[..., dict[str, Any]], service: Service
) -> None:
    service.error = InvalidAnswersError(WRONG)

    answer = post_page({"name": '"><script>alert(1)</script>', "email": "anna"})

    assert answer["statusCode"] == 422
    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert "<script>" not in answer["body"]
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in answer["body"]
    assert '<a href="#f-email">E-mail: That is no e-mail address.</a>' in answer["body"]


@pytest.mark.parametrize(("error", "status", "code"), EVERY_REFUSAL)
def test_page__every_refusal__loads_nothing_foreign(
    post_page: Callable[..., dict[str, Any]], service: Service, error: Exception, status: int, code: str
) -> None:
    service.error = error

    answer = post_page({"name": "Anna"})

    assert answer["statusCode"] == status
    assert answer["body"].startswith("<!doctype html>")
    assert f'<link rel="stylesheet" href="{ORIGIN}/assets/rollcall.css">' in answer["body"]
    assert "default-src 'none'" in answer["headers"]["Content-Security-Policy"]
    assert code not in answer["body"] or code == "invalid_answers"


def test_log__names_a_stored_submission_only_by_its_id(
    post: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    post({"name": "Anna", "email": "anna@example.org"})

    event = json.loads(capsys.readouterr().out)
    assert event["message"] == "stored"
    assert event["submission_id"] == "reg_01JABCDEFGHJKMNPQRSTVWXYZ0"
    assert event["request_id"] == "r1"
    assert "nna" not in json.dumps(event)


def test_log__names_only_fields_of_the_form(
    post: Callable[..., dict[str, Any]], service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing that was typed is logged."""
    service.error = InvalidAnswersError([*WRONG, FieldError("anna@example.org", "unknown_field", "What is that?")])

    post({"email": "anna", "anna@example.org": "x"})

    written = capsys.readouterr().out
    assert json.loads(written)["wrong"] == ["email: not_an_email", "day: required"]
    assert "anna" not in written


def test_submit__gives_each_event_its_own_time(post: Callable[..., dict[str, Any]], begun: list[int]) -> None:
    post({"name": "Ada"})
    post({"name": "Ada"})
    assert begun == [0, 1]


HERE = "Rollcall/test"


@pytest.mark.parametrize("metrics_namespace", [HERE])
def test_submission__is_counted_in_its_log_line(
    post: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Once for all forms together, and once for its form."""
    post({"name": "Ada"})

    (line,) = capsys.readouterr().out.splitlines()
    assert metrics_of(line) == [
        Metric(HERE, "Submissions", {}, 1),
        Metric(HERE, "Submissions", {"form": "registration"}, 1),
    ]
    assert json.loads(line)["message"] == "stored"


@pytest.mark.parametrize("metrics_namespace", [HERE])
@pytest.mark.parametrize("change", [{"repeated": True}, {"status": Status.SPAM}])
def test_submission__repeated_or_spam_is_not_counted(
    post: Callable[..., dict[str, Any]], service: Service, capsys: pytest.CaptureFixture[str], change: dict[str, Any]
) -> None:
    service.receipt = replace(service.receipt, **change)

    post({"name": "Ada"})

    assert metrics_of(capsys.readouterr().out) == []


@pytest.mark.parametrize("metrics_namespace", [HERE])
@pytest.mark.parametrize(("error", "status"), [refusal[:2] for refusal in EVERY_REFUSAL])
def test_refusal__is_counted_only_for_too_many_requests(
    post: Callable[..., dict[str, Any]],
    service: Service,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    status: int,
) -> None:
    service.error = error

    post({"name": "Ada"})

    counted = [Metric(HERE, "TooManyRequests", {}, 1)] if status == 429 else []
    assert metrics_of(capsys.readouterr().out) == counted


def test_log__holds_no_metric_unless_somebody_looks_at_it(
    post: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    post({"name": "Ada"})

    assert "_aws" not in capsys.readouterr().out
