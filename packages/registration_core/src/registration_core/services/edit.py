"""Edit: correct a submission's answers by the form's rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from registration_core.domain.concurrent_changes import EDITED
from registration_core.domain.errors import StatusTransitionError
from registration_core.domain.staff_answers import ensure_ages, ensure_conditions, validate_cells
from registration_core.domain.submission import STANDING, Status, Submission
from registration_core.domain.validation import validate, worded_for_visitors
from registration_core.services.promotion import Promotion, seated
from registration_core.services.seating import Seating, ensure_alone
from registration_core.services.submit import once_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping
    from typing import Any

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, FormCatalogue, ManagedRepository, Signer
    from registration_core.domain.submission import Once
    from registration_core.domain.values import Answer
    from registration_core.services.manage import OnPromoted


@dataclass(frozen=True, slots=True)
class Edit:
    """A planned edit. before: the submission as it was read. fields: the names of the changed ones."""

    before: Submission
    after: Submission
    fields: tuple[str, ...]

    @property
    def what(self) -> str:
        """What the history says about it."""
        return EDITED + ", ".join(self.fields)

    @property
    def moves(self) -> bool:
        """Whether the option changes, so that the submission gives up its seat or ticket."""
        return self.before.option != self.after.option and self.before.status in STANDING

    @property
    def readdresses(self) -> bool:
        """Whether the registrant's address changes."""
        return self.before.email != self.after.email


