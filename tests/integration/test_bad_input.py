"""Wrong, hostile or forged input to the deployed API: one clear answer, no crash, nothing half-written."""

from __future__ import annotations

import json
import urllib.parse
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from conftest import wait_until
from integration.api_requests import FORMS, PLAIN_FORM, Answer, ask, example, post_plainly, send, stored
from registrants import Registrant

from registration_core.domain.fields import FieldType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import DeployedStack

JSON = {"Content-Type": "application/json"}
GUARDED = ("SUB#", "REF#", "IDEM#", "ONCE#")
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} {% include 'x' %} ${env:HOME} \"'&lt;"
DEEP = b'{"message":' * 5_000 + b"1" + b"}" * 5_000


def kept(stack: DeployedStack) -> set[str]:
    """Return the partitions of everything a submission consists of."""
    pages = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=stack.table, ProjectionExpression="pk", ConsistentRead=True)
    )
    return {item["pk"]["S"] for page in pages for item in page["Items"] if item["pk"]["S"].startswith(GUARDED)}


@contextmanager
def nothing_stored(stack: DeployedStack) -> Iterator[None]:
    before = kept(stack)
    yield
    assert kept(stack) == before


def assert_problem(answer: Answer, status: int, code: str) -> None:
    """Assert a problem for programs and people that reveals nothing internal."""
    assert (answer.status, answer.json.get("code")) == (status, code), answer.body
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json["detail"].endswith(".")
    assert answer.headers["Access-Control-Allow-Origin"]
    for inside in ("Traceback", 'File "', "botocore", "registration_core", "rollcall-local"):
        assert inside not in answer.body


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b'{"name": "Robin", "email": "ro', 400, "malformed_json"),
        (b"\xef\xbb\xbf{}", 400, "malformed_json"),
        (b"null", 400, "malformed_json"),
        (b"[[1]]", 400, "malformed_json"),
        (b'{"name": "a", "name": "b"}', 400, "malformed_json"),
        (b'{"name": NaN}', 400, "malformed_json"),
        (b'{"name": 1e999}', 400, "malformed_json"),
        (b"[" * 20_000, 400, "malformed_json"),
        (DEEP[:30_000], 400, "malformed_json"),
        (b'{"name": "\\ud83d"}', 400, "malformed_json"),
        (b'{"\\udc00": "x"}', 400, "malformed_json"),
        (b'{"message": "' + b"x" * 33_000 + b'"}', 413, "body_too_large"),
        (b'{"message": "' + b"x" * 1_000_000 + b'"}', 413, "body_too_large"),
        (DEEP, 413, "body_too_large"),
    ],
    ids=lambda value: value[:24].decode(errors="replace") + f"-{len(value)}" if isinstance(value, bytes) else None,
)
def test_json__that_fits_no_form__is_refused(stack: DeployedStack, body: bytes, status: int, code: str) -> None:
    with nothing_stored(stack):
        assert_problem(ask(f"{stack.api_url}/contact", body, headers=JSON | {"Origin": stack.site_url}), status, code)


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        ("text/plain", "unsupported_media_type"),
        ("multipart/form-data; boundary=x", "unsupported_media_type"),
        ("application/xml", "unsupported_media_type"),
        ("application/json; charset=utf-16", "unsupported_charset"),
        ("application/x-www-form-urlencoded; charset=iso-8859-1", "unsupported_charset"),
        ("nonsense", "unsupported_media_type"),
    ],
)
def test_content_type__of_no_form__is_refused(stack: DeployedStack, content_type: str, code: str) -> None:
    headers = {"Content-Type": content_type, "Origin": stack.site_url, "Accept": "application/json"}
    with nothing_stored(stack):
        assert_problem(ask(f"{stack.api_url}/contact", b"name=a", headers=headers), 415, code)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": "a\x00b"}, [("name", "control_character")]),
        ({"name": "\u202enibor"}, [("name", "control_character")]),
        ({"name": "\u200b\u2060"}, [("name", "required")]),
        ({"message": "ten letters\x00 and a nul"}, [("message", "control_character")]),
        ({"name": "Robin\r\nBcc: all@example.org"}, [("name", "line_break")]),
        ({"email": "robin@example.org\u2028Bcc: all@example.org"}, [("email", "not_an_email")]),
        ({"email": "robin@example.org\nBcc: all@example.org"}, [("email", "line_break")]),
        ({"email": "robin@example.org, all@example.org"}, [("email", "not_an_email")]),
        ({"email": '"Robin\\" <all@example.org>" <robin@example.org>'}, [("email", "not_an_email")]),
        ({"name": {"$ne": None}}, [("name", "wrong_type")]),
        ({"name": ["Robin"], "topic": ["press"]}, [("name", "wrong_type"), ("topic", "wrong_type")]),
        ({"topic": "courses' OR '1'='1"}, [("topic", "unknown_option")]),
        ({"consent": "maybe"}, [("consent", "wrong_type")]),
        ({"is_admin": True, "status": "confirmed"}, [("is_admin", "unknown_field"), ("status", "unknown_field")]),
        ({"__proto__": "x", "a\nb": 1}, [("__proto__", "unknown_field"), ("a?b", "unknown_field")]),
        ({"phone": "call me", "_started": "soon"}, [("phone", "not_a_phone"), ("_started", "not_a_number")]),
        ({"name": "x" * 101, "message": ""}, [("name", "too_long"), ("message", "required")]),
    ],
)
def test_answers__that_are_wrong__are_all_named_at_once(
    stack: DeployedStack, changes: dict[str, Any], wrong: list[tuple[str, str]]
) -> None:
    with nothing_stored(stack):
        answer = send(stack, "contact", example("contact", **changes))
    assert_problem(answer, 422, "invalid_answers")
    assert [(error["field"], error["code"]) for error in answer.json["errors"]] == wrong


