"""A loopback proxy before the emulator that fails on purpose, with the errors that AWS gives.

Requests pass through byte for byte, so signatures stay valid. A plan decides what happens to each
call.
"""

from __future__ import annotations

import http.client
import itertools
import json
import random
import threading
import urllib.parse
from collections import Counter
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from botocore_judge import judge_request

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

UPSTREAM_TIMEOUT_S = 60
MOST_JUDGED = 10
"""How many calls of each operation botocore judges: each takes a millisecond."""


class Fault(StrEnum):
    """What may go wrong with a call.

    conflict: another transaction holds the same item; nothing was done. throttled: too many calls;
    nothing was done. failed: a 500; nothing was done. lost_request: the connection ends before the
    call arrives. lost_answer: the call was done, and the connection ends before the answer arrives.
    """

    CONFLICT = "conflict"
    THROTTLED = "throttled"
    FAILED = "failed"
    LOST_REQUEST = "lost_request"
    LOST_ANSWER = "lost_answer"


class Plan:
    """Decides what happens to calls: nothing, unless a subclass says otherwise. Called from many threads."""

    def before(self, operation: str, body: bytes) -> Fault | None:  # noqa: ARG002 - for subclasses
        """Return what happens to a call that has arrived. operation: such as `TransactWriteItems`."""
        return None

    def after(self, operation: str, fault: Fault | None) -> None:
        """Act once upstream has answered and before the answer goes back. fault: what `before` returned."""


class AtRandom(Plan):
    """Faults for a share of the calls of some operations, drawn from a seed.

    outage: the calls, counted from 0, that all meet a fault.
    """

    def __init__(
        self,
        seed: str,
        *,
        share: float,
        faults: Iterable[Fault],
        operations: Iterable[str] = (),
        outage: Container[int] = (),
    ) -> None:
        self._random = random.Random(seed)  # noqa: S311 - weather, no secret
        self._share = share
        self._faults = tuple(faults)
        self._operations = frozenset(operations)
        self._outage = outage
        self._numbers = itertools.count()
        self._one_at_a_time = threading.Lock()

    def before(self, operation: str, body: bytes) -> Fault | None:  # noqa: ARG002 - any call may be hit
        """Draw a fault."""
        if self._operations and operation not in self._operations:
            return None
        with self._one_at_a_time:
            hit = (next(self._numbers) in self._outage) | (self._random.random() < self._share)
            return self._random.choice(self._faults) if hit else None


class Next(Plan):
    """The next calls of an operation meet these faults, one each; None lets one through."""

    def __init__(self, operation: str, *faults: Fault | None) -> None:
        self._operation = operation
        self._faults = iter(faults)

    def before(self, operation: str, body: bytes) -> Fault | None:  # noqa: ARG002 - known by its operation
        """Take the next fault of the list."""
        return next(self._faults, None) if operation == self._operation else None


