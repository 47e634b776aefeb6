"""A submission's path through the deployed stack: the API's answer, the stored item, the mails; with IAM enforced."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from conftest import wait_until
from integration.api_requests import FORMS, ask, example, post_plainly, send, stored

if TYPE_CHECKING:
    from conftest import DeployedStack


@pytest.mark.parametrize(("form", "prefix"), [("registration", "reg_"), ("contact", "msg_")])
def test_submit__answers_stores_and_mails_each_once(stack: DeployedStack, form: str, prefix: str) -> None:
    answers = example(form)
    answer = send(stack, form, answers)

    assert answer.status == 201
    assert answer.json["id"].startswith(prefix)
    assert answer.json["status"] == "confirmed"
    assert stored(stack, answer.json["id"])["email_key"]["S"] == answers["email"]
    (confirmation,) = stack.wait_for_mails(to=answers["email"])
    assert answer.json["reference"] in confirmation.text
    assert confirmation.html is not None
    assert answer.json["reference"] in confirmation.html
    (notice,) = wait_until(
        lambda: [mail for mail in stack.mails() if mail.reply_to == answers["email"]],
        what="the staff's mail",
    )
    assert notice.to == list(FORMS[form].staff)


def test_submit__gives_two_submissions_different_ids(stack: DeployedStack) -> None:
    first, second = (send(stack, "contact", example("contact")).json for _ in range(2))
    assert first["id"] != second["id"]
    assert first["reference"] != second["reference"]


def test_submit__repeats_the_answer_for_the_same_key(stack: DeployedStack) -> None:
    answers, key = example("registration"), uuid.uuid4().hex
    first = send(stack, "registration", answers, Idempotency_Key=key)
    again = send(stack, "registration", answers, Idempotency_Key=key)
    assert (again.status, again.json) == (201, first.json)
    other = send(stack, "registration", {**answers, "needs": "something else"}, Idempotency_Key=key)
    assert other.status == 422
    assert other.headers["Content-Type"].startswith("application/problem+json")


def test_submit__a_double_click_makes_one_entry_and_one_mail(stack: DeployedStack) -> None:
    answers = example("contact")
    with ThreadPoolExecutor(4) as visitors:
        responses = list(visitors.map(lambda _: send(stack, "contact", answers), range(4)))
    assert [answer.status for answer in responses] == [201] * 4
    assert len({answer.json["id"] for answer in responses}) == 1
    stack.wait_for_mails(to=answers["email"], count=1)


def test_submit__names_every_wrong_field_and_stores_nothing(stack: DeployedStack) -> None:
    answer = send(stack, "contact", example("contact", email="nobody", message=""))
    assert answer.status == 422
    assert {error["field"] for error in answer.json["errors"]} == {"email", "message"}
    assert all(error["code"] and error["message"] for error in answer.json["errors"])
    assert answer.headers["Access-Control-Allow-Origin"] == stack.site_url


def test_submit__without_javascript__shows_a_thank_you_page(stack: DeployedStack) -> None:
    answers = example("contact")
    answer = post_plainly(stack, "contact", answers)
    assert answer.status == 201
    assert answer.headers["Content-Type"].startswith("text/html")
    assert f'<dd dir="auto">{answers["email"]}</dd>' in answer.body
    reloaded = post_plainly(stack, "contact", answers)
    assert reloaded.body == answer.body
    stack.wait_for_mails(to=answers["email"])
    opened = ask(f"{stack.api_url}/contact?lang=sv", None, method="GET")
    assert (opened.status, opened.headers["Location"]) == (303, f"{stack.site_url}/sv/contact")


def test_submit__prefers_the_pages_language_to_the_browsers(stack: DeployedStack) -> None:
    url, headers = f"{stack.api_url}/contact?lang=en", {"Content-Type": "application/json", "Accept-Language": "sv"}
    english = ask(url, b"{}", headers=headers).json["errors"]
    swedish = ask(f"{stack.api_url}/contact", b"{}", headers=headers).json["errors"]
    assert [error["code"] for error in english] == [error["code"] for error in swedish]
    assert all(one["message"] != other["message"] for one, other in zip(english, swedish, strict=True))


@pytest.mark.parametrize(
    ("path", "body", "content_type", "status"),
    [
        ("contact", b'{"name": ', "application/json", 400),
        ("contact", b"[1]", "application/json", 400),
        ("contact", b'{"name": "a", "name": "b"}', "application/json", 400),
        ("contact", b"name=a", "text/plain", 415),
        ("contact", b'{"message": "' + b"x" * 40_000 + b'"}', "application/json", 413),
        ("contact", b"\xff\xfe", "application/json", 400),
        ("contact", b'{"name": "\\ud800"}', "application/json", 400),
        ("contact", b"[" * 20_000, "application/json", 400),
    ],
)
def test_submit__unreadable_input__is_a_problem_with_a_code(
    stack: DeployedStack, path: str, body: bytes, content_type: str, status: int
) -> None:
    answer = ask(f"{stack.api_url}/{path}", body, headers={"Content-Type": content_type, "Origin": stack.site_url})
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json["code"]
    assert answer.json["detail"]
    assert answer.headers["Access-Control-Allow-Origin"] == stack.site_url


def test_api__tells_browsers_what_the_site_may_send(stack: DeployedStack) -> None:
    headers = {"Origin": stack.site_url, "Access-Control-Request-Method": "POST"}
    answer = ask(f"{stack.api_url}/registration", None, method="OPTIONS", headers=headers)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Idempotency-Key".lower() in answer.headers["Access-Control-Allow-Headers"].lower()


def test_api__lets_no_other_site_read_answers(stack: DeployedStack) -> None:
    answer = send(stack, "contact", {}, Origin="https://elsewhere.example")
    assert answer.status == 422
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_site__is_served_by_its_distribution(stack: DeployedStack) -> None:
    page = ask(f"{stack.site_url}/", None, method="GET")
    assert page.status == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert ask(f"{stack.site_url}/no-such-page", None, method="GET").status == 404


@pytest.mark.needs("private buckets")
def test_site__is_reachable_only_through_its_distribution(stack: DeployedStack) -> None:
    direct = ask(f"{stack.endpoint_url}/{stack.outputs['site_bucket']}/index.html", None, method="GET")
    assert direct.status == 403


@pytest.mark.parametrize("path", ["/registration", "/contact", "/sv/registration", "/privacy", "/sv"])
def test_site__accepts_a_trailing_slash(stack: DeployedStack, path: str) -> None:
    bare, slashed = (ask(f"{stack.site_url}{path}{end}", None, method="GET") for end in ("", "/"))

    assert (bare.status, slashed.status) == (200, 200)
    assert bare.body == slashed.body
    assert slashed.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/registration//", "/Registration", "/sv/Registration/"])
def test_site__says_what_is_wrong_with_other_spellings(stack: DeployedStack, path: str) -> None:
    """Addresses are exact: leading all spellings to a page would take a function before each visit."""
    missing = ask(f"{stack.site_url}{path}", None, method="GET")

    assert missing.status == 404
    assert missing.body == ask(f"{stack.site_url}/not-found", None, method="GET").body


def test_stack__describes_itself_in_one_secret(stack: DeployedStack) -> None:
    secret = stack.client("secretsmanager").get_secret_value(SecretId="rollcall/local")
    description = json.loads(secret["SecretString"])
    assert description.items() <= stack.outputs.items()
    assert description["api_url"] == stack.api_url
