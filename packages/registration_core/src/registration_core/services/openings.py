"""Openings: staff open and close a form, or one of its options, at once."""

from __future__ import annotations

from registration_core.domain.errors import InvalidFilterError, UnknownNameError
from registration_core.domain.openings import WHOLE_FORM, Override, form_opening, option_opening

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.openings import Opening
    from registration_core.domain.ports import Clock, ManagedRepository

HISTORY_SHOWN = 20


class OpeningsService:
    """Shows and changes what is open. Each method may raise StorageUnavailableError."""

    def __init__(self, *, repository: ManagedRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def openings(self, form: Form) -> Mapping[str, Opening]:
        """Return whether the form (WHOLE_FORM) and each of its options is open, in the form's order."""
        return _openings(form, self._repository.overrides(form.name), self._clock.now())

    def history(self, form: Form) -> Sequence[tuple[str, Override]]:
        """Return who opened and closed what, newest first."""
        return self._repository.override_history(form.name, limit=HISTORY_SHOWN)

    def planned(self, form: Form, option: str, *, opens: bool, until: datetime | None, by: str) -> Opening:
        """Return what `override` would lead to, without writing."""
        now = self._clock.now()
        override = _override(form, option, opens=opens, until=until, by=by, now=now)
        return _openings(form, {option: override}, now)[option]

    def override(self, form: Form, option: str, *, opens: bool, until: datetime | None, by: str) -> Opening:
        """Open or close an option, or the form (WHOLE_FORM), and return how it is now.

        until: None for an opened one means until the form file's next closing time, for a closed
        one until someone opens it. by: see `Override`. Raises UnknownNameError for an option that
        the form hasn't, InvalidFilterError for a time that is past.
        """
        now = self._clock.now()
        override = _override(form, option, opens=opens, until=until, by=by, now=now)
        self._repository.override(form.name, option, override)
        return _openings(form, {option: override}, now)[option]


def _override(form: Form, option: str, *, opens: bool, until: datetime | None, by: str, now: datetime) -> Override:
    options = [each.value for each in form.chosen_field.options] if form.chosen_field is not None else []
    if option != WHOLE_FORM and option not in options:
        there = f"It has: {', '.join(options)}." if options else "It has none that can open and close."
        raise UnknownNameError(f'The form "{form.name}" has no option "{option[:60]}". {there}')
    if until is not None and until <= now:
        raise InvalidFilterError("--until must be in the future.")
    return Override(open=opens, by=by, at=now, until=until)


def _openings(form: Form, overrides: Mapping[str, Override], now: datetime) -> dict[str, Opening]:
    options = form.chosen_field.options if form.chosen_field is not None else ()
    return {WHOLE_FORM: form_opening(form, overrides, now)} | {
        option.value: option_opening(option, overrides, now) for option in options
    }
