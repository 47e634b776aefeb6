"""Attendance: check people in at the door, and list whom to expect."""

from __future__ import annotations

from registration_core.domain.attendance import (
    MOST_CHECK_INS,
    AttendanceList,
    CheckIn,
    attendance_list,
    check_in_of,
    ensure_day,
    moment,
)
from registration_core.domain.errors import InvalidCheckInError, StatusTransitionError, UnknownNameError
from registration_core.domain.filters import the_option
from registration_core.domain.selection import Selection
from registration_core.domain.submission import Status
from registration_core.domain.suggestions import meant
from registration_core.services.changes import changed, next_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date, datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, FormCatalogue, ManagedRepository
    from registration_core.domain.submission import Submission
    from registration_core.services.query import QueryService


class AttendanceService:
    """Checks people in and lists them. Nobody is mailed.

    by: see `Event`. Each method is safe to repeat, and may raise UnknownFormError or
    StorageUnavailableError.
    """

    def __init__(
        self, *, forms: FormCatalogue, repository: ManagedRepository, query: QueryService, clock: Clock
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._query = query
        self._clock = clock

    def check_in(
        self, submission_id: str, day: date | None = None, *, by: str, at: datetime | None = None
    ) -> Submission:
        """Check a person in for a day, and return the submission. A person who is already checked in stays so.

        day: None for today. at: when it was done, for a device that was offline; None for now.
        Raises SubmissionNotFoundError; StatusTransitionError if the submission isn't confirmed;
        InvalidCheckInError for a day or time that can't be, or one day too many.
        """
        now = self._clock.now()
        at = moment(at, now)

        def checked_in(before: Submission) -> tuple[Submission, str] | None:
            today = self._forms.get(before.form).today(now)
            its_day = today if day is None else day
            ensure_day(its_day, today)
            if before.status is Status.CONFIRMED and check_in_of(before, its_day) is not None:
                return None
            if before.status is not Status.CONFIRMED:
                raise StatusTransitionError(
                    f"A submission that is {before.status} can't be checked in, only a confirmed one."
                )
            if len(before.check_ins) >= MOST_CHECK_INS:
                raise InvalidCheckInError(f"A submission can be checked in for at most {MOST_CHECK_INS} days.")
            days = sorted((*before.check_ins, CheckIn(its_day, at, by)), key=lambda check_in: check_in.day)
            return next_version(before, check_ins=tuple(days)), f"checked in {its_day}"

        return changed(self._repository, submission_id, checked_in, by=by)

    def undo(self, submission_id: str, day: date | None = None, *, by: str) -> Submission:
        """Undo a day's check-in, and return the submission; unchanged if there is none.

        day: None for today. Raises SubmissionNotFoundError.
        """

        def undone(before: Submission) -> tuple[Submission, str] | None:
            its_day = day if day is not None else self.today(before.form)
            left = tuple(check_in for check_in in before.check_ins if check_in.day != its_day)
            if len(left) == len(before.check_ins):
                return None
            return next_version(before, check_ins=left), f"check-in undone {its_day}"

        return changed(self._repository, submission_id, undone, by=by)

    def today(self, form_name: str) -> date:
        """Return today's date where the organisation is."""
        return self._forms.get(form_name).today(self._clock.now())

    def list(self, form_name: str, option: str | None = None, day: date | None = None) -> AttendanceList:
        """Return the list of a day.

        option: its value or label; None for everyone of the form. day: None for today. Raises
        UnknownNameError for an option that the form doesn't have and nobody has chosen.
        """
        form = self._forms.get(form_name)
        option = None if option is None else the_option([form], option, counted=False)
        counted = option if option in form.capacities() else None
        selection = Selection(form_name, frozenset({Status.CONFIRMED}), option=counted)
        day = self.today(form_name) if day is None else day
        listed = attendance_list(form, option, day, self._query.select(selection))
        if option is not None and not listed.people:
            _ensure_there(form, option)
        return listed


def _ensure_there(form: Form, option: str) -> None:
    options = [each.value for each in form.chosen_field.options] if form.chosen_field is not None else []
    if option not in options:
        available = f"There are: {', '.join(options)}." if options else "It has no options."
        raise UnknownNameError(
            f"There is no option {option!r} in the form {form.name}.{meant(option.lower(), options)} {available}"
        )
