"""Reminders: the mails that a form sends some time before its options start, or after they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from registration_core.domain.lengths import after, before
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, tzinfo
    from typing import Any

    from registration_core.domain.fields import Option
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission

STATUSES = frozenset({Status.CONFIRMED})
"""Who is reminded: nobody who waits, has yet to verify, or has cancelled."""
LATE = timedelta(days=7)
"""A reminder after the end is sent until then: a form that gets one mails nobody about last year's course."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of a form, for each of its options that has a date.

    template: a mail of the form's own. length: as written, such as `7d`. after: the time counts
    from the end of an option, not back from its start.
    """

    template: str
    length: str
    after: bool = False

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Reminder:
        """Read what `to_dict` returned."""
        return cls(data["template"], data["after"] if "after" in data else data["before"], after="after" in data)

    def to_dict(self) -> dict[str, Any]:
        """Return values for the compiled form."""
        return {"template": self.template, self._side: self.length}

    def identity(self, option: Option) -> dict[str, str]:
        """Return what makes this reminder another one than the form's others, for its sending's digest.

        The date is not part of it, so a reminder that was sent isn't sent again if the date changes.
        """
        return {"option": option.value, self._side: self.length}

    def moment(self, option: Option, zone: tzinfo | None) -> datetime | None:
        """Return when it is due; None if the option has no date. zone: the organisation's."""
        if option.starts_at is None:
            return None
        if self.after:
            return after(option.ends_at or option.starts_at, self.length, zone)
        return before(option.starts_at, self.length, zone)

    def until(self, option: Option, zone: tzinfo | None) -> datetime | None:
        """Return until when it is worth sending: the start, or a week after it was due."""
        moment = self.moment(option, zone)
        return moment + LATE if moment is not None and self.after else option.starts_at

    def due(self, option: Option, now: datetime, zone: tzinfo | None) -> bool:
        """Whether it is to be sent now."""
        moment, until = self.moment(option, zone), self.until(option, zone)
        return moment is not None and until is not None and moment <= now < until

    @property
    def _side(self) -> str:
        return "after" if self.after else "before"


def reminders_of(form: Form) -> Iterator[tuple[Reminder, Option]]:
    """Yield each reminder of a form with each option that has a date."""
    field = form.chosen_field
    for each in form.reminders:
        reminder = Reminder.from_dict(each)
        for option in field.options if field is not None else ():
            if option.starts_at is not None:
                yield reminder, option


def still_fits(form: Form, template: str, identity: Mapping[str, str], submission: Submission, now: datetime) -> bool:
    """Whether a reminder that was queued is still asked for, not too late, and about this submission's option."""
    return any(
        until is not None and now < until and form.choice_in(submission.answers) == option.value
        for reminder, option in reminders_of(form)
        if reminder.template == template and reminder.identity(option) == identity
        for until in [reminder.until(option, form.time_zone)]
    )
