"""Selections: the submissions of a list, a count or an export."""

from __future__ import annotations

from dataclasses import dataclass

from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.submission import Submission

UNERASED = frozenset(Status) - {Status.ERASED}
"""The statuses if none is given."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter for submissions.

    form: None for all forms. statuses: empty for any but erased. since, until: submitted at `since`
    or later, and before `until`; aware. option: about this counted option. label: with this label.
    """

    form: str | None = None
    statuses: frozenset[Status] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    option: str | None = None
    label: str | None = None

    @property
    def sifting(self) -> bool:
        """Whether submissions in the time range may be left out, so that more are read than returned."""
        return bool(self.statuses) or self.option is not None or self.label is not None

    def admits(self, submission: Submission) -> bool:
        """Whether a submission matches."""
        return (
            self.form in (None, submission.form)
            and submission.status in (self.statuses or UNERASED)
            and (self.since is None or submission.submitted_at >= self.since)
            and (self.until is None or submission.submitted_at < self.until)
            and self.option in (None, submission.option)
            and (self.label is None or self.label in submission.labels)
        )
