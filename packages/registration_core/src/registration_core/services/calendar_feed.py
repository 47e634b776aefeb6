"""Calendar feed: every course with its seats, for staff who have the secret link."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from registration_core.domain.errors import RollcallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from registration_core.domain.calendar_link import CalendarLink
    from registration_core.domain.fields import Option
    from registration_core.domain.forms import Form
    from registration_core.domain.ports import SubmissionRepository
    from registration_core.domain.quota import QuotaState


class WrongCalendarLinkError(RollcallError):
    """The link's secret is not the one that counts."""

    code = "wrong_calendar_link"


@dataclass(frozen=True, slots=True)
class Course:
    """An option with a date. seats: None if they aren't counted, or nobody has sent the form yet."""

    form: Form
    option: Option
    seats: QuotaState | None


class CalendarFeedService:
    """Lists the courses. forms: returns all forms by name, retired ones too, because their courses still take place."""

    def __init__(
        self, *, link: CalendarLink, forms: Callable[[], Mapping[str, Form]], repository: SubmissionRepository
    ) -> None:
        self._link = link
        self._forms = forms
        self._repository = repository

    def courses(self, secret: str) -> Sequence[Course]:
        """Return the courses, by form and in the form's order.

        Raises WrongCalendarLinkError, StorageUnavailableError.
        """
        right = self._link.secret()
        if right is None or not hmac.compare_digest(right.encode(), secret.encode(errors="replace")):
            raise WrongCalendarLinkError("This link is not valid, or was reset.")
        return [course for form in self._forms().values() for course in self._of(form)]

    def _of(self, form: Form) -> Sequence[Course]:
        field = form.chosen_field
        timed = [option for option in field.options if option.starts_at is not None] if field is not None else []
        counted = [option.value for option in timed if option.capacity is not None]
        states = self._repository.quotas(form.name, counted) if counted else {}
        return [Course(form, option, states.get(option.value)) for option in timed]
