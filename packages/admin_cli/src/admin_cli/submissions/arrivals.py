"""What comes in while somebody looks on: the newest entries are asked for again and again, and each is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from registration_core.domain.errors import StorageDeniedError, StorageUnavailableError
from registration_core.domain.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from registration_core.domain.submission import Submission
    from registration_core.services.query import QueryService

#: An entry bears the time at which it was sent, and may be seen a little later: so far back every look goes.
OVERLAP = timedelta(minutes=2)

LONGEST_PAUSE_S = 60.0

#: Few come in between two looks.
_PAGE = 20


class Watch:
    """An endless look at what comes in.

    chosen: which entries to tell; without `since` those that come from now on. say: tells the person what is not data.
    looked: is called after each look, before what it found is told.
    """

    def __init__(
        self,
        query: QueryService,
        chosen: Selection,
        *,
        interval_s: float,
        sleep: Callable[[float], None],
        say: Callable[[str], None],
        looked: Callable[[], None] = lambda: None,
    ) -> None:
        self._query = query
        self._chosen = chosen
        self._interval_s = interval_s
        self._sleep = sleep
        self._say = say
        self._looked = looked
        self._seen: frozenset[str] = frozenset()
        self._last = datetime.now(UTC)

    def __iter__(self) -> Iterator[Submission]:
        """Yield each entry once, in the order that they came in; never ends by itself."""
        self._begin()
        while True:
            new = self._patiently()
            self._looked()
            yield from new
            self._sleep(self._interval_s)

    def _begin(self) -> None:
        """Find the newest entry, whose clock counts and not the reader's, and take what is there for seen."""
        everything = Selection(self._chosen.form)
        newest = next(iter(self._query.select(everything, limit=1)), None)
        self._last = newest.submitted_at if newest is not None else self._last - timedelta(days=1)
        if self._chosen.since is not None:
            self._last = min(self._last, self._chosen.since + OVERLAP)
        elif newest is not None:
            self._look()

    def _patiently(self) -> list[Submission]:
        """Look; while the table cannot be reached, wait longer from time to time, and say so once."""
        gone = False
        pause_s = max(self._interval_s, 1.0)
        while True:
            try:
                new = self._look()
            except StorageDeniedError:
                raise
            except StorageUnavailableError as error:
                if not gone:
                    self._say(f"{error} Watching continues when the table can be reached.")
                self._sleep(pause_s)
                gone = True
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            else:
                if gone:
                    self._say("The table can be reached again.")
                return new

    def _look(self) -> list[Submission]:
        """Read what is newer than the last entry seen, and a little of what is older."""
        wanted = Selection(self._chosen.form, since=self._last - OVERLAP)
        found = list(self._query.select(wanted, page_size=_PAGE))
        new = [entry for entry in reversed(found) if entry.id not in self._seen]
        self._seen = frozenset(entry.id for entry in found)
        self._last = max([self._last, *(entry.submitted_at for entry in found)])
        chosen = replace(self._chosen, form=None)
        return [entry for entry in new if chosen.admits(entry)]