class EditService:
    """Edits submissions. signer: used only if an edit changes the person or option of the guard."""

    def __init__(
        self,
        *,
        forms: FormCatalogue,
        repository: ManagedRepository,
        signer: Signer,
        clock: Clock,
        randomness: Callable[[int], bytes],
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._signer = signer
        self._clock = clock
        self._seating = Seating(repository=repository, clock=clock, randomness=randomness)
        self._promotion = Promotion(forms=forms, repository=repository, clock=clock, seating=self._seating)

    def plan(self, before: Submission, changes: Mapping[str, Answer]) -> Edit:
        """Return what these answers would change, by the form in force; nothing is written.

        changes: field names to what the staff wrote, see `validate_cells`; an empty text takes an answer
        away, and so does a change after which a question isn't asked. Other answers that are not
        named stay as they are, whatever the form asks by now. `form_version` stays: it tells which
        wording the registrant saw. Raises InvalidAnswersError with every wrong field,
        AlreadyRegisteredError when the same person has another submission for the option,
        StatusTransitionError for a submission that is erased, UnknownFormError.
        """
        return self._plan(before, changes, None)

    def plan_own(self, before: Submission, changes: Mapping[str, object], *, language: str) -> Edit:
        """Return what a registrant's answers would change, as `plan` does.

        changes: raw answers as visitors send them, see `validate`. language: of the messages.
        """
        return self._plan(before, changes, language)

    def _plan(self, before: Submission, changes: Mapping[str, Any], language: str | None) -> Edit:
        if before.status is Status.ERASED:
            raise StatusTransitionError(f'The submission "{before.id}" is erased, so there is nothing to edit.')
        form = self._forms.get(before.form)
        say = None if language is None else worded_for_visitors(form, language)
        answers = _merged(form, before.answers, self._checked(form, changes, language), changes)
        if any(field.age_from is not None and {field.name, field.age_from} & changes.keys() for field in form.fields):
            ensure_ages(form, answers, say=say)
        ensure_conditions(form, answers, changes, say=say)
        fields = tuple(name for name in {**before.answers, **answers} if before.answers.get(name) != answers.get(name))
        if not fields:
            return Edit(before, before, ())
        after = replace(before, answers=answers, version=before.version + 1)
        if form.email_field in fields:
            after = self._readdressed(form, after)
        if form.quota is not None and form.quota.field in fields:
            after = replace(after, option=form.counted_option(answers))
        self._ensure_alone(before, after)
        return Edit(before, after, fields)

    def carry_out(
        self, edit: Edit, *, by: str, may_wait: bool = False, promoted: OnPromoted = lambda _entry: None
    ) -> Submission:
        """Store an edit and return the submission; an edit that changes nothing writes nothing.

        One that moves the submission to another option gives back its seat or ticket and takes a
        seat there, all or nothing; what it gave back goes to the next in line where that is
        automatic. may_wait: where no seat is free there, it takes the next ticket instead. by: see
        `Event`. promoted: is told of each who got the seat that it gave back.

        Raises SubmissionChangedError when the submission is not as it was read, NoSeatError,
        AlreadyRegisteredError when the same person has another submission for the option,
        SubmissionNotFoundError, StorageUnavailableError; then nothing was stored.
        """
        before, after = edit.before, edit.after
        if not edit.fields:
            return before
        once, what = self._once(before, after), edit.what
        if not edit.moves:
            return self._repository.change(before, after, what=what, by=by, once=once)
        if after.option is None:
            after = self._placed(replace(after, position=None))
            moved = self._repository.change(before, after, what=what, by=by, once=once)
        else:
            write = partial(self._repository.change, before, what=what, by=by, once=once)
            capacity = self._forms.get(after.form).capacities().get(after.option)
            moved = self._seating.place(self._placed(after), write, capacity=capacity, may_wait=may_wait)
        for each in self._promotion.fill(before.form, before.option):
            promoted(each)
        return moved

    def _checked(self, form: Form, changes: Mapping[str, Any], language: str | None) -> dict[str, Answer]:
        """Return the stored form of these answers. Raises InvalidAnswersError."""
        part = replace(form, fields=tuple(_in_part(field, changes) for field in form.fields if field.name in changes))
        today = form.today(self._clock.now())
        if language is not None:
            return validate(part, changes, language, today=today)
        return validate_cells(part, changes, today=today)

    def _readdressed(self, form: Form, after: Submission) -> Submission:
        """Return the submission with the address in its answers, which nobody has proven yet.

        One to be verified gets its whole time for that again.
        """
        after = replace(after, email=str(after.answers[form.email_field]), verified_at=None)
        if after.status is not Status.PENDING or form.verification is None:
            return after
        until = self._clock.now().replace(microsecond=0) + timedelta(hours=form.verification.within_hours)
        return replace(after, verify_by=until)

    def _placed(self, after: Submission) -> Submission:
        """Return the submission with a seat, as if promoted if it was on another waiting list."""
        if after.status is not Status.WAITLISTED:
            return after
        submission = seated(self._forms.get(after.form), after, now=self._clock.now())
        return replace(submission, version=after.version)

    def _ensure_alone(self, before: Submission, after: Submission) -> None:
        """Raise AlreadyRegisteredError if storing the submission would."""
        ensure_alone(self._repository, after, self._once(before, after) if after.status in STANDING else None)

    def _once(self, before: Submission, after: Submission) -> Once | None:
        """Return the submission's new guard; None if it doesn't change or the form has none."""
        form = self._forms.get(before.form)
        decisive = (form.email_field, form.name_field or "", form.once or "")
        if form.once is None or all(before.answers.get(name) == after.answers.get(name) for name in decisive):
            return None
        return once_for(form, after.answers, self._signer)


def _in_part(field: Field, changes: Container[str]) -> Field:
    """Return a changed field for a check without the others, which decide later whether it is required."""
    decided_later = field.show_when is not None and field.show_when.field not in changes
    return replace(field, required=False) if decided_later else field


def _merged(
    form: Form, before: Mapping[str, Answer], checked: Mapping[str, Answer], changes: Container[str]
) -> dict[str, Answer]:
    """Return the answers with the checked ones in place, in the form's order; retired fields come last."""
    merged = {name: value for name, value in before.items() if name not in changes} | dict(checked)
    for field in form.fields:
        decided = field.show_when is not None and field.show_when.field in changes and field.name not in changes
        if decided and not form.asks(field, merged):
            merged.pop(field.name, None)
    order = {field.name: place for place, field in enumerate(form.fields)}
    return {name: merged[name] for name in sorted(merged, key=lambda name: order.get(name, len(order)))}
