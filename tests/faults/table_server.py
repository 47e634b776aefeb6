"""A stack with a table of submissions behind HTTP, for commands in processes; it can delay and corrupt answers."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from unit.cli.fakes import DESCRIPTION
from unit.export.table_source import COURSE, TableSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registration_core.domain.submission import Submission

CUT_OFF, THROTTLED = "cut off", "throttled"


class TableServer:
    """Serves between start and end.

    spoiled: faults for queries, by their number. hold_after: from this number on, queries wait for
    `release`. given: how many submissions were returned without waiting.
    """

    def __init__(self, entries: Sequence[Submission], page: int) -> None:
        self.table = TableSource(list(entries), page)
        self.spoiled: dict[int, str] = {}
        self.hold_after: int | None = None
        self.release = threading.Event()
        self.asked = 0
        self.held = 0
        self.given = 0
        self.lock = threading.Lock()
        self._server = _Server(self)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def query(self, asked: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
        """Return the fault for a query, and its answer."""
        if ":month" not in asked["ExpressionAttributeValues"]:
            return None, {"Items": []}
        with self.lock:
            self.asked += 1
            number = self.asked
            holds = self.hold_after is not None and number > self.hold_after
            self.held += holds
        if holds:
            self.release.wait(60)
        answer = self.table.answer(asked)
        with self.lock:
            self.given += 0 if holds else len(answer["Items"])
        return self.spoiled.get(number), answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, serving: TableServer) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.serving = serving

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a connection left by a caller that a test killed."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        if operation == "Query":
            fault, answer = self.server.serving.query(asked)
            if fault == THROTTLED:
                self._answer(400, {"__type": "x#ThrottlingException", "message": "Rate exceeded"})
            else:
                self._answer(200, answer, cut_off=fault == CUT_OFF)
        else:
            self._answer(200, getattr(self, operation)())

    def GetSecretValue(self) -> dict[str, Any]:  # noqa: N802 - AWS's name
        description = {name: getattr(DESCRIPTION, name) for name in DESCRIPTION.__slots__}
        return {"SecretString": json.dumps(description)}

    def GetItem(self) -> dict[str, Any]:  # noqa: N802 - AWS's name
        return {"Item": {"forms": {"M": {"course": {"S": json.dumps(COURSE.to_dict())}}}}}

    def DescribeTable(self) -> dict[str, Any]:  # noqa: N802 - AWS's name
        return {"Table": {"TableName": DESCRIPTION.table}}

    def _answer(self, status: int, answer: dict[str, Any], *, cut_off: bool = False) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut_off else body)
        if cut_off:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
        """Log nothing."""
