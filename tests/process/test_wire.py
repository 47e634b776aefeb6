"""Our own DynamoDB client: what it sends, what it returns, and when it retries."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from botocore_judge import signed_by_botocore

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.sigv4 import Credentials
from registration_core.adapters.dynamodb.wire import (
    Timeouts,
    WireCall,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPE = "com.amazonaws.dynamodb.v20120810#"
HANG_UP = (0, {})
"""An answer that never comes: the connection is closed instead."""


@dataclass
class Server:
    """A DynamoDB that gives the chosen answers in order, and records its requests."""

    answers: deque[tuple[int, object]] = field(default_factory=deque)
    requests: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    connections: set[object] = field(default_factory=set)
    close_after: bool = False
    endpoint: str = ""
    body: bytes = b""
    takes_s: float = 0.0
    now: float = 0.0

    def monotonic(self) -> float:
        """A clock that moves only while this server answers."""
        return self.now

    @property
    def operations(self) -> list[str]:
        return [headers["x-amz-target"] for headers, _ in self.requests]


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server on this machine; by IPv6 if a test asks for it."""
    known = Server()
    host = getattr(request, "param", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_POST(self) -> None:
            known.connections.add(self.client_address)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known.body = body
            known.requests.append(({k.lower(): v for k, v in self.headers.items()}, json.loads(body)))
            status, answer = known.answers.popleft()
            known.now += known.takes_s
            if not status:
                self.close_connection = True
                return
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if known.close_after:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    class HttpServer(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = True

    with HttpServer((host, 0), Handler) as http_server:
        known.endpoint = f"http://{f'[{host}]' if ':' in host else host}:{http_server.server_address[1]}"
        thread = threading.Thread(target=lambda: http_server.serve_forever(poll_interval=0.01))
        thread.start()
        yield known
        http_server.shutdown()
        thread.join()


@pytest.fixture
def call(server: Server) -> Iterator[WireCall]:
    made = WireCall(server.endpoint, "eu-north-1", Credentials("AKIDEXAMPLE", "secret", "a-token"))
    yield made
    made.close()


def test_call__sends_signed_json_and_returns_the_answer(server: Server, call: WireCall) -> None:
    server.answers.append((200, {"Item": {"pk": {"S": "Ångström"}}}))

    answer = call("GetItem", {"TableName": "t", "Key": {"pk": {"S": "ö"}}})

    headers, body = server.requests[0]
    assert answer == {"Item": {"pk": {"S": "Ångström"}}}
    assert body == {"TableName": "t", "Key": {"pk": {"S": "ö"}}}
    assert headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert headers["content-type"] == "application/x-amz-json-1.0"
    assert headers["x-amz-security-token"] == "a-token"
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")


@pytest.mark.parametrize(
    "server",
    ["127.0.0.1", pytest.param("::1", marks=pytest.mark.full)],  # some containers have no IPv6
    indirect=True,
)
def test_call__is_signed_as_by_botocore_for_ipv4_and_ipv6(server: Server, call: WireCall) -> None:
    """With a session token, over the bytes that were sent, and for the host that was named."""
    server.answers.append((200, {}))

    call("GetItem", {"TableName": "t", "Key": {"pk": {"S": "Ångström"}}})

    ((headers, _),) = server.requests
    signed = signed_by_botocore(server.endpoint, headers, server.body, {"AKIDEXAMPLE": "secret"})
    assert headers["host"] == server.endpoint.removeprefix("http://")
    assert {name: headers[name] for name in signed} == signed


def test_call__keeps_one_connection(server: Server, call: WireCall) -> None:
    server.answers.extend([(200, {})] * 3)

    for _ in range(3):
        call("GetItem", {})

    assert len(server.connections) == 1


def test_call__opens_a_new_connection_after_a_close(server: Server, call: WireCall) -> None:
    server.answers.extend([(200, {})] * 2)
    server.close_after = True

    call("GetItem", {})
    call("GetItem", {})

    assert len(server.connections) == 2


def test_call__does_not_trust_an_idle_connection(server: Server) -> None:
    server.answers.extend([(200, {})] * 2)
    call = WireCall(server.endpoint, "eu-north-1", Credentials("a", "b"), timeouts=Timeouts(idle_s=-1))

    call("GetItem", {})
    call("GetItem", {})
    call.close()

    assert len(server.connections) == 2


def test_call__retries_at_once_if_a_kept_connection_was_closed(server: Server, call: WireCall) -> None:
    server.answers.extend([(200, {}), HANG_UP, (200, {"again": True})])
    call("GetItem", {})

    assert call("GetItem", {}) == {"again": True}


def test_call__on_a_new_connection_that_closed_is_not_retried(server: Server, call: WireCall) -> None:
    server.answers.append(HANG_UP)

    with pytest.raises(AwsCallError) as caught:
        call("GetItem", {})

    assert (caught.value.code, caught.value.retryable) == ("ConnectionLost", True)


@pytest.mark.parametrize(
    "refusal",
    [
        (400, {"__type": TYPE + "ProvisionedThroughputExceededException", "message": "slow down"}),
        (400, {"__type": "com.amazon.coral.availability#ThrottlingException", "message": "slow down"}),
        (400, {"__type": TYPE + "TransactionInProgressException", "message": "not yet"}),
        (
            400,
            {
                "__type": TYPE + "TransactionCanceledException",
                "message": "conflict",
                "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
            },
        ),
        (500, {"__type": TYPE + "InternalServerError", "message": "oops"}),
        (502, b"<html>Bad Gateway</html>"),
        (503, b""),
        HANG_UP,
    ],
)
def test_call__tells_a_not_now_from_a_no(server: Server, call: WireCall, refusal: tuple[int, object]) -> None:
    server.answers.append(refusal)

    with pytest.raises(AwsCallError) as caught:
        call("TransactWriteItems", {"ClientRequestToken": "t"})

    assert caught.value.retryable
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"__type": TYPE + "ConditionalCheckFailedException", "message": "no"}, "ConditionalCheckFailedException"),
        ({"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"}, "AccessDeniedException"),
        ({"__type": "ResourceNotFoundException", "message": "no"}, "ResourceNotFoundException"),
        ({"__type": TYPE + "ValidationException", "message": "no"}, "ValidationException"),
        (b"who knows", "UnreadableAnswer"),
        (b"[]", "UnreadableAnswer"),
    ],
)
def test_call__raises_a_final_error_at_once(server: Server, call: WireCall, answer: object, code: str) -> None:
    server.answers.append((400, answer))

    with pytest.raises(AwsCallError) as caught:
        call("PutItem", {})

    assert caught.value.code == code
    assert len(server.requests) == 1


