"""Turnstile: who gets in, and that nobody does when it can't be reached."""

from __future__ import annotations

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from registration_core.adapters.dynamodb.retries import Deadline
from registration_core.adapters.secret_value import SecretValue
from registration_core.adapters.turnstile import Turnstile
from registration_core.domain.errors import HumanCheckFailedError, HumanCheckUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator


TOKEN = "0.x"


class Cloudflare:
    """Gives the chosen answers, and records its requests."""

    def __init__(self) -> None:
        self.status = 200
        self.answer: bytes = b'{"success": true}'
        self.answers_after_s = 0.0
        self.asked: list[dict[str, Any]] = []
        self.stopped = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                owner.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                owner.stopped.wait(owner.answers_after_s)
                self.send_response(owner.status)
                self.send_header("Content-Length", str(len(owner.answer)))
                self.end_headers()
                self.wfile.write(owner.answer)

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/siteverify"


@pytest.fixture
def cloudflare() -> Iterator[Cloudflare]:
    service = Cloudflare()
    thread = threading.Thread(target=service.server.serve_forever, args=(0.01,))
    thread.start()
    yield service
    service.stopped.set()
    service.server.shutdown()
    thread.join()
    service.server.server_close()


def check(url: str, token: str = TOKEN, request: str = "f" * 64) -> None:
    Turnstile(lambda: "the secret", url=url).ensure_human(token, address="192.0.2.7", request=request)


def test_ensure_human__sends_the_secret_and_an_idempotency_key(cloudflare: Cloudflare) -> None:
    check(cloudflare.url)
    check(cloudflare.url)
    check(cloudflare.url, request="e" * 64)
    first, again, other = cloudflare.asked
    assert first == again
    assert first["idempotency_key"] != other["idempotency_key"]
    assert uuid.UUID(first.pop("idempotency_key"))
    assert first == {"secret": "the secret", "response": TOKEN, "remoteip": "192.0.2.7"}


@pytest.mark.parametrize("token", ["", "x" * 2049])
def test_ensure_human__refuses_an_invalid_token_without_asking(cloudflare: Cloudflare, token: str) -> None:
    with pytest.raises(HumanCheckFailedError):
        check(cloudflare.url, token)
    assert cloudflare.asked == []


@pytest.mark.parametrize("code", ["invalid-input-response", "timeout-or-duplicate"])
def test_ensure_human__refuses_a_token_that_proves_nothing(cloudflare: Cloudflare, code: str) -> None:
    cloudflare.answer = json.dumps({"success": False, "error-codes": [code]}).encode()
    with pytest.raises(HumanCheckFailedError):
        check(cloudflare.url)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, b'{"success": false, "error-codes": ["invalid-input-secret"]}'),
        (200, b'{"success": false, "error-codes": ["internal-error"]}'),
        (200, b'{"success": false}'),
        (200, b'{"success": "true"}'),
        (200, b"[]"),
        (200, b"<html>"),
        (200, b"\xff"),
        (500, b'{"success": true}'),
        (302, b""),
    ],
)
def test_ensure_human__in_doubt_lets_nobody_in(cloudflare: Cloudflare, status: int, answer: bytes) -> None:
    cloudflare.status, cloudflare.answer = status, answer
    with pytest.raises(HumanCheckUnavailableError):
        check(cloudflare.url)


def test_ensure_human__without_an_answer_lets_nobody_in(cloudflare: Cloudflare) -> None:
    with pytest.raises(HumanCheckUnavailableError):
        check(cloudflare.url.replace(f":{cloudflare.server.server_port}/", ":1/"))


def test_ensure_human__without_its_secret_lets_nobody_in(cloudflare: Cloudflare) -> None:
    def no_secret() -> str:
        raise HumanCheckUnavailableError("not there")

    with pytest.raises(HumanCheckUnavailableError):
        Turnstile(no_secret, url=cloudflare.url).ensure_human("token", address="", request="r")
    assert cloudflare.asked == []


def test_ensure_human__after_the_deadline_asks_nobody(cloudflare: Cloudflare) -> None:
    deadline = Deadline()
    deadline.begin(0)
    with pytest.raises(HumanCheckUnavailableError, match="no time left"):
        Turnstile(lambda: "s", url=cloudflare.url, deadline=deadline).ensure_human("token", address="", request="r")
    assert cloudflare.asked == []


def test_ensure_human__waits_for_an_answer_until_the_deadline(cloudflare: Cloudflare) -> None:
    cloudflare.answers_after_s = 1
    deadline = Deadline()
    deadline.begin(0.2)
    check = Turnstile(lambda: "s", url=cloudflare.url, deadline=deadline, timeout_s=60)
    with pytest.raises(HumanCheckUnavailableError, match="could not be reached"):
        check.ensure_human("token", address="", request="r")


def test_secret__is_waited_for_until_the_deadline(cloudflare: Cloudflare) -> None:
    cloudflare.answers_after_s, cloudflare.answer = 1, b'{"SecretString": "late"}'
    environ = {"AWS_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    environ["AWS_ENDPOINT_URL"] = cloudflare.url
    deadline = Deadline()
    assert SecretValue("name", environ, deadline=deadline)() == "late"
    deadline.begin(0.2)
    with pytest.raises(HumanCheckUnavailableError, match="cannot be read"):
        SecretValue("name", environ, deadline=deadline)()
