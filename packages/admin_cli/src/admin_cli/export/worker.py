"""A process that reads for an export: `python -m admin_cli.export.worker`, which gets tasks as lines of JSON.

It ends when its standard input does, so that it also ends if the export is killed.
"""

from __future__ import annotations

import select
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

import msgspec

from admin_cli.aws.contexts import Context
from admin_cli.errors import CliError
from admin_cli.export.ranges import Range
from admin_cli.export.reader import Reader, Sieve, connect
from admin_cli.export.request import Request
from admin_cli.export.spool_part import Mark
from admin_cli.known_errors import explain

if TYPE_CHECKING:
    from admin_cli.export.reader import Progressed


class Setting(msgspec.Struct, frozen=True):
    """The first line that a process gets."""

    context: Context
    request: Request


class Task(msgspec.Struct, frozen=True):
    """One page to read."""

    path: str
    range: Range
    mark: Mark


class Done(msgspec.Struct, frozen=True, tag=True):
    """A page was read; see `Progressed`."""

    mark: Mark
    size: int
    newest_id: str
    oldest_id: str


class Notice(msgspec.Struct, frozen=True, tag=True):
    """A message for the person who waits."""

    text: str


class Failed(msgspec.Struct, frozen=True, tag=True):
    """A page can't be read."""

    message: str
    hint: str | None
    exit_code: int


Event: TypeAlias = Done | Notice | Failed

_SETTING, _TASK = msgspec.json.Decoder(Setting), msgspec.json.Decoder(Task)


def main() -> int:
    """Read tasks from stdin, and write events to stdout."""
    tasks, events = sys.stdin.buffer, sys.stdout.buffer
    setting = tasks.readline()
    if not setting:
        return 0
    try:
        reader = _reader(_SETTING.decode(setting), events)
        for line in iter(tasks.readline, b""):
            task = _TASK.decode(line)
            _send(events, _done(reader.read(Path(task.path), task.range, task.mark)))
    except BrokenPipeError:
        return 0  # the export is gone
    except Exception as error:  # noqa: BLE001 - the process's outermost edge: the export reports it
        failure = error if isinstance(error, CliError) else explain(error)
        _send(events, Failed(str(failure), failure.hint, int(failure.exit_code)))
    return 0


def _reader(setting: Setting, events: BinaryIO) -> Reader:
    def say(text: str) -> None:
        _send(events, Notice(text))

    return Reader(
        connect(setting.context, setting.request.table, say),
        Sieve(setting.request.selected.selection(), began=setting.request.began),
        say=say,
        wait=_unless_ended,
    )


def _unless_ended(pause_s: float) -> bool:
    """Wait; False if the export has ended: stdin is readable only then, as no task is sent during another."""
    readable, _, _ = select.select([sys.stdin], [], [], pause_s)
    return not readable


def _done(progressed: Progressed) -> Done:
    return Done(progressed.mark, progressed.size, progressed.newest_id, progressed.oldest_id)


def _send(events: BinaryIO, event: Event) -> None:
    events.write(msgspec.json.encode(event) + b"\n")
    events.flush()


if __name__ == "__main__":
    sys.exit(main())
