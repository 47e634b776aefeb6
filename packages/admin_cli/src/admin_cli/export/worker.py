"""A process that reads for an export: `python -m admin_cli.export.worker`, spoken to in lines of JSON.

It ends when its standard input does, so that it outlives no export that was killed.
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
from admin_cli.export.reader import Reader, Sieve, the_pages
from admin_cli.export.request import Request
from admin_cli.export.spool_part import Mark
from admin_cli.known_errors import explain

if TYPE_CHECKING:
    from admin_cli.export.reader import Progressed


class Setting(msgspec.Struct, frozen=True):
    """What a process is told first."""

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


class Said(msgspec.Struct, frozen=True, tag=True):
    """What the person should know while they wait."""

    text: str


class Failed(msgspec.Struct, frozen=True, tag=True):
    """A page cannot be had."""

    message: str
    hint: str | None
    exit_code: int


Event: TypeAlias = Done | Said | Failed

_SETTING, _TASK = msgspec.json.Decoder(Setting), msgspec.json.Decoder(Task)


def main() -> int:
    """Serve the export whose other end of the pipes this is."""
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    setting = orders.readline()
    if not setting:
        return 0
    try:
        reader = _reader(_SETTING.decode(setting), answers)
        for order in iter(orders.readline, b""):
            task = _TASK.decode(order)
            _say(answers, _done(reader.read(Path(task.path), task.range, task.mark)))
    except BrokenPipeError:
        return 0  # the export is gone
    except Exception as error:  # noqa: BLE001 - the process's outermost edge: the export tells the person
        told = error if isinstance(error, CliError) else explain(error)
        _say(answers, Failed(str(told), told.hint, int(told.exit_code)))
    return 0


def _reader(setting: Setting, answers: BinaryIO) -> Reader:
    def say(text: str) -> None:
        _say(answers, Said(text))

    return Reader(
        the_pages(setting.context, setting.request.table, say),
        Sieve(setting.request.selected.selection(), began=setting.request.began),
        say=say,
        wait=_unless_ended,
    )


def _unless_ended(pause_s: float) -> bool:
    """Wait; False when the export has gone meanwhile: no order is on its way while one is carried out."""
    readable, _, _ = select.select([sys.stdin], [], [], pause_s)
    return not readable


def _done(progressed: Progressed) -> Done:
    return Done(progressed.mark, progressed.size, progressed.newest_id, progressed.oldest_id)


def _say(answers: BinaryIO, event: Event) -> None:
    answers.write(msgspec.json.encode(event) + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
