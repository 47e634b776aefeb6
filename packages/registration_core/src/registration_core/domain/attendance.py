"""Attendance: who was checked in at the door, and on which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from registration_core.domain.errors import InvalidCheckInError
from registration_core.domain.search_text import fold
from registration_core.domain.time_zones import local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission

MOST_CHECK_INS = 200
"""How many days a submission can be checked in for."""
_LONGEST_BACK = timedelta(days=366)
_LONGEST_DELAY = timedelta(days=7)
_LONGEST_COURSE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One day's check-in.

    day: in the organisation's time zone. at: when staff checked the person in, in UTC to the
    millisecond. by: see `Event`.
    """

    day: date
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class AttendanceList:
    """The people to expect on a day: confirmed submissions, in the order of their names.

    option: None for everyone of a form. days: those that lists are wanted for, sorted.
    """

    form: Form
    option: str | None
    day: date
    days: tuple[date, ...]
    people: tuple[Submission, ...]

    @property
    def here(self) -> int:
        """How many were checked in."""
        return sum(1 for person in self.people if check_in_of(person, self.day) is not None)


def check_in_of(submission: Submission, day: date) -> CheckIn | None:
    """Return a submission's check-in on a day; None if there is none."""
    return next((check_in for check_in in submission.check_ins if check_in.day == day), None)


def attendance_list(form: Form, option: str | None, day: date, confirmed: Iterable[Submission]) -> AttendanceList:
    """Return the list of a day. confirmed: the form's confirmed submissions."""
    chosen = [each for each in confirmed if option is None or (each.option or form.choice_in(each.answers)) == option]
    people = sorted(chosen, key=lambda person: (fold(form.name_in(person.answers) or person.email), person.reference))
    days = {day, *_days_of(form, option), *(check_in.day for person in people for check_in in person.check_ins)}
    return AttendanceList(form, option, day, tuple(sorted(days)), tuple(people))


def _days_of(form: Form, option: str | None) -> Iterator[date]:
    """Yield the days of an option: from its start to its end, or only its first if that is far away."""
    field = form.chosen_field
    chosen = field.option(option) if field is not None and option is not None else None
    if chosen is None or chosen.starts_at is None:
        return
    first = local(chosen.starts_at, form.time_zone).date()
    last = first if chosen.ends_at is None else local(chosen.ends_at, form.time_zone).date()
    length = last - first
    yield first
    if length <= _LONGEST_COURSE:
        yield from (first + timedelta(days=later) for later in range(1, length.days + 1))


def ensure_day(day: date, today: date) -> None:
    """Raise InvalidCheckInError if nobody can be checked in for that day."""
    if day > today:
        raise InvalidCheckInError(f"You can't check in for {day}, because today is {today}.")
    if day < today - _LONGEST_BACK:
        raise InvalidCheckInError(f"You can't check in for {day}, because that is more than a year ago.")


def moment(at: datetime | None, now: datetime) -> datetime:
    """Return when a person was checked in.

    at: by the clock of the device, which may have been offline since; None for now. If that clock is
    fast, the time is `now`. Raises InvalidCheckInError if it is more than a week ago.
    """
    if at is None or at >= now:
        return now
    if at < now - _LONGEST_DELAY:
        raise InvalidCheckInError("A check-in can't be stored more than 7 days later.")
    return at.astimezone(now.tzinfo).replace(microsecond=at.microsecond // 1000 * 1000)
