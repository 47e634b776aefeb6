"""Selections: which submissions a list, a count or an export is about."""

from __future__ import annotations

from dataclasses import dataclass

from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.submission import Submission

UNERASED = frozenset(Status) - {Status.ERASED}
"""What is meant where no status is named."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Some of the submissions that came in.

    form: of this one; None of all. statuses: of one of these; empty means any but erased. since,
    until: submitted at `since` or later, and before `until`; aware. option: about this counted
    option.
    """

    form: str | None = None
    statuses: frozenset[Status] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    option: str | None = None

    @property
    def sifting(self) -> bool:
        """Whether submissions in between may be left out, so that more is read than is found."""
        return bool(self.statuses) or self.option is not None

    def admits(self, submission: Submission) -> bool:
        """Whether a submission is one of them."""
        return (
            self.form in (None, submission.form)
            and submission.status in (self.statuses or UNERASED)
            and (self.since is None or submission.submitted_at >= self.since)
            and (self.until is None or submission.submitted_at < self.until)
            and self.option in (None, submission.option)
        )
