"""Notify: render and send one mail, so that a request delivered twice mails nobody twice."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from registration_core.domain.errors import MailerError, SubmissionNotFoundError
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.mail import MailKind, OutgoingMail
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.domain.forms import Form
    from registration_core.domain.mail import MailRequest, RenderedMail
    from registration_core.domain.ports import Clock, FormCatalogue, Mailer, MailRenderer, SubmissionRepository
    from registration_core.domain.submission import Submission

LEASE = timedelta(seconds=90)
"""Longer than one sending may take: the function's time-out is below it, the queue's visibility time-out above."""


class Outcome(StrEnum):
    """What became of a request: each of them means that it is done with."""

    SENT = "sent"
    SENT_BEFORE = "sent_before"
    ENTRY_GONE = "entry_gone"
    NOBODY_TO_TELL = "nobody_to_tell"


class NotifyService:
    """Sends the mails that the queue asks for."""

    def __init__(
        self,
        *,
        forms: FormCatalogue,
        repository: SubmissionRepository,
        renderer: MailRenderer,
        mailer: Mailer,
        clock: Clock,
        randomness: Callable[[int], bytes],
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._renderer = renderer
        self._mailer = mailer
        self._clock = clock
        self._randomness = randomness

    def notify(self, request: MailRequest) -> Outcome:
        """Send one mail unless it was sent before.

        Raises MailHeldError, MailerError, MailTemplateError, UnknownFormError or StorageUnavailableError when the
        request should come again later; MailLeaseLostError when the mail was sent but may have been sent twice.
        """
        try:
            submission = self._repository.get(request.id)
        except SubmissionNotFoundError:
            return Outcome.ENTRY_GONE
        if submission.status is Status.ERASED:
            return Outcome.ENTRY_GONE
        form = self._forms.get(submission.form)
        to = (submission.email,) if request.kind is MailKind.CONFIRMED else form.staff
        if not to:
            return Outcome.NOBODY_TO_TELL
        rendered = self._renderer.render(request.kind, form, submission)
        return self._send_once(request, submission, _addressed(request.kind, to, form, submission, rendered))

    def _send_once(self, request: MailRequest, submission: Submission, mail: OutgoingMail) -> Outcome:
        now = self._clock.now()
        holder = new_ulid(now, self._randomness)
        until = now + LEASE
        if not self._repository.lease_mail(request, holder=holder, until=until, expires_at=submission.expires_at):
            return Outcome.SENT_BEFORE
        try:
            message_id = self._mailer.send(mail)
        except MailerError:
            self._repository.release_mail(request, holder=holder)
            raise
        self._repository.mark_mail_sent(request, holder=holder, message_id=message_id)
        return Outcome.SENT


def _addressed(
    kind: MailKind, to: tuple[str, ...], form: Form, submission: Submission, rendered: RenderedMail
) -> OutgoingMail:
    """Return the mail to send.

    An answer to the staff's goes to the visitor, one to the visitor's to the first of the staff.
    """
    reply_to = submission.email if kind is MailKind.STAFF else next(iter(form.staff), None)
    return OutgoingMail(to=to, subject=rendered.subject, text=rendered.text, html=rendered.html, reply_to=reply_to)