def test_wrong_answers__are_named_in_the_right_language(stack: DeployedStack) -> None:
    swedish = send(stack, "contact", example("contact", name=""), Accept_Language="sv-SE, en;q=0.5")
    assert (swedish.json["detail"], swedish.json["errors"][0]["message"]) == (
        "Några svar saknas eller är fel.",
        "Ange ditt namn.",
    )
    chosen = send(stack, "contact", example("contact", name="", _language="sv"), Accept_Language="en")
    assert chosen.json["errors"] == swedish.json["errors"]


@pytest.mark.parametrize("path", ["nowhere", "forms/nowhere", "contact/more", "..%2fcontact", "CONTACT"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_path__of_no_form__is_not_found(stack: DeployedStack, path: str, method: str) -> None:
    with nothing_stored(stack):
        answer = ask(
            f"{stack.api_url}/{path}",
            b"{}" if method == "POST" else None,
            method=method,
            headers=JSON | {"Origin": stack.site_url},
        )
    assert answer.status in {403, 404}
    assert answer.json["code"]
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", stack.site_url}


@pytest.mark.parametrize("key", ["", "x" * 129, "k\tk"])
def test_key__in_the_wrong_format__is_refused(stack: DeployedStack, key: str) -> None:
    with nothing_stored(stack):
        answer = send(stack, "contact", example("contact"), Idempotency_Key=key)
    assert_problem(answer, 400, "invalid_key")


def test_key__reused_for_other_answers__is_refused(stack: DeployedStack) -> None:
    answers, key = example("contact"), uuid.uuid4().hex
    assert send(stack, "contact", answers, Idempotency_Key=key).status == 201
    with nothing_stored(stack):
        again = send(stack, "contact", answers | {"name": "Somebody Else"}, Idempotency_Key=key)
    assert_problem(again, 422, "key_reused")


@pytest.mark.parametrize(
    "body",
    [b"name=%ff%fe", b"&".join(b"a=1" for _ in range(500)), b"name=a&name=b&email=%00", b"%00=%00", b"=&=&;;;"],
    ids=["not-utf-8", "500-fields", "twice", "nuls", "separators"],
)
def test_plain_form__that_is_broken__leads_to_a_page(stack: DeployedStack, body: bytes) -> None:
    with nothing_stored(stack):
        answer = ask(f"{stack.api_url}/contact", body, headers=PLAIN_FORM)
    assert answer.status in {400, 422}
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "\x00" not in answer.body


def hostile_answers(form: str) -> dict[str, Any]:
    """An example whose every free text tries to be more than text."""
    texts = (FieldType.TEXT, FieldType.TEXTAREA)
    return example(form) | {field.name: HOSTILE for field in FORMS[form].fields if field.type in texts}


@pytest.mark.parametrize("form", ["contact", "registration"])
def test_html_and_template_syntax__is_text_in_mails(stack: DeployedStack, form: str) -> None:
    answers = hostile_answers(form)
    answer = send(stack, form, answers)
    assert answer.status == 201
    entry = stored(stack, answer.json["id"])
    free = [field.name for field in FORMS[form].fields if field.name in answers and answers[field.name] == HOSTILE]
    assert {entry["answers"]["M"][name]["S"] for name in free} == {HOSTILE}
    (mail,) = stack.wait_for_mails(to=answers["email"])
    (notice,) = wait_until(
        lambda: [mail for mail in stack.mails() if mail.reply_to == answers["email"]], what="the staff's mail"
    )
    for sent in (mail, notice):
        assert sent.html is not None
        assert "<script" not in sent.html
        assert "\n" not in sent.subject
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in (notice.html or "")
    assert HOSTILE in notice.text


def test_html_and_template_syntax__is_text_on_the_error_page(stack: DeployedStack) -> None:
    answers = hostile_answers("contact") | {"email": HOSTILE, "topic": HOSTILE, "phone": HOSTILE, HOSTILE: HOSTILE}
    with nothing_stored(stack):
        page = post_plainly(stack, "contact", answers)
    assert page.status == 422
    assert "<script" not in page.body
    assert page.body.count("&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}") >= 4


def test_names__in_every_script_survive_unchanged(stack: DeployedStack) -> None:
    name = "שָׁנָה عائشة\u200f Åsa 👩\u200d🚀 q\u0307\u0323 ئه\u200cم"
    answer = send(stack, "contact", example("contact", name=name))
    assert answer.status == 201
    assert (
        stored(stack, answer.json["id"])["answers"]["M"]["name"]["S"]
        == "שָׁנָה عائشة\u200f Åsa 👩\u200d🚀 q\u0323\u0307 ئه\u200cم"
    )


@pytest.fixture(scope="module")
def stack_with_keys(deployed: DeployedStack) -> DeployedStack:
    """The run's stack after its first mail, which makes the keys that sign links."""
    Registrant(deployed).mailed_link()
    return deployed


@pytest.mark.parametrize(
    "token",
    ["", "x", "v1.a.b.c", "v1.key.e30.AAAA", "v9.key.e30.AAAA", "../../etc/passwd", "<script>", "%00", "A" * 5_000],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_token__that_is_forged__leads_to_a_page(stack_with_keys: DeployedStack, token: str, method: str) -> None:
    """It changes nothing."""
    stack = stack_with_keys
    query = urllib.parse.urlencode({"t": token})
    with nothing_stored(stack):
        if method == "GET":
            answer = ask(f"{stack.api_url}/my?{query}", None, method="GET")
        else:
            answer = ask(f"{stack.api_url}/my", f"{query}&action=erase&confirmed=yes".encode(), headers=PLAIN_FORM)
    assert 400 <= answer.status < 500
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<script" not in answer.body


@pytest.mark.parametrize(
    "sign", [{"further_remark": "https://buy.example"}, {"_started": 1_800_000_000, "_sent": 1_800_000_001}]
)
def test_spam__is_answered_normally_and_mailed_to_nobody(stack: DeployedStack, sign: dict[str, Any]) -> None:
    answers = example("contact", **sign)
    answer = send(stack, "contact", answers)
    assert (answer.status, answer.json["status"]) == (201, "confirmed")
    entry = stored(stack, answer.json["id"])
    assert entry["status"]["S"] == "spam"
    assert not set(sign) & set(entry["answers"]["M"])
    days = (int(entry["expires_at"]["N"]) - int(answer_time(entry))) / 86_400
    assert 29 < days <= 31

    later = example("contact")
    send(stack, "contact", later)
    stack.wait_for_mails(to=later["email"])  # sent after it, and mailed
    assert stack.mails(to=answers["email"]) == []


def answer_time(entry: dict[str, Any]) -> float:
    from datetime import datetime  # noqa: PLC0415 - for this helper alone

    return datetime.fromisoformat(entry["submitted_at"]["S"]).timestamp()


def test_form__is_described_and_cached_by_its_etag(stack: DeployedStack) -> None:
    headers = {"Origin": stack.site_url}
    answer = ask(f"{stack.api_url}/forms/registration", None, method="GET", headers=headers)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "public, max-age=10")
    assert answer.headers["Access-Control-Allow-Origin"] == stack.site_url
    assert [field["name"] for field in answer.json["fields"]] == [field.name for field in FORMS["registration"].fields]
    course = next(field for field in answer.json["fields"] if field["name"] == "course")
    assert all(option["seats"] in {"plenty", "few", "waiting_list"} for option in course["options"])
    assert json.dumps(answer.json).count("robotics-academy.example") == 0
    again = ask(
        f"{stack.api_url}/forms/registration",
        None,
        method="GET",
        headers=headers | {"If-None-Match": answer.headers["ETag"]},
    )
    assert (again.status, again.body) == (304, "")
