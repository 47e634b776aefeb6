"""Time zones that need no database: a name, and the rule for changing the clocks.

The functions' runtime may lack a time zone database, so a compiled form contains the rule, in
POSIX's TZ format: `CET-1CEST,M3.5.0,M10.5.0/3`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

_TWO_AT_NIGHT = "2"
_LAST = 5


class TimeZone(tzinfo):
    """A time zone.

    name: from the IANA database, such as Europe/Stockholm. rule: its offset, and when its clocks
    change. Raises ValueError for an invalid rule.
    """

    def __init__(self, name: str, rule: str) -> None:
        self.name, self.rule = name, rule
        clocks, _, changes = rule.partition(",")
        standard, clocks = _name(clocks)
        west = clocks[: next((at for at, letter in enumerate(clocks) if letter == "<" or letter.isalpha()), None)]
        self._standard = -_duration(west)
        summer, summer_west = _name(clocks.removeprefix(west)) if changes else ("", "")
        self._names = (standard, summer)
        self._summer: timedelta | None = None
        if changes:
            self._summer = -_duration(summer_west) if summer_west else self._standard + timedelta(hours=1)
            self._begins, self._ends = changes.split(",")
            change_time(self._begins, 2000), change_time(self._ends, 2000)

    def utcoffset(self, at: datetime | None) -> timedelta:
        """Return the zone's offset from UTC at a local time."""
        if at is None or self._summer is None:
            return self._standard
        shown = at.replace(tzinfo=None)
        offsets = sorted((self._standard, self._summer), reverse=True)
        fitting = [offset for offset in offsets if self._offset_at(shown - offset) == offset]
        if not fitting:  # no clock shows this time: it was skipped in spring
            fitting = offsets[::-1]
        return fitting[-1 if at.fold else 0]

    def fromutc(self, at: datetime) -> datetime:
        """Return the local time at a UTC time."""
        instant = at.replace(tzinfo=None)
        offset = self._offset_at(instant)
        shown = (instant + offset).replace(tzinfo=self)
        return shown if self.utcoffset(shown) == offset else shown.replace(fold=1)

    def dst(self, at: datetime | None) -> timedelta:
        """Return the offset of summer time from standard time; zero in winter."""
        return self.utcoffset(at) - self._standard

    def tzname(self, at: datetime | None) -> str:
        """Return the abbreviation in use then, such as CET."""
        return self._names[self._summer is not None and self.utcoffset(at) == self._summer]

    @property
    def yearly_changes(self) -> tuple[tuple[str, str, timedelta, timedelta], ...]:
        """Each change of the clocks in a year; empty if there is none.

        Its rule (see `change_time`), the abbreviation from then on, and the offset before and after.
        """
        if self._summer is None:
            return ()
        standard, summer = self._names
        return (
            (self._begins, summer, self._standard, self._summer),
            (self._ends, standard, self._summer, self._standard),
        )

    def _offset_at(self, instant: datetime) -> timedelta:
        """Return the offset at a UTC time."""
        if self._summer is None:
            return self._standard
        year = (instant + self._standard).year
        begins = change_time(self._begins, year) - self._standard
        ends = change_time(self._ends, year) - self._summer
        in_summer = begins <= instant < ends if begins < ends else not ends <= instant < begins
        return self._summer if in_summer else self._standard

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TimeZone) and (self.name, self.rule) == (other.name, other.rule)

    def __hash__(self) -> int:
        return hash((self.name, self.rule))

    def __repr__(self) -> str:
        return f"TimeZone({self.name!r}, {self.rule!r})"

    def __reduce__(self) -> tuple[type[TimeZone], tuple[str, str]]:
        return TimeZone, (self.name, self.rule)


def local(at: datetime, zone: tzinfo | None) -> datetime:
    """Return a time in the organisation's zone, or in UTC if it has none."""
    return at.astimezone(UTC if zone is None else zone)


def _name(text: str) -> tuple[str, str]:
    """Split a text after its leading name: `CET-1` into `CET` and `-1`, `<+0330>-3:30` into `+0330` and `-3:30`."""
    if text.startswith("<"):
        name, _, rest = text[1:].partition(">")
    else:
        rest = text.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        name = text.removesuffix(rest)
    if not name:
        raise ValueError(f"{text!r} does not begin with a name")
    return name, rest


@lru_cache(maxsize=64)
def change_time(change: str, year: int) -> datetime:
    """Return when the clocks change in a year, in local time: `M3.5.0/3` is the last Sunday in March at 3."""
    day, _, time = change.partition("/")
    month, week, weekday = map(int, day[1:].split("."))
    first = datetime(year, month, 1)  # noqa: DTZ001 - local time on purpose
    date = first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (week - 1))
    if week == _LAST and date.month != month:
        date -= timedelta(days=7)
    return date + _duration(time or _TWO_AT_NIGHT)


def _duration(text: str) -> timedelta:
    hours, minutes, seconds = [*map(int, text.lstrip("+-").split(":")), 0, 0][:3]
    whole = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -whole if text.startswith("-") else whole
