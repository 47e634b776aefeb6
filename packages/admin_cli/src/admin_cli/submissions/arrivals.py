"""New submissions as they arrive: the newest are read again and again, and each is reported once."""

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

#: A submission can become visible a little after the time it bears. Every look goes this far back.
OVERLAP = timedelta(minutes=2)

LONGEST_PAUSE_S = 60.0

#: Few come in between two looks.
_PAGE = 20


class Watch:
    """An endless stream of new submissions.

    chosen: which submissions to report; without `since`, those that arrive from now on. say: shows a message to
    the person. looked: called after each look, before its submissions are reported.
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
        """Yield each submission once, in order of arrival. Never ends."""
        self._begin()
        while True:
            new = self._patiently()
            self._looked()
            yield from new
            self._sleep(self._interval_s)

    def _begin(self) -> None:
        """Find the newest submission and count those that exist as seen. The server's clock counts, not this one."""
        everything = Selection(self._chosen.form)
        newest = next(iter(self._query.select(everything, limit=1)), None)
        self._last = newest.submitted_at if newest is not None else self._last - timedelta(days=1)
        if self._chosen.since is not None:
            self._last = min(self._last, self._chosen.since + OVERLAP)
        elif newest is not None:
            self._look()

    def _patiently(self) -> list[Submission]:
        """Look. While the table can't be reached, say so once and wait longer each time."""
        unreachable = False
        pause_s = max(self._interval_s, 1.0)
        while True:
            try:
                new = self._look()
            except StorageDeniedError:
                raise
            except StorageUnavailableError as error:
                if not unreachable:
                    self._say(f"{error} Watching continues when the table can be reached.")
                self._sleep(pause_s)
                unreachable = True
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            else:
                if unreachable:
                    self._say("The table can be reached again.")
                return new

    def _look(self) -> list[Submission]:
        """Read the submissions since the last one seen, and a few older ones."""
        recent = Selection(self._chosen.form, since=self._last - OVERLAP)
        submissions = list(self._query.select(recent, page_size=_PAGE))
        new = [submission for submission in reversed(submissions) if submission.id not in self._seen]
        self._seen = frozenset(submission.id for submission in submissions)
        self._last = max([self._last, *(submission.submitted_at for submission in submissions)])
        chosen = replace(self._chosen, form=None)
        return [submission for submission in new if chosen.admits(submission)]
