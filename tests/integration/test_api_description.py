"""The running API does what docs/openapi.json says."""

from __future__ import annotations

import random
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from generated_requests import MARK, RAW_HTML, Requests, Sent
from integration.api_requests import FORMS, ask, example, send
from registrants import Registrant
from schemathesis_run import check_described
from sign_in import staff_token

from registration_core.domain.validation import example_submission
from registration_core.services.own_submission import Action

if TYPE_CHECKING:
    from conftest import DeployedStack

OVER_HTTP = 1_500


@pytest.mark.full
def test_api__answers_generated_requests_as_described(stack: DeployedStack) -> None:
    """No server error, no undocumented status, header or body; valid requests are accepted or explained."""
    answers = example("contact")
    assert send(stack, "contact", answers).status == 201
    stack.wait_for_mails(to=answers["email"])  # the first mail creates the key that checks links
    check_described(stack.api_url, "--exclude-path-regex", "^/staff/", folder=stack.workspace.state)


@pytest.mark.full
@pytest.mark.needs("sign-in pages")
def test_staff_api__answers_a_reader_as_described(stack: DeployedStack) -> None:
    """With a token: no server error, no undocumented status, header or body. Without one: 401.

    tests/process/test_staff_description.py does the same as a manager, whose changes would disturb other tests here.
    """
    send(stack, "registration", example("registration"))
    token = f"Authorization: Bearer {staff_token(stack, group='readers')}"
    check_described(stack.api_url, "--include-path-regex", "^/staff/", "--header", token, folder=stack.workspace.state)


@pytest.mark.full
def test_api__answers_spoiled_requests_in_order(stack: DeployedStack) -> None:
    """No server error, and nobody else's data. tests/unit/handlers/test_generated_requests.py sends many more."""
    requests = Requests(random.Random(1), {name: example_submission(form) for name, form in FORMS.items()})  # noqa: S311 - no secret
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(Registrant(stack).mailed_link()).query)["t"][0]
    requests.links.append((token, ""))

    def statuses(sent: Sent) -> int:
        url = f"{stack.api_url}{sent.path}?{urllib.parse.urlencode(sent.query)}"
        body = sent.body if sent.method in {"POST", "PUT"} else None
        answer = ask(url, body, method=sent.method or "GET", headers=sent.headers)
        assert answer.status < 500, (sent, answer)
        assert set(MARK.findall(answer.body)) <= sent.marks, (sent, answer)
        assert RAW_HTML not in answer.body or "json" in answer.headers["Content-Type"], (sent, answer)
        return answer.status

    with ThreadPoolExecutor(4) as several:
        assert {201, 303, 400, 403, 404, 413, 415, 422} <= set(
            several.map(statuses, [requests.next() for _ in range(OVER_HTTP)])
        )


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["contact", "forms/contact", "my"])
def test_unlisted_method__gets_404_as_described(stack: DeployedStack, path: str, method: str) -> None:
    """Where staff sign with AWS credentials, the gateway has one name for this and for a missing signature."""
    answer = ask(f"{stack.api_url}/{path}", None, method=method)
    signed = stack.outputs["desk"]["kind"] == "iam"
    assert (answer.status, answer.json["code"]) == ((403, "not_signed") if signed else (404, "not_found"))


@pytest.mark.parametrize("token", ["", "?", "x" * 5000, "a b", "%00"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_my__refuses_an_invalid_token_before_reading_keys(stack: DeployedStack, method: str, token: str) -> None:
    """A made-up link can't page the operator."""
    body = urllib.parse.urlencode({"t": token, "action": Action.CANCEL.value, "confirm": "yes"})
    url = f"{stack.api_url}/my"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if method == "GET":
        answer = ask(
            f"{url}?{urllib.parse.urlencode({'t': token})}", None, method="GET", headers={"Accept": "text/html"}
        )
    else:
        answer = ask(url, body.encode(), headers=headers)
    assert answer.status == 403
