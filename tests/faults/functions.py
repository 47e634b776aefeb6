"""Functions as processes of their own: invoked, killed, and found again like Lambda's."""

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
    """One process that serves one event at a time.

    handler: the module, such as `lambda_handlers.submit`. environ: the function's environment, and nothing else's.
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
        """Wait until it has started and can take an event. Raises FunctionDiedError."""
        if not self._started:
            self._read()
            self._started = True

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Hand over one event and return the answer. Raises FunctionDiedError."""
        assert self._process.stdin is not None
        self.await_start()
        try:
            self._process.stdin.write(json.dumps(event) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise FunctionDiedError from error
        return self._read()

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._process.kill()
        self._process.wait(timeout=10)

    def end(self) -> None:
        """End it and wait until it is gone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait(timeout=10)
        with suppress(BrokenPipeError):  # what it did not read any more
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
    """A function of as many processes as may run at once; each starts when it is needed, and again when it died."""

    def __init__(self, handler: str, environ: Mapping[str, str], log: Path, *, at_once: int = 1) -> None:
        self._handler = handler
        self._environ = dict(environ)
        self._log = log
        self._places = threading.Semaphore(at_once)
        self._idle: list[FunctionProcess] = []
        self._all: list[FunctionProcess] = []

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Wait for a process that is free and let it answer. Raises FunctionDiedError."""
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
        """Kill every process at this moment; events under way are never answered."""
        for process in tuple(self._all):
            process.kill()

    def end(self) -> None:
        """End all processes."""
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
    """A function for as long as the block lasts."""
    function = Function(handler, environ, log, at_once=at_once)
    try:
        yield function
    finally:
        function.end()
