"""Preview: any mail of a form, with the form's example answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from registration_core.domain.identifiers import new_reference, new_submission_id
from registration_core.domain.mail import GROUP_MAIL, ON_ARRIVAL, TO_STAFF, MailFacts, MailKind
from registration_core.domain.own_changes import own_changes_of
from registration_core.domain.submission import Status, Submission
from registration_core.domain.validation import example_submission, validate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.mail import RenderedMail
    from registration_core.domain.ports import Clock, MailRenderer

_STATUS: Mapping[MailKind, Status] = {
    MailKind.VERIFY: Status.PENDING,
    MailKind.WAITLISTED: Status.WAITLISTED,
    MailKind.CANCELLED: Status.CANCELLED,
    MailKind.STAFF_WITHDRAWN: Status.CANCELLED,
    MailKind.STAFF_SPAM: Status.SPAM,
}
"""The example's status for each kind of mail; confirmed for the others."""


class PreviewService:
    """Renders mails without sending them. my_url: stands for the link to the registrant's page."""

    def __init__(self, *, renderer: MailRenderer, clock: Clock, my_url: str) -> None:
        self._renderer = renderer
        self._clock = clock
        self._my_url = my_url

    def preview(
        self,
        kind: str,
        form: Form,
        *,
        language: str,
        status: Status | None = None,
        values: Mapping[str, str] | None = None,
        proven: bool | None = None,
    ) -> RenderedMail:
        """Return the mail for the form's example. Raises MailTemplateError.

        kind: a MailKind, `group`, or the name of one of the form's own. language: one of the form's. status:
        None means the usual one for this kind of mail; a place that must be confirmed yet is
        `promoted` with `pending`. values: what one of the form's own is given to say. proven:
        whether its registrant has proven the address; None means as usual, where a form that asks
        for that has only such submissions confirmed.
        """
        if kind == GROUP_MAIL:
            return self._of_group(form, status or Status.CONFIRMED, language, proven=proven)
        usual = _STATUS.get(MailKind(kind), Status.CONFIRMED) if values is None else Status.CONFIRMED
        now = self._clock.now()
        submission = example_entry(form, status or usual, language, now)
        if submission.status is Status.ERASED:
            submission = replace(submission, answers={}, email="")
        if proven is not None:
            submission = replace(submission, verified_at=now if proven else None)
        return self.of_entry(kind, form, submission, values)

    def _of_group(self, form: Form, status: Status, language: str, *, proven: bool | None) -> RenderedMail:
        """Return the mail about two examples, of whom the second waits if the form counts seats."""
        now = self._clock.now()
        second = Status.WAITLISTED if form.quota is not None else status
        group = tuple(
            replace(
                example_entry(form, each, language, now), id=new_submission_id(form.id_prefix, now, bytes)[:-1] + end
            )
            for each, end in ((status, "0"), (second, "1"))
        )
        if proven is not None:
            group = tuple(replace(each, verified_at=now if proven else None) for each in group)
        kind = ON_ARRIVAL[status][0]
        facts = MailFacts(at=now, my_url=self._my_url, group=group)
        return self._renderer.render(kind, form, group[0], facts)

    def of_entry(
        self, kind: str, form: Form, submission: Submission, values: Mapping[str, str] | None = None
    ) -> RenderedMail:
        """Return the mail for a submission, without the real link to its page. Raises MailTemplateError."""
        my_url = None if kind in TO_STAFF else self._my_url
        spam = (submission,) if kind == MailKind.STAFF_SPAM else ()
        unsubscribe_url = self._my_url.replace("?t=", "?unsubscribe=") if form.may_unsubscribe(kind) else None
        facts = MailFacts(
            at=self._clock.now(),
            my_url=my_url,
            unsubscribe_url=unsubscribe_url,
            values=values,
            spam=spam,
            edited=_example_changes(form) if kind in (MailKind.CHANGED, MailKind.STAFF_CHANGED) else (),
            ended=kind == MailKind.CANCELLED and not submission.lapsed,
        )
        return self._renderer.render(kind, form, submission, facts)


def _example_changes(form: Form) -> tuple[str, ...]:
    """Return the names of the fields that the example's registrant changed."""
    rules = own_changes_of(form)
    return rules.fields if rules is not None else tuple(field.name for field in form.fields[:1])


def example_entry(form: Form, status: Status, language: str, now: datetime) -> Submission:
    """Return the submission with a form's example answers, always with the same reference."""
    answers = validate(form, example_submission(form, today=form.today(now)), language, today=form.today(now))
    counted = form.quota is not None
    hours = form.verification.within_hours if form.verification is not None else 48
    return Submission(
        id=new_submission_id(form.id_prefix, now, bytes),
        form=form.name,
        form_version=form.version,
        submitted_at=now,
        answers=answers,
        status=status,
        reference=new_reference(lambda length: b"\x9b\x2f\x51\xc4\xd8"[:length]),
        email=str(answers[form.email_field]),
        language=language,
        version=1,
        expires_at=now + timedelta(days=form.retention_days),
        option=str(answers[form.quota.field]) if form.quota is not None else None,
        position=7 if status is Status.WAITLISTED and counted else None,
        verify_by=now + timedelta(hours=hours) if status is Status.PENDING else None,
        verified_at=now if form.verification is not None and status is Status.CONFIRMED else None,
    )
