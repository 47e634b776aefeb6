"""A spool: what an export has read so far, in a private folder next to the file that it will become.

`plan.jsonl` has the request, and says which part has which range. A line that was not written whole does not count.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from admin_cli.errors import CliError
from admin_cli.export.ranges import Range
from admin_cli.export.request import Request
from admin_cli.export.spool_part import NOTHING, Mark, recover

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ENDING = ".rollcall-spool"

#: How long a reading process may take to notice that its export was killed.
_STRAGGLERS_S = 8.0


class _Ranges(msgspec.Struct, tag="ranges"):
    """Ranges to read, by part, in the order of the exported file."""

    parts: dict[int, Range]


class _Shared(msgspec.Struct, tag="shared"):
    """A part's range was cut short, and the rest became the parts after it."""

    part: int
    range: Range
    parts: dict[int, Range]


class _Asked(msgspec.Struct, tag="asked"):
    request: Request


_LINE = msgspec.json.Decoder(_Ranges | _Shared | _Asked)


@dataclass(slots=True)
class Part:
    """One range, and how far it has been read."""

    number: int
    range: Range
    mark: Mark = NOTHING


class Spool:
    """One export's spool, locked by this process. Create one with `begin` or `resume`."""

    def __init__(self, folder: Path, lock: int, request: Request) -> None:
        self.folder = folder
        self.lock = lock
        self.request = request
        self._parts: dict[int, Part] = {}
        self._order: list[int] = []

    @classmethod
    def begin(cls, folder: Path, request: Request) -> Spool:
        """Create a new spool, replacing an old one. Raises CliError if another export has it locked."""
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = _take(folder)
        for path in folder.iterdir():
            if path.name != "lock":
                path.unlink()
        spool = cls(folder, lock, request)
        spool._note(_Asked(request))
        return spool

    @classmethod
    def resume(cls, folder: Path) -> Spool:
        """Open a spool to continue it. Raises CliError if there is none, or another export has it locked."""
        lock = _take(folder)
        try:
            asked, *lines = _whole_lines(folder / "plan.jsonl")
            request = asked.request  # type: ignore[union-attr] # another kind of line has none
        except (FileNotFoundError, ValueError, AttributeError) as error:
            os.close(lock)
            raise CliError(
                f"The interrupted export in {folder} can't be continued.", hint="Start again with --force."
            ) from error
        spool = cls(folder, lock, request)
        for line in lines:
            spool._follow(line)
        for part in spool.parts():
            part.mark = recover(spool.path(part.number))
        return spool

    def parts(self) -> Iterator[Part]:
        """Yield all parts, in the order of the exported file."""
        return (self._parts[number] for number in self._order)

    def path(self, part: int) -> Path:
        """Return the path of a part's file."""
        return self.folder / f"part-{part:06}.jsonl"

    def add(self, ranges: Iterable[Range]) -> None:
        """Add ranges to read. Raises OSError if the plan can't be written."""
        first = len(self._order)
        self._put(_Ranges(dict(enumerate(ranges, first))))

    def share(self, part: Part, ranges: list[Range]) -> list[Part]:
        """Cut a part short, and return new parts for the rest. Raises OSError if the plan can't be written."""
        first = len(self._order)
        rest = dict(enumerate(ranges[1:], first))
        self._put(_Shared(part.number, ranges[0], rest))
        return [self._parts[number] for number in rest]

    def remove(self) -> None:
        """Delete the spool."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.release()

    def release(self) -> None:
        """Unlock the spool, so that another process can continue it."""
        with contextlib.suppress(OSError):
            os.close(self.lock)

    def _put(self, line: _Ranges | _Shared) -> None:
        for number in line.parts:
            self.path(number).unlink(missing_ok=True)  # left from a plan that a crash of the machine lost
        self._note(line)
        self._follow(line)

    def _note(self, line: _Ranges | _Shared | _Asked) -> None:
        descriptor = os.open(self.folder / "plan.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            content = msgspec.json.encode(line) + b"\n"
            if os.write(descriptor, content) < len(content):
                raise OSError(28, os.strerror(28), str(self.folder))
        finally:
            os.close(descriptor)

    def _follow(self, line: Any) -> None:  # noqa: ANN401 - one of the three kinds of line
        if isinstance(line, _Shared):
            self._parts[line.part].range = line.range
            at = self._order.index(line.part) + 1
            self._order[at:at] = list(line.parts)
        else:
            self._order += list(line.parts)
        self._parts |= {number: Part(number, range_) for number, range_ in line.parts.items()}


def folder_for(file: Path) -> Path:
    """Return the folder of the spool of an export into this file."""
    return file.with_name(f".{file.name}{ENDING}")


def others_beside(folder: Path) -> list[Path]:
    """Find the spools of other exports in the same folder."""
    with contextlib.suppress(OSError):
        return sorted(path for path in folder.parent.glob(f".*{ENDING}") if path != folder)
    return []


def file_of(folder: Path) -> Path:
    """Return the file that a spool is for."""
    return folder.with_name(folder.name.removeprefix(".").removesuffix(ENDING))


def _whole_lines(path: Path) -> Iterator[_Ranges | _Shared | _Asked]:
    """Read the plan; cut off a last line that was not written whole."""
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    return (_LINE.decode(line) for line in whole.splitlines())


def _take(folder: Path) -> int:
    """Lock a spool; the reading processes inherit the lock. Raises CliError if another export has it locked."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError as error:
        raise CliError(f"There is no folder {folder}.") from error
    ends_at = time.monotonic() + _STRAGGLERS_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > ends_at:
                os.close(lock)
                raise CliError(f"Another export into {file_of(folder)} is running.") from error
            time.sleep(0.05)
        else:
            return lock
