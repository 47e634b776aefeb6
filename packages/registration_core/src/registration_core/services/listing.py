"""Listings: entries newest first, of one form or of several, read as they are asked for."""

from __future__ import annotations

from heapq import merge
from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registration_core.domain.submission import Submission


class Listing:
    """The entries of one or several streams, merged; once, and `limit` of them at most (None: all).

    streams: by form, each newest first. given: by form the ID that an earlier listing gave last. several: whether the
    cursor names the forms. sure: whether to look if anything follows the last one; else that is left open, for finding
    out might mean to read everything.
    """

    def __init__(
        self,
        streams: Mapping[str, Iterator[Submission]],
        *,
        limit: int | None,
        given: Mapping[str, str],
        several: bool,
        sure: bool,
    ) -> None:
        self._merged = merge(*streams.values(), key=lambda entry: (entry.submitted_at, entry.id), reverse=True)
        self._limit = limit
        self._given = dict(given)
        self._several = several
        self._sure = sure
        self._ended = False

    def __iter__(self) -> Iterator[Submission]:
        """Yield each entry as soon as it is read."""
        left = self._limit
        while left is None or left > 0:
            entry = next(self._merged, None)
            if entry is None:
                self._ended = True
                return
            self._given[entry.form] = entry.id
            left = None if left is None else left - 1
            yield entry
        self._ended = self._sure and not list(islice(self._merged, 1))

    @property
    def cursor(self) -> str | None:
        """Where another listing goes on after what was given so far; None when nothing follows, as far as is known."""
        if self._ended or not self._given:
            return None
        if self._several:
            return ",".join(f"{form}={last}" for form, last in self._given.items())
        return next(iter(self._given.values()))
