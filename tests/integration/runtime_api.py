"""Lambda's runtime API for one event, so that AWS's own runtime client runs a function as in AWS.

Source: AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes".
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from rollcall_local.process import clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

DEADLINE_S = 60
ARN = "arn:aws:lambda:eu-north-1:000000000000:function:rollcall-local-any"


@dataclass(frozen=True, slots=True)
class Ended:
    """What a function answered and everything it wrote. failed: it raised, or could not start."""

    answer: Any
    output: str
    failed: bool


@contextmanager
def _serving(event: Mapping[str, Any], timeout_s: float, answers: queue.Queue[tuple[str, bytes]]) -> Iterator[int]:
    """Serve one event and keep the response; a next event never comes."""
    served = threading.Event()
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if served.is_set():
                over.wait(DEADLINE_S)
                return
            served.set()
            body = json.dumps(event).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Lambda-Runtime-Aws-Request-Id", "c0ffee")
            self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + timeout_s) * 1000)))
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", ARN)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()
            answers.put((self.path, body))

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Ignore the connection that a stopped function leaves."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        over.set()
        server.shutdown()
        server.server_close()


def run_in_lambda(
    handler: str, event: Mapping[str, Any], environ: Mapping[str, str], code: Path, *, timeout_s: float = 30
) -> Ended:
    """Run one event with awslambdaric, with JSON logs as infra/terraform configures them.

    handler: such as `lambda_handlers.submit.handler`. environ: the function's whole environment.
    code: the unpacked zip.
    """
    answers: queue.Queue[tuple[str, bytes]] = queue.Queue()
    with _serving(event, timeout_s, answers) as port, tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", handler],
            cwd=code,
            env=clean_environment(
                AWS_LAMBDA_RUNTIME_API=f"127.0.0.1:{port}",
                AWS_LAMBDA_LOG_FORMAT="JSON",
                AWS_LAMBDA_LOG_LEVEL=environ.get("LOG_LEVEL", "INFO"),
                AWS_LAMBDA_FUNCTION_NAME="rollcall-local-any",
                AWS_LAMBDA_FUNCTION_MEMORY_SIZE="512",
                AWS_LAMBDA_FUNCTION_VERSION="$LATEST",
                LAMBDA_TASK_ROOT=str(code),
                PYTHONPATH=str(code),
                **environ,
            ),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            path, body = answers.get(timeout=DEADLINE_S)
        finally:
            process.kill()
            process.wait(timeout=DEADLINE_S)
        output.seek(0)
        return Ended(json.loads(body or "null"), output.read(), path.endswith("/error"))