class FaultProxy:
    """Listens on a free loopback port between start and end. The plan may change at any time.

    met: how many calls met each fault. calls: how many calls of each operation arrived. mails: how
    many mails SES accepted for each address. wrong_requests: what botocore says against the requests
    of our own client.
    """

    def __init__(self, upstream: str) -> None:
        target = urllib.parse.urlsplit(upstream)
        self.upstream = (target.hostname or "127.0.0.1", target.port or 80)
        self.plan = Plan()
        self.met: Counter[Fault] = Counter()
        self.calls: Counter[str] = Counter()
        self.mails: Counter[str] = Counter()
        self.wrong_requests: list[str] = []
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def judge(self, operation: str, headers: Mapping[str, str], body: bytes) -> None:
        """Have botocore judge one of the first calls that our own client makes. The SDK names itself in its own."""
        if "User-Agent" in headers or self.calls[operation] > MOST_JUDGED:
            return
        try:
            judge_request(self.endpoint, {name.lower(): value for name, value in headers.items()}, body)
        except AssertionError as error:
            self.wrong_requests.append(str(error))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    block_on_close = False

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a connection left by a caller that a test killed."""


class _Connection(BaseHTTPRequestHandler):
    """One caller's connection, and the connection upstream that belongs to it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    _upstream: http.client.HTTPConnection | None = None

    def do_POST(self) -> None:
        """Pass one call on, or apply a fault."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        operation = operation_of(self.headers, body)
        proxy = self.server.proxy
        proxy.calls[operation] += 1
        proxy.judge(operation, self.headers, body)
        fault = proxy.plan.before(operation, body)
        if fault is not None:
            proxy.met[fault] += 1
        if fault is Fault.LOST_REQUEST:
            self.close_connection = True
            return
        if fault in (None, Fault.LOST_ANSWER):
            status, headers, content = self._pass_on(body)
            if operation == "SendRawEmail" and status == HTTPStatus.OK:
                proxy.mails.update(addresses_of(body))
            proxy.plan.after(operation, fault)
            if fault is Fault.LOST_ANSWER:
                self.close_connection = True
                return
            self._answer(status, headers, content)
            return
        self._answer(*refusal(fault, operation, body))

    def finish(self) -> None:
        """Close both connections."""
        if self._upstream is not None:
            self._upstream.close()
        super().finish()

    def _pass_on(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        if self._upstream is None:
            self._upstream = http.client.HTTPConnection(*self.server.proxy.upstream, timeout=UPSTREAM_TIMEOUT_S)
        self._upstream.putrequest("POST", self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            self._upstream.putheader(name, value)
        self._upstream.endheaders(body)
        answer = self._upstream.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    def _answer(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "keep-alive"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
        """Log nothing; tests count calls instead."""


def operation_of(headers: Mapping[str, str], body: bytes) -> str:
    """Return a call's operation: from its target header, or from `Action` in a query call."""
    target = headers.get("X-Amz-Target")
    if target:
        return target.rpartition(".")[2]
    return urllib.parse.parse_qs(body.decode(errors="replace")).get("Action", [""])[0]


def addresses_of(body: bytes) -> list[str]:
    """Return the addresses that a mail goes to."""
    parameters = urllib.parse.parse_qs(body.decode())
    return [values[0] for name, values in parameters.items() if name.startswith("Destinations.member.")]


def refusal(fault: Fault, operation: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Return the error that the service itself would give for a fault: status, headers, content."""
    if operation.startswith("Send"):
        return _query_refusal(fault)
    if fault is Fault.FAILED:
        return _problem(500, "com.amazonaws.dynamodb.v20120810#InternalServerError", "Internal server error")
    if fault is Fault.THROTTLED:
        name = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
        return _problem(400, name, "The level of configured provisioned throughput for the table was exceeded.")
    if operation != "TransactWriteItems":
        name = "com.amazonaws.dynamodb.v20120810#TransactionConflictException"
        return _problem(400, name, "Transaction is ongoing for the item")
    writes = len(json.loads(body)["TransactItems"])
    hit = random.Random(body).randrange(writes)  # noqa: S311 - which item it is, is no secret
    reasons: list[dict[str, str]] = [{"Code": "None"}] * writes
    reasons[hit] = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    name = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
    return _problem(400, name, message, CancellationReasons=reasons)


def _problem(status: int, name: str, message: str, **more: object) -> tuple[int, dict[str, str], bytes]:
    content = json.dumps({"__type": name, "message": message, "Message": message, **more}).encode()
    return status, {"Content-Type": "application/x-amz-json-1.0"}, content


def _query_refusal(fault: Fault) -> tuple[int, dict[str, str], bytes]:
    """The error as SES writes it in XML: throttled means not sent, a 500 leaves that open."""
    status, code = (500, "InternalFailure") if fault is Fault.FAILED else (400, "Throttling")
    content = (
        '<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>Maximum sending rate exceeded.</Message></Error></ErrorResponse>"
    )
    return status, {"Content-Type": "text/xml"}, content.encode()
