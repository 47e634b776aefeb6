"""Own change: a registrant changes answers of their own submission, where the form lets them."""

from __future__ import annotations

from registration_core.domain.concurrent_changes import edited_fields, events_after
from registration_core.domain.errors import RollcallError, StatusTransitionError, SubmissionChangedError
from registration_core.domain.own_changes import changeable_fields, offered_options
from registration_core.domain.submission import STANDING
from registration_core.domain.transitions import REGISTRANT
from registration_core.services.seating import ATTEMPTS, busy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.fields import Option
    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, FormCatalogue, ManagedRepository
    from registration_core.domain.quota import PublicSeats
    from registration_core.domain.submission import Submission, SubmissionDetails
    from registration_core.services.edit import EditService


class ChangesEndedError(RollcallError):
    """It is too late for registrants to change this submission. Nothing was stored."""

    code = "changes_ended"


class OptionNotOfferedError(RollcallError):
    """A registrant chose an option that can't be chosen any more. Nothing was stored."""

    code = "option_closed"

    def __init__(self, field: str, option: Option) -> None:
        super().__init__(f'The option "{option.value}" of "{field}" can\'t be chosen any more.')
        self.field, self.option = field, option


class ChangedMeanwhileError(RollcallError):
    """Somebody else changed what the registrant was looking at. Nothing was stored.

    fields: the names of the answers that changed. status: whether the status changed.
    """

    code = "changed"

    def __init__(self, fields: tuple[str, ...], *, status: bool) -> None:
        super().__init__("The submission was changed while its registrant had the page open.")
        self.fields, self.status = fields, status


class OwnChangeService:
    """Changes a registrant's own answers."""

    def __init__(
        self, *, forms: FormCatalogue, repository: ManagedRepository, edits: EditService, clock: Clock
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._edits = edits
        self._clock = clock

    def offered(self, form: Form, submission: Submission) -> Mapping[str, tuple[Option, ...]]:
        """Return the fields that the registrant may change now, by name, with the options to choose from."""
        now = self._clock.now()
        fields = changeable_fields(form, submission, now)
        overrides = self._repository.overrides(form.name) if form.chosen_field in fields else {}
        return {field.name: offered_options(form, field, submission, overrides, now) for field in fields}

    def seats(self, form: Form) -> Mapping[str, PublicSeats]:
        """Return what the public sees of the seats of each counted option. Raises StorageUnavailableError."""
        options = tuple(form.capacities())
        states = self._repository.quotas(form.name, options) if options else {}
        return {option: state.shown or state.public_seats for option, state in states.items()}

    def change(
        self, submission_id: str, sent: Mapping[str, object], *, version: int, language: str, may_wait: bool
    ) -> bool:
        """Store these answers, and return whether anything is different from what the registrant saw.

        sent: raw answers by field name; those that may not be changed are ignored. version: of the
        submission that the registrant saw. may_wait: a full option puts them on its waiting list.

        Raises InvalidAnswersError in this language, ChangesEndedError, OptionNotOfferedError,
        NoSeatError, AlreadyRegisteredError, ChangedMeanwhileError, StatusTransitionError,
        SubmissionNotFoundError, StorageUnavailableError; then nothing was stored.
        """
        for _ in range(ATTEMPTS):
            details = self._repository.details(submission_id)
            before = details.submission
            edit = self._edits.plan_own(before, self._changes(before, sent), language=language)
            if not edit.fields:
                return before.version > version  # a request that was sent twice
            _ensure_unchanged(details, version)
            try:
                self._edits.carry_out(edit, by=REGISTRANT, may_wait=may_wait)
            except SubmissionChangedError:
                continue
            return True
        raise busy(submission_id)

    def _changes(self, before: Submission, sent: Mapping[str, object]) -> dict[str, object]:
        """Return the answers that may be changed. Raises what `change` does if these can't be."""
        if before.status not in STANDING:
            raise StatusTransitionError(f"A {before.status} submission can't be changed by its registrant.")
        form = self._forms.get(before.form)
        offered = self.offered(form, before)
        if not offered:
            raise ChangesEndedError("It is too late to change this submission.")
        for name, options in offered.items():
            field = form.field(name)
            chosen = field.option(str(sent.get(name))) if field is not None else None
            if chosen is not None and chosen not in options:
                raise OptionNotOfferedError(name, chosen)
        return {name: value for name, value in sent.items() if name in offered}


def _ensure_unchanged(details: SubmissionDetails, version: int) -> None:
    """Raise ChangedMeanwhileError if answers or the status changed after this version. Notes and mails don't count."""
    events = events_after(details, version)
    fields = tuple(dict.fromkeys(name for event in events for name in edited_fields(event)))
    status = any(event.was is not None and event.was is not event.status for event in events)
    if fields or status:
        raise ChangedMeanwhileError(fields, status=status)
