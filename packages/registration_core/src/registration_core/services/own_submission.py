"""Own submission: what registrants see and do through the link in their mails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from registration_core.domain.own_changes import changeable_fields, changes_end
from registration_core.domain.submission import STANDING, Status, email_key
from registration_core.domain.transitions import REGISTRANT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, FormCatalogue, SubmissionRepository
    from registration_core.domain.submission import Submission
    from registration_core.services.manage import ManageService


class Action(StrEnum):
    """What a registrant may do."""

    VERIFY = "verify"
    CANCEL = "cancel"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class OwnSubmission:
    """A submission as its registrant sees it.

    rank: its position on the waiting list; None if it isn't on it. changeable: whether its registrant
    may change answers now. changes_end: until when; None if there is no such time, or they never may.
    """

    submission: Submission
    form: Form
    rank: int | None = None
    changeable: bool = False
    changes_end: datetime | None = None

    @property
    def actions(self) -> frozenset[Action]:
        """What the registrant may do now."""
        status = self.submission.status
        if status is Status.ERASED:
            return frozenset()
        actions = {Action.ERASE}
        if status in (Status.PENDING, Status.CONFIRMED, Status.WAITLISTED):
            actions.add(Action.CANCEL)
        if status is Status.PENDING or (
            status is Status.WAITLISTED and self.form.verification is not None and self.submission.verified_at is None
        ):
            actions.add(Action.VERIFY)
        return frozenset(actions)


class OwnSubmissionService:
    """Shows and changes one submission for its registrant. Each method is safe to repeat."""

    def __init__(
        self, *, forms: FormCatalogue, repository: SubmissionRepository, manage: ManageService, clock: Clock
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._manage = manage
        self._clock = clock

    def show(self, submission_id: str) -> OwnSubmission:
        """Return the submission without changing it.

        Raises SubmissionNotFoundError, UnknownFormError, StorageUnavailableError.
        """
        return self._seen(self._repository.get(submission_id))

    def others(self, entry: OwnSubmission) -> tuple[OwnSubmission, ...]:
        """Return the submissions that were sent together with this one and have its address; none if it is erased."""
        own = entry.submission
        ids = [each for each in own.members if each != own.id] if own.email else []
        stored = self._repository.several(ids) if ids else {}
        return tuple(self._seen(each) for each in stored.values() if email_key(each.email) == email_key(own.email))

    def act(self, submission_id: str, action: Action, *, everyone: bool = False) -> OwnSubmission:
        """Do the action and return the changed submission.

        everyone: also for those who were sent together with it; this one comes last, so that doing it
        again finishes it. Verifying is always for all, because they have one address. Raises as
        `show` does, and StatusTransitionError if the status doesn't allow the action.
        """
        if action is Action.VERIFY:
            return self._verify(self.show(submission_id))
        do = self._manage.cancel if action is Action.CANCEL else self._manage.erase
        for other in self.others(self.show(submission_id)) if everyone else ():
            if action in other.actions:
                do(other.submission.id, by=REGISTRANT)
        return self._seen(do(submission_id, by=REGISTRANT))

    def _verify(self, entry: OwnSubmission) -> OwnSubmission:
        """Verify all that were sent together. The mail to the first with a seat tells of all, so it comes last."""
        others = [other.submission for other in self.others(entry) if Action.VERIFY in other.actions]
        if not others:
            return self._seen(self._manage.verify(entry.submission.id, by=REGISTRANT))
        group = [*others, *([entry.submission] if Action.VERIFY in entry.actions else [])]
        told = min(group, key=lambda each: (each.status is not Status.PENDING, entry.submission.members.index(each.id)))
        for each in sorted(group, key=lambda each: each is told):
            self._manage.verify_in_group(each.id, quiet=each is not told)
        return self.show(entry.submission.id)

    def _seen(self, submission: Submission) -> OwnSubmission:
        form = self._forms.get(submission.form)
        entry = OwnSubmission(submission, form, self._rank(submission))
        if form.own_changes is None or submission.status not in STANDING:
            return entry
        field = form.chosen_field
        option = field.option(form.choice_in(submission.answers)) if field is not None else None
        changeable = bool(changeable_fields(form, submission, self._clock.now()))
        return replace(entry, changeable=changeable, changes_end=changes_end(form, option))

    def _rank(self, submission: Submission) -> int | None:
        if submission.status is not Status.WAITLISTED or submission.option is None or submission.position is None:
            return None
        return self._repository.rank(submission.form, submission.option, submission.position)
