"""One Python function in a process of its own, and the Runtime API that feeds it.

Source: Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes". Imports the
standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
import weakref
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

PREFIX = "/2018-06-01/runtime/"


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event for the function."""

    request_id: str
    function_arn: str
    trace_id: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the function answered: its payload, or its error as JSON. log: what it printed meanwhile."""

    payload: bytes
    failed: bool
    log: str = ""


class InitialisationError(Exception):
    """The function failed before its first event. payload: its error as JSON."""

    def __init__(self, payload: bytes) -> None:
        super().__init__(payload.decode(errors="replace"))
        self.payload = payload


class FunctionProcess:
    """Runs a command that speaks the Runtime API, gives it one event at a time, and replaces it when it dies.

    command: for example `python -m awslambdaric app.handler`. timeout_s: how long one event may take.
    """

    def __init__(
        self, command: Sequence[str], *, folder: Path, environment: Mapping[str, str], timeout_s: float
    ) -> None:
        self._command = command
        self._folder = folder
        self._environment = environment
        self._timeout_s = timeout_s
        self._run: _Run | None = None
        with tempfile.TemporaryFile() as file:  # a file is complete when an answer arrives, a pipe isn't
            self._output = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._output)
        self._read = 0

    def start(self) -> None:
        """Start the process and wait until it asks for its first event. Raises InitialisationError."""
        self._run = _Run(self._command, self._folder, self._environment, self._timeout_s, self._output)
        try:
            self._run.ready.result()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Kill the process, whatever it does, with the processes that it started."""
        run, self._run = self._run, None
        if run is not None:
            run.end()

    def invoke(self, invocation: Invocation) -> Answer:
        """Return the answer to one event. Raises InitialisationError if the process had died and doesn't start."""
        if self._run is None or not self._run.alive():
            self.stop()
            self.start()
        run = self._run
        if run is None:  # stopped meanwhile
            raise InitialisationError(_error("Runtime.ExitError", "The function was stopped."))
        try:
            answer = run.ask(invocation).result(self._timeout_s)
        except TimeoutError:
            self.stop()
            message = f"RequestId: {invocation.request_id} Error: Task timed out after {self._timeout_s:.2f} seconds"
            answer = Answer(_error("Sandbox.Timedout", message), failed=True)
        return Answer(answer.payload, answer.failed, self._new_output())

    def output(self) -> str:
        """Return everything that the function printed."""
        return self._read_from(0).decode(errors="replace")

    def _new_output(self) -> str:
        new = self._read_from(self._read)
        self._read += len(new)
        return new.decode(errors="replace")

    def _read_from(self, offset: int) -> bytes:
        return os.pread(self._output, os.fstat(self._output).st_size - offset, offset)


class _Run:
    """One life of the process, and its Runtime API on a loopback port."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], timeout_s: float, output: int
    ) -> None:
        self.timeout_s = timeout_s
        self.ready: Future[None] = Future()
        self.events: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._answer: Future[Answer] = Future()
        handler = type("RuntimeApi", (_RuntimeApi,), {"run": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        threading.Thread(target=self._watch, daemon=True).start()

    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, invocation: Invocation) -> Future[Answer]:
        self._answer = Future()
        if not self.alive():
            self._fail()
        self.events.put(invocation)
        return self._answer

    def answer(self, payload: bytes, *, failed: bool) -> None:
        with contextlib.suppress(InvalidStateError):  # an answer after the timeout
            self._answer.set_result(Answer(payload, failed))

    def fail_to_start(self, payload: bytes) -> None:
        with contextlib.suppress(InvalidStateError):
            self.ready.set_exception(InitialisationError(payload))

    def started(self) -> None:
        with contextlib.suppress(InvalidStateError):
            self.ready.set_result(None)

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.events.put(None)
        self._server.shutdown()
        self._server.server_close()

    def _watch(self) -> None:
        """Let nobody wait for an answer of a process that is gone."""
        self._process.wait()
        self._fail()

    def _fail(self) -> None:
        payload = _error("Runtime.ExitError", f"Runtime exited with error: exit status {self._process.returncode}")
        self.fail_to_start(payload)
        self.answer(payload, failed=True)


class _RuntimeApi(BaseHTTPRequestHandler):
    run: _Run
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Hand out the next event, when there is one."""
        self.run.started()
        invocation = self.run.events.get()
        if invocation is None:
            self.close_connection = True
            return
        deadline = int((time.time() + self.run.timeout_s) * 1000)
        headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.request_id),
            ("Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn),
            ("Lambda-Runtime-Trace-Id", invocation.trace_id),
            ("Lambda-Runtime-Deadline-Ms", str(deadline)),
        ]
        self._reply(HTTPStatus.OK, invocation.payload, headers)

    def do_POST(self) -> None:
        """Take an answer, an error, or an error before the first event."""
        payload = self._body()
        call = self.path.removeprefix(PREFIX)
        if call == "init/error":
            self.run.fail_to_start(payload)
        else:
            self.run.answer(payload, failed=call.endswith("/error"))
        self._reply(HTTPStatus.ACCEPTED, b"{}")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _reply(self, status: HTTPStatus, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - http.server's signature
        """Log nothing: the function's own output is the log."""


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
