"""Reads an export's submissions into its spool: in this process at first, in several once there are many."""

from __future__ import annotations

import contextlib
import heapq
from collections import deque
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING

from admin_cli.export.reader import Progressed
from admin_cli.export.spool_part import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from admin_cli.export.processes import Crew
    from admin_cli.export.reader import Reader
    from admin_cli.export.rows import Row
    from admin_cli.export.spool import Part, Spool
    from admin_cli.terminal.progress import Progress

#: After this many bytes there may be many more, so that it pays to start the reading processes.
_WORTH_PROCESSES = 30_000_000

_AT_ONCE = 1000


class Collection:
    """Reads what is missing from one spool.

    reader: reads in this process. crew: starts the reading processes; None to do without. jobs: how many processes.
    ensure_fits: gets the number of submissions so far, and raises CliError if there are too many.
    """

    def __init__(
        self,
        spool: Spool,
        reader: Reader,
        progress: Progress,
        *,
        crew: Callable[[], Crew] | None,
        jobs: int,
        ensure_fits: Callable[[int], None],
    ) -> None:
        self._spool = spool
        self._reader = reader
        self._progress = progress
        self._make_crew = crew
        self._jobs = jobs
        self._ensure_fits = ensure_fits
        self._waiting = deque(part for part in spool.parts() if not part.mark.ended)
        self._rows = sum(part.mark.rows for part in spool.parts())
        self._size = 0

    def run(self) -> None:
        """Read everything that is left. If it raises CliError or OSError, the spool keeps what was read."""
        with contextlib.ExitStack() as stack:
            crew: Crew | None = None
            crew_is_reading = False
            while self._waiting or (crew is not None and crew.busy):
                if crew is None and self._make_crew is not None and self._size >= _WORTH_PROCESSES:
                    crew = stack.enter_context(self._make_crew())
                while crew is not None and self._waiting and crew.take(self._waiting[0]):
                    self._waiting.popleft()
                reads_itself = bool(self._waiting) and not crew_is_reading  # while the processes start
                if reads_itself:
                    self._read(self._waiting.popleft())
                for part, event in crew.events(wait=not reads_itself) if crew is not None else ():
                    if isinstance(event, Progressed):
                        crew_is_reading = True
                        self._account(part, event)
                    else:
                        self._progress.note(event.text)

    def _read(self, part: Part) -> None:
        self._account(part, self._reader.read(self._spool.path(part.number), part.range, part.mark))

    def _account(self, part: Part, progressed: Progressed) -> None:
        """Record what a page brought, and split its part if there is too little work for all processes."""
        before, part.mark = part.mark, progressed.mark
        self._size += progressed.size
        self._rows += part.mark.rows - before.rows
        self._progress.advance(part.mark.read - before.read)
        self._ensure_fits(self._rows)
        if part.mark.ended:
            return
        if self._make_crew is not None and len(self._waiting) < self._jobs and progressed.newest_id:
            ranges = part.range.shared(progressed.newest_id, progressed.oldest_id, 2 * self._jobs)
            if len(ranges) > 1:
                self._waiting.extend(self._spool.share(part, ranges))
        self._waiting.appendleft(part)


def entries(spool: Spool) -> Iterator[list[Row]]:
    """Yield a spool's submissions, newest first, in batches."""
    by_form = groupby(spool.parts(), lambda part: part.range.partition.rpartition("#")[0])
    forms = [_of_one_form(spool, [part.number for part in parts]) for _, parts in by_form]
    if len(forms) == 1:
        return forms[0]
    merged = heapq.merge(*map(chain.from_iterable, forms), key=lambda row: (row.submitted_at, row.id), reverse=True)
    return iter(lambda: list(islice(merged, _AT_ONCE)), [])


def _of_one_form(spool: Spool, parts: list[int]) -> Iterator[list[Row]]:
    return chain.from_iterable(rows_of(spool.path(part)) for part in parts)
