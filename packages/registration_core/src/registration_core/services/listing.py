"""Listings: submissions of one or more forms, newest first, read on demand."""

from __future__ import annotations

from heapq import merge
from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from registration_core.domain.submission import Submission


class Listing:
    """The merged submissions of one or more streams, to iterate over once. limit: None for all.

    streams: by form, each newest first. last_ids: by form the ID that an earlier listing gave last.
    several: whether the cursor names the forms. sure: whether to look if anything follows the last
    one; else that is left open, for finding out might mean to read everything.
    """

    def __init__(
        self,
        streams: Mapping[str, Iterator[Submission]],
        *,
        limit: int | None,
        last_ids: Mapping[str, str],
        several: bool,
        sure: bool,
    ) -> None:
        self._merged = merge(
            *streams.values(), key=lambda submission: (submission.submitted_at, submission.id), reverse=True
        )
        self._limit = limit
        self._last_ids = dict(last_ids)
        self._several = several
        self._sure = sure
        self._ended = False

    def __iter__(self) -> Iterator[Submission]:
        """Yield each submission as soon as it is read."""
        left = self._limit
        while left is None or left > 0:
            submission = next(self._merged, None)
            if submission is None:
                self._ended = True
                return
            self._last_ids[submission.form] = submission.id
            left = None if left is None else left - 1
            yield submission
        self._ended = self._sure and not list(islice(self._merged, 1))

    @property
    def cursor(self) -> str | None:
        """The cursor after the submissions so far; None if no more are known."""
        if self._ended or not self._last_ids:
            return None
        if self._several:
            return ",".join(f"{form}={last}" for form, last in self._last_ids.items())
        return next(iter(self._last_ids.values()))
