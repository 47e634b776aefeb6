"""The rate limits as shipped, tried on a whole submit function with a table."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contract.conftest import REGION

from lambda_handlers.log import Log
from lambda_handlers.site_words import SiteWords
from lambda_handlers.submit_function import SubmitFunction
from registration_core import bootstrap
from registration_core.domain.validation import example_submission
from registration_core.settings import RATE_PER_ADDRESS, RATE_PER_EMAIL, SubmitSettings
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Post = Callable[..., dict[str, Any]]

FORMS = compile_forms(Path(__file__).resolve().parents[2] / "example" / "forms")


@pytest.fixture
def post(emulator: str, table: str, tmp_path: Path) -> Iterator[Post]:
    """Send a submission of the contact form, with no setting for limits."""
    (tmp_path / "contact.json").write_text(json.dumps(FORMS["contact"].to_dict()))
    environment = {
        "STACK": "test",
        "TABLE": table,
        "SITE_URL": "https://forms.example.org",
        "ALLOWED_ORIGINS": "https://forms.example.org",
        "FORMS_DIR": str(tmp_path),
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": emulator,
    }
    settings = SubmitSettings.from_mapping(environment)
    parts = bootstrap.submit_parts(settings, environment)
    function = SubmitFunction(
        bootstrap.form_catalogue(settings),
        parts.door,
        parts.submit,
        parts.describe,
        allowed_origins=settings.allowed_origins,
        words=SiteWords(str(tmp_path), site_url=settings.site_url),
        log=Log("submit"),
        edge_key="",
        uploads=lambda: None,
        begin=lambda: None,
    )

    def posting(email: str, *, address: str, key: str | None = None, **changes: object) -> dict[str, Any]:
        answers = example_submission(FORMS["contact"]) | {"email": email} | changes
        headers = {"content-type": "application/json"} | ({"idempotency-key": key} if key else {})
        return function(
            {
                "httpMethod": "POST",
                "path": "/contact",
                "headers": headers,
                "body": json.dumps(answers),
                "requestContext": {"identity": {"sourceIp": address}},
            }
        )

    yield posting
    parts.connection.close()


def someone() -> str:
    return f"{uuid.uuid4().hex}@example.org"


def test_address__sends_100_times_in_ten_minutes_then_waits(post: Post) -> None:
    responses = [post(someone(), address="192.0.2.7") for _ in range(RATE_PER_ADDRESS + 1)]
    statuses = [answer["statusCode"] for answer in responses]
    # If a new window of ten minutes begins in between, nobody has to wait; at most twice as many get in.
    assert statuses in ([201] * RATE_PER_ADDRESS + [429], [201] * (RATE_PER_ADDRESS + 1))
    if statuses[-1] == 429:
        assert 0 < int(responses[-1]["headers"]["Retry-After"]) <= 600
        assert json.loads(responses[-1]["body"])["code"] == "too_many_requests"
    assert post(someone(), address="192.0.2.8")["statusCode"] == 201


def test_email_address__gets_20_submissions_a_day(post: Post) -> None:
    """Repeated requests don't count."""
    email = someone()
    for number in range(RATE_PER_EMAIL):
        for _ in range(2):
            response = post(email, address=f"192.0.2.{number}", key=f"k{number}", message=f"Message number {number}")
            assert response["statusCode"] == 201
    refused = post(email, address="192.0.2.9", key="one-more", message="One message too many")
    assert refused["statusCode"] == 429
    assert post(someone(), address="192.0.2.9")["statusCode"] == 201
