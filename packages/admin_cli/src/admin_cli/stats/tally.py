"""Counts of submissions: by day, week or month, by form, option, status and answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from registration_core.domain.fields import FieldType
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission

    Split = Counter[Status]

_MOST_DAYS, _MOST_WEEKS = 62, 62 * 7


class Period(StrEnum):
    """The periods that days are grouped by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def name_of(self, day: date) -> str:
        """Return the name of a day's period; a week's is its Monday."""
        if self is Period.MONTH:
            return f"{day:%Y-%m}"
        return (day - timedelta(days=day.weekday() if self is Period.WEEK else 0)).isoformat()


@dataclass(slots=True)
class Tally:
    """Counts of submissions, each split by status.

    zone: the time zone of a day; None for this process's. asked: the forms whose choices are counted,
    by name. cells: by day, form and option ("" for none). choices: by form, field and option; a
    submission with several counts at each. check_ins: by form, option and day of attendance.
    """

    zone: tzinfo | None = None
    asked: Mapping[str, Form] = field(default_factory=dict)
    cells: dict[tuple[date, str, str], Split] = field(default_factory=dict)
    choices: dict[tuple[str, str, str], Split] = field(default_factory=dict)
    check_ins: dict[tuple[str, str, date], Split] = field(default_factory=dict)
    statuses: Split = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """The count of all submissions."""
        return self.statuses.total()

    @property
    def days(self) -> dict[date, Split]:
        """The counts by day, without empty days."""
        counts: dict[date, Split] = {}
        for (day, _, _), split in self.cells.items():
            counts.setdefault(day, Counter()).update(split)
        return counts

    @property
    def forms(self) -> dict[str, Split]:
        """The counts by form."""
        counts: dict[str, Split] = {}
        for (_, form, _), split in self.cells.items():
            counts.setdefault(form, Counter()).update(split)
        return counts

    @property
    def options(self) -> dict[tuple[str, str], Split]:
        """The counts by form and option, without submissions that have no option."""
        counts: dict[tuple[str, str], Split] = {}
        for (_, form, option), split in self.cells.items():
            if option:
                counts.setdefault((form, option), Counter()).update(split)
        return counts

    def add(self, submission: Submission) -> None:
        """Count a submission."""
        status = submission.status
        self.statuses[status] += 1
        day = submission.submitted_at.astimezone(self.zone).date()
        self.cells.setdefault((day, submission.form, submission.option or ""), Counter())[status] += 1
        for check_in in submission.check_ins:
            attended = (submission.form, submission.option or "", check_in.day)
            self.check_ins.setdefault(attended, Counter())[status] += 1
        if submission.form in self.asked:
            for name in choice_fields(self.asked[submission.form]):
                answer = submission.answers.get(name)
                for option in answer if isinstance(answer, list) else [answer]:
                    if isinstance(option, str):
                        self.choices.setdefault((submission.form, name, option), Counter())[status] += 1

    def by(self, period: Period) -> dict[tuple[str, str, str], Split]:
        """Return the counts by period, form and option, in order, without zeros."""
        counts: dict[tuple[str, str, str], Split] = {}
        for (day, form, option), split in sorted(self.cells.items()):
            counts.setdefault((period.name_of(day), form, option), Counter()).update(split)
        return counts

    def each_day(self) -> dict[date, Split]:
        """Return every day from the first to the last, including empty ones."""
        days = self.days
        if not days:
            return {}
        first, last = min(days), max(days)
        every = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return {day: days.get(day, Counter()) for day in every}

    def used(self) -> list[Status]:
        """Return the statuses that occur, in their usual order."""
        return [status for status in Status if self.statuses[status]]


def choice_fields(form: Form) -> list[str]:
    """Return a form's choice fields except the one that counts seats, which `options` has."""
    counted = form.quota.field if form.quota is not None else None
    return [
        each.name for each in form.fields if each.type in (FieldType.CHOICE, FieldType.CHOICES) and each.name != counted
    ]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Days grouped for a chart. counts: by period name, in order."""

    unit: Period
    counts: dict[str, Split]


def stretches(days: dict[date, Split], unit: Period | None = None) -> Stretches:
    """Group days. unit: None for days, or weeks if there are many, or months if there are very many."""
    if unit is None:
        unit = Period.DAY if len(days) <= _MOST_DAYS else Period.WEEK if len(days) <= _MOST_WEEKS else Period.MONTH
    counts: dict[str, Split] = {}
    for day, split in days.items():
        counts.setdefault(unit.name_of(day), Counter()).update(split)
    return Stretches(unit, counts)
