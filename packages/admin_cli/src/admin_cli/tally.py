"""Counts of entries: how many a day, of each form, option and status."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from datetime import tzinfo

    from registration_core.domain.submission import Submission

    Split = Counter[Status]

_MOST_DAYS, _MOST_WEEKS = 62, 62 * 7


@dataclass(slots=True)
class Tally:
    """How many entries there are, each split by status.

    zone: where a day begins; None for the reader's own. options: by form and option.
    """

    zone: tzinfo | None = None
    days: dict[date, Split] = field(default_factory=dict)
    forms: dict[str, Split] = field(default_factory=dict)
    options: dict[tuple[str, str], Split] = field(default_factory=dict)
    statuses: Split = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many were counted."""
        return self.statuses.total()

    def add(self, entry: Submission) -> None:
        """Count one more."""
        status = entry.status
        self.statuses[status] += 1
        self.days.setdefault(entry.submitted_at.astimezone(self.zone).date(), Counter())[status] += 1
        self.forms.setdefault(entry.form, Counter())[status] += 1
        if entry.option is not None:
            self.options.setdefault((entry.form, entry.option), Counter())[status] += 1

    def each_day(self) -> dict[date, Split]:
        """Give every day from the first to the last, those with nothing too."""
        if not self.days:
            return {}
        first, last = min(self.days), max(self.days)
        every = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return {day: self.days.get(day, Counter()) for day in every}

    def used(self) -> list[Status]:
        """Give the statuses that any entry has, in their own order."""
        return [status for status in Status if self.statuses[status]]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Days put together so that they can be drawn. unit: day, week or month. counts: by name, in order."""

    unit: str
    counts: dict[str, Split]


def stretches(days: dict[date, Split]) -> Stretches:
    """Put days together: by the week when there are many, by the month when there are very many."""
    if len(days) <= _MOST_DAYS:
        return Stretches("day", {day.isoformat(): split for day, split in days.items()})
    unit, named = ("week", _week) if len(days) <= _MOST_WEEKS else ("month", _month)
    counts: dict[str, Split] = {}
    for day, split in days.items():
        counts.setdefault(named(day), Counter()).update(split)
    return Stretches(unit, counts)


def _week(day: date) -> str:
    """Name a week by its Monday."""
    return (day - timedelta(days=day.weekday())).isoformat()


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
