"""Functions as separate processes that tests invoke, kill and restart, as Lambda does."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollcall_local.process import clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RUNTIME = Path(__file__).with_name("runtime.py")
INVOKE_DEADLINE_S = 60


class FunctionDiedError(Exception):
    """The process ended before it answered."""


class FunctionProcess:
    """One process that handles one event at a time.

    handler: the module, such as `lambda_handlers.submit`. environ: the whole environment of the
    function.
    """

    def __init__(self, handler: str, environ: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, str(RUNTIME), handler],
                env=clean_environment(**environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                encoding="utf-8",
            )
        self._started = False

    def await_start(self) -> None:
        """Wait until the process can take an event. Raises FunctionDiedError."""
        if not self._started:
            self._read()
            self._started = True

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Send one event and return the answer. Raises FunctionDiedError."""
        assert self._process.stdin is not None
        self.await_start()
        try:
            self._process.stdin.write(json.dumps(event) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise FunctionDiedError from error
        return self._read()

    def alive(self) -> bool:
        """Whether the process is running."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Kill the process at once, whatever it is doing."""
        self._process.kill()
        self._process.wait(timeout=INVOKE_DEADLINE_S)

    def end(self) -> None:
        """Stop the process and wait until it is gone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait(timeout=INVOKE_DEADLINE_S)
        with suppress(BrokenPipeError):  # input that it never read
            self._process.stdin.close()
        self._process.stdout.close()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        guard = threading.Timer(INVOKE_DEADLINE_S, self._process.kill)
        guard.start()
        try:
            line = self._process.stdout.readline()
        finally:
            guard.cancel()
        if not line.endswith("\n"):
            raise FunctionDiedError
        answer: dict[str, Any] = json.loads(line)
        return answer


class Function:
    """A function with a limited number of processes; each starts when needed, and again after it died."""

    def __init__(self, handler: str, environ: Mapping[str, str], log: Path, *, at_once: int = 1) -> None:
        self._handler = handler
        self._environ = dict(environ)
        self._log = log
        self._places = threading.Semaphore(at_once)
        self._idle: list[FunctionProcess] = []
        self._all: list[FunctionProcess] = []

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Wait for a free process and let it answer. Raises FunctionDiedError."""
        with self._places:
            process = self._free()
            answer = process.invoke(event)
            self._idle.append(process)
            return answer

    def start(self) -> None:
        """Start a process ahead of its first event. Raises FunctionDiedError."""
        with self._places:
            process = self._free()
            process.await_start()
            self._idle.append(process)

    def kill_all(self) -> None:
        """Kill every process now; events in progress get no answer."""
        for process in tuple(self._all):
            process.kill()

    def end(self) -> None:
        """Stop all processes."""
        for process in self._all:
            process.end()

    def _free(self) -> FunctionProcess:
        while self._idle:
            process = self._idle.pop()
            if process.alive():
                return process
        process = FunctionProcess(self._handler, self._environ, self._log)
        self._all.append(process)
        return process


@contextmanager
def running(handler: str, environ: Mapping[str, str], log: Path, *, at_once: int = 1) -> Iterator[Function]:
    """Run a function for as long as the block lasts."""
    function = Function(handler, environ, log, at_once=at_once)
    try:
        yield function
    finally:
        function.end()
