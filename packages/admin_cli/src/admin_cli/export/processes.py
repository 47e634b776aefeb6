"""The processes that read for an export in parallel, seen from the export."""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from admin_cli.errors import CliError, ExitCode
from admin_cli.export.reader import Progressed
from admin_cli.export.worker import Done, Event, Failed, Notice, Setting, Task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from admin_cli.export.spool import Part, Spool

_EVENT = msgspec.json.Decoder(Event)
_AT_ONCE = 65536
_PATIENCE_S = 5.0


@dataclass(slots=True)
class _Worker:
    """One process. part: the part whose page it is reading; None if it is idle. unread: an incomplete line from it."""

    process: subprocess.Popen[bytes]
    part: Part | None = None
    unread: bytes = field(default=b"")


class Crew:
    """A group of reading processes. Entering it starts them, leaving it ends them."""

    def __init__(self, spool: Spool, setting: Setting, size: int) -> None:
        self._spool = spool
        self._setting = setting
        self._size = size
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        for _ in range(self._size):
            worker = _Worker(_started(self._spool.lock))
            self._workers.append(worker)
            self._selector.register(_out(worker), selectors.EVENT_READ, worker)
            _send(worker, self._setting)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()
        for worker in self._workers:
            for pipe in (worker.process.stdin, worker.process.stdout):
                with contextlib.suppress(OSError):
                    if pipe is not None:
                        pipe.close()
            if error is not None:
                worker.process.terminate()
        for worker in self._workers:
            try:
                worker.process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()

    @property
    def busy(self) -> bool:
        """Whether any page is being read."""
        return any(worker.part is not None for worker in self._workers)

    def take(self, part: Part) -> bool:
        """Have a page of a part read; False if every process is busy."""
        for worker in self._workers:
            if worker.part is None:
                worker.part = part
                _send(worker, Task(str(self._spool.path(part.number)), part.range, part.mark))
                return True
        return False

    def events(self, *, wait: bool) -> Iterator[tuple[Part, Progressed | Notice]]:
        """Yield the processes' events. Raises CliError if one of them failed."""
        for key, _ in self._selector.select(None if wait else 0):
            worker: _Worker = key.data
            content = os.read(_out(worker), _AT_ONCE)
            if not content:
                raise CliError("A reading process of this export ended unexpectedly.")
            *lines, worker.unread = (worker.unread + content).split(b"\n")
            for line in lines:
                yield self._handle(worker, _EVENT.decode(line))

    def _handle(self, worker: _Worker, event: Event) -> tuple[Part, Progressed | Notice]:
        if isinstance(event, Failed):
            raise CliError(event.message, hint=event.hint, exit_code=ExitCode(event.exit_code))
        part = worker.part
        assert part is not None  # noqa: S101 - it sends events only while it reads a part
        if isinstance(event, Notice):
            return part, event
        worker.part = None
        assert isinstance(event, Done)  # noqa: S101 - there are three kinds
        return part, Progressed(event.mark, event.size, event.newest_id, event.oldest_id)


def _started(lock: int) -> subprocess.Popen[bytes]:
    """Start a process in its own group: Ctrl-C then reaches only the export, which ends the process in order."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "admin_cli.export.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(lock,),
        process_group=0,
    )


def _out(worker: _Worker) -> int:
    assert worker.process.stdout is not None  # noqa: S101 - it was started with a pipe
    return worker.process.stdout.fileno()


def _send(worker: _Worker, message: Setting | Task) -> None:
    assert worker.process.stdin is not None  # noqa: S101 - it was started with a pipe
    with contextlib.suppress(BrokenPipeError):  # it has ended; its other pipe says why
        worker.process.stdin.write(msgspec.json.encode(message) + b"\n")
        worker.process.stdin.flush()
