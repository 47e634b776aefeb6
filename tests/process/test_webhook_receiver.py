"""Delivering to a receiver: TLS checks the name, and nothing that a receiver does takes longer or reads more."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from webhook_receiver import WebhookReceiver

from registration_core.adapters.webhook_receiver import LONGEST_WAIT_S, MOST_BYTES, HttpsReceiver
from registration_core.domain.webhook_ports import Answer, ReceiverError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebhookReceiver]:
    with WebhookReceiver(tmp_path_factory.mktemp("receiver")) as made:
        yield made


def sender(receiver: WebhookReceiver, *, within_s: float = 5.0) -> HttpsReceiver:
    context = ssl.create_default_context(cafile=str(receiver.certificate))
    return HttpsReceiver(on_this_machine=True, context=context, within_s=within_s)


def test_message__arrives_with_its_headers(receiver: WebhookReceiver) -> None:
    receiver.status, receiver.headers = 202, {}

    answer = sender(receiver).send(f"{receiver.url}?a=1", {"webhook-id": "msg_1"}, "{å}".encode())

    message = receiver.messages[-1]
    assert answer == Answer(202)
    assert (message.path, message.body, message.id) == ("/hook?a=1", "{å}".encode(), "msg_1")
    assert message.headers["host"] == f"localhost:{receiver.port}"
    assert message.headers["connection"] == "close"


def test_redirect__is_an_answer_like_any_other(receiver: WebhookReceiver) -> None:
    """A redirect could lead to a private address, so nobody follows it."""
    receiver.status, receiver.headers = 307, {"Location": f"{receiver.url}/elsewhere"}
    before = len(receiver.messages)

    assert sender(receiver).send(receiver.url, {}, b"{}").status == 307
    assert [message.path for message in receiver.messages[before:]] == ["/hook"]


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [
        ("120", 120),
        ("999999999", LONGEST_WAIT_S),
        ("soon", 0),
        ("Fri, 01 Jan 2027 00:00:00 GMT", 0),
        ("Fri, 01 Jan 99999999999999999999 00:00:00 GMT", 0),
        ("Fri, 01 Jan 2026 00:00:00 +999999999999999", 0),
    ],
)
def test_retry_after__is_read_within_limits(receiver: WebhookReceiver, text: str, wait_s: int) -> None:
    receiver.status, receiver.headers = 503, {"Retry-After": text}
    answer = sender(receiver).send(receiver.url, {}, b"{}")
    assert answer.status == 503
    assert answer.retry_after_s >= wait_s if "2027" in text else answer.retry_after_s == wait_s


def test_unknown_certificate__gets_nothing(receiver: WebhookReceiver) -> None:
    before = len(receiver.messages)
    with pytest.raises(ReceiverError) as error:
        HttpsReceiver(on_this_machine=True).send(receiver.url, {}, b"{}")
    assert (error.value.problem, len(receiver.messages)) == ("its certificate is not valid for the name", before)


def test_certificate__of_another_name_gets_nothing(receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection goes to the address that was checked, and the certificate must be the name's."""
    connected: list[tuple[str, int]] = []
    connect = socket.socket.connect

    def to_the_receiver(self: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address)
        connect(self, ("127.0.0.1", receiver.port))

    monkeypatch.setattr(socket.socket, "connect", to_the_receiver)
    context = ssl.create_default_context(cafile=str(receiver.certificate))
    asked: list[str] = []

    def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    with pytest.raises(ReceiverError) as error:
        HttpsReceiver(context=context, resolve=resolve).send("https://hooks.example.org/", {}, b"{}")
    assert error.value.problem == "its certificate is not valid for the name"
    assert (asked, connected) == (["hooks.example.org"], [("93.184.215.14", 443)])


@contextmanager
def speaking(receiver: WebhookReceiver, act: Callable[[ssl.SSLSocket, threading.Event], None]) -> Iterator[str]:
    """Serve one connection over TLS, and yield the address. act: gets the connection, and when to stop."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(receiver.certificate, receiver.folder / "receiver.key")
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            raw, _ = server.accept()
            try:
                with context.wrap_socket(raw, server_side=True) as connection:
                    connection.recv(65536)
                    act(connection, stop)
            except OSError:
                pass  # the caller hung up, as it should

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://localhost:{server.getsockname()[1]}/"
        stop.set()
        thread.join()


def drip(connection: ssl.SSLSocket, stop: threading.Event) -> None:
    """Send one byte at a time, faster than any time-out between two bytes."""
    for byte in b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1000:
        connection.sendall(bytes([byte]))
        if stop.wait(0.05):
            return


def flood(connection: ssl.SSLSocket, stop: threading.Event) -> None:
    while not stop.is_set():
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"x" * MOST_BYTES)


def nonsense(connection: ssl.SSLSocket, _stop: threading.Event) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")


def stays_open(connection: ssl.SSLSocket, stop: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204\r\nserver: x\r\n\r\n")
    stop.wait(5)


@pytest.mark.parametrize(
    ("act", "problem"),
    [(drip, "no answer within 0.5 seconds"), (flood, "the answer is not HTTP"), (nonsense, "the answer is not HTTP")],
)
def test_answer__that_never_ends_is_cut_off(
    receiver: WebhookReceiver, act: Callable[[ssl.SSLSocket, threading.Event], None], problem: str
) -> None:
    began = time.monotonic()
    with speaking(receiver, act) as url, pytest.raises(ReceiverError) as error:
        sender(receiver, within_s=0.5).send(url, {}, b"{}")
    assert error.value.problem == problem
    assert time.monotonic() - began < 5


def test_answer__is_known_before_the_connection_ends(receiver: WebhookReceiver) -> None:
    with speaking(receiver, stays_open) as url:
        assert sender(receiver).send(url, {}, b"{}") == Answer(204)


def test_name_server__that_never_answers_is_given_up() -> None:
    stop = threading.Event()

    def resolve(_host: str, _port: int) -> Sequence[str]:
        stop.wait(5)
        return []

    with pytest.raises(ReceiverError) as error:
        HttpsReceiver(resolve=resolve, within_s=0.1).send("https://hooks.example.org/", {}, b"{}")
    stop.set()
    assert error.value.problem == "no answer within 0.1 seconds"


def test_nobody__listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ReceiverError) as error:
        HttpsReceiver(on_this_machine=True).send(f"https://localhost:{port}/", {}, b"{}")
    assert error.value.problem == "the connection failed"