def test_call__says_why_a_transaction_was_cancelled(server: Server, call: WireCall) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": {"pk": {"S": "x"}}}]
    answer = {"__type": TYPE + "TransactionCanceledException", "Message": "no", "CancellationReasons": reasons}
    server.answers.append((400, answer))

    with pytest.raises(AwsCallError) as caught:
        call("TransactWriteItems", {})

    assert caught.value.cancellation_reasons == tuple(reasons)
    assert len(server.requests) == 1


def test_call__returns_the_item_that_stood_in_the_way(server: Server, call: WireCall) -> None:
    item = {"pk": {"S": "x"}}
    server.answers.append((400, {"__type": TYPE + "ConditionalCheckFailedException", "message": "no", "Item": item}))

    with pytest.raises(AwsCallError) as caught:
        call("PutItem", {})

    assert caught.value.item == item


@pytest.fixture
def hasty(server: Server) -> Iterator[WireCall]:
    """A call that uses the server's clock: each answer takes 2.3 s of it."""
    server.takes_s = 2.3
    server.answers.extend([(200, {})] * 9)
    made = WireCall(server.endpoint, "eu-north-1", Credentials("a", "b"), monotonic=server.monotonic)
    yield made
    made.close()


def test_call__waits_no_longer_than_its_request_has_left(hasty: WireCall, monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts: list[float] = []
    settimeout = socket.socket.settimeout

    def noting(self: socket.socket, value: float | None) -> None:
        if threading.current_thread() is threading.main_thread():
            timeouts.append(value or 0.0)
        settimeout(self, value)

    monkeypatch.setattr(socket.socket, "settimeout", noting)
    hasty.deadline.begin(4.0)
    hasty("GetItem", {})
    hasty("GetItem", {})

    assert timeouts[-2:] == [Timeouts().read_s, pytest.approx(1.7)]


def test_call__with_nobody_there__is_a_lost_connection() -> None:
    call = WireCall("http://127.0.0.1:1", "eu-north-1", Credentials("a", "b"))

    with pytest.raises(AwsCallError) as caught:
        call("GetItem", {})

    assert caught.value.code == "ConnectionLost"


@pytest.mark.parametrize("endpoint", ["", "localhost:4566", "ftp://x", "https://"])
def test_wire_call__refuses_an_invalid_endpoint(endpoint: str) -> None:
    with pytest.raises(ValueError, match="is not an endpoint"):
        WireCall(endpoint, "eu-north-1", Credentials("a", "b"))
