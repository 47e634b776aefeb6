"""The processes that read for an export side by side, as the export sees them."""

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
from admin_cli.export.worker import Done, Event, Failed, Said, Setting, Task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from admin_cli.export.spool import Part, Spool

_EVENT = msgspec.json.Decoder(Event)
_AT_ONCE = 65536
_PATIENCE_S = 5.0


@dataclass(slots=True)
class _Hand:
    """One process, and the part that it reads a page of; None when it waits for an order."""

    process: subprocess.Popen[bytes]
    part: Part | None = None
    heard: bytes = field(default=b"")


class Crew:
    """Processes that read, started when it is entered and ended when it is left."""

    def __init__(self, spool: Spool, setting: Setting, size: int) -> None:
        self._spool = spool
        self._setting = setting
        self._size = size
        self._hands: list[_Hand] = []
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        for _ in range(self._size):
            hand = _Hand(_started(self._spool.lock))
            self._hands.append(hand)
            self._selector.register(_out(hand), selectors.EVENT_READ, hand)
            _tell(hand, self._setting)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()
        for hand in self._hands:
            for pipe in (hand.process.stdin, hand.process.stdout):
                with contextlib.suppress(OSError):
                    if pipe is not None:
                        pipe.close()
            if error is not None:
                hand.process.terminate()
        for hand in self._hands:
            try:
                hand.process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                hand.process.kill()
                hand.process.wait()

    @property
    def busy(self) -> bool:
        """Whether any page is being read."""
        return any(hand.part is not None for hand in self._hands)

    def take(self, part: Part) -> bool:
        """Have a page of a part read; False when every process is at work."""
        for hand in self._hands:
            if hand.part is None:
                hand.part = part
                _tell(hand, Task(str(self._spool.path(part.number)), part.range, part.mark))
                return True
        return False

    def events(self, *, wait: bool) -> Iterator[tuple[Part, Progressed | Said]]:
        """Give what the processes have to say. Raises CliError when one cannot go on."""
        for key, _ in self._selector.select(None if wait else 0):
            hand: _Hand = key.data
            content = os.read(_out(hand), _AT_ONCE)
            if not content:
                raise CliError("A process that read for the export ended unexpectedly.")
            *lines, hand.heard = (hand.heard + content).split(b"\n")
            for line in lines:
                yield self._heard(hand, _EVENT.decode(line))

    def _heard(self, hand: _Hand, event: Event) -> tuple[Part, Progressed | Said]:
        if isinstance(event, Failed):
            raise CliError(event.message, hint=event.hint, exit_code=ExitCode(event.exit_code))
        part = hand.part
        assert part is not None  # noqa: S101 - it speaks only while it has an order
        if isinstance(event, Said):
            return part, event
        hand.part = None
        assert isinstance(event, Done)  # noqa: S101 - there are three kinds
        return part, Progressed(event.mark, event.size, event.newest_id, event.oldest_id)


def _started(lock: int) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own, so that Ctrl-C reaches the export alone, which then ends it in order."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "admin_cli.export.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(lock,),
        process_group=0,
    )


def _out(hand: _Hand) -> int:
    assert hand.process.stdout is not None  # noqa: S101 - it was started with a pipe
    return hand.process.stdout.fileno()


def _tell(hand: _Hand, order: Setting | Task) -> None:
    assert hand.process.stdin is not None  # noqa: S101 - it was started with a pipe
    with contextlib.suppress(BrokenPipeError):  # it has ended: its other pipe tells why
        hand.process.stdin.write(msgspec.json.encode(order) + b"\n")
        hand.process.stdin.flush()
