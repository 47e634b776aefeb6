"""Notify: render and send one mail, and send nothing twice if a request comes twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from registration_core.domain.errors import MailerError, MailRefusedError, RollcallError, SubmissionNotFoundError
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.mail import TELLS_OF_ALL, TO_STAFF, MailFacts, MailKind, MailState, OutgoingMail
from registration_core.domain.reminders import still_fits
from registration_core.domain.submission import STANDING, Status, email_key
from registration_core.domain.transitions import SYSTEM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.mail import MailRequest, RenderedMail
    from registration_core.domain.mail_ports import Sendings, SuppressionList, Unsubscriptions
    from registration_core.domain.ports import Clock, FormCatalogue, Mailer, MailRenderer, SubmissionRepository
    from registration_core.domain.submission import Submission

LEASE = timedelta(seconds=90)
"""Longer than one sending may take. The function's time-out is shorter, the queue's visibility time-out longer."""

DIGEST_KEPT = timedelta(days=30)
"""How long we keep the record of a digest that had no submissions left."""


class Outcome(StrEnum):
    """What became of a request. With each of these, the request is done.

    SENT_TO_SOME: the mail service refused some of the staff's addresses, or was too slow for them,
    and accepted the others.
    """

    SENT = "sent"
    SENT_TO_SOME = "sent_to_some"
    SENT_BEFORE = "sent_before"
    SUBMISSION_GONE = "submission_gone"
    NOBODY_TO_TELL = "nobody_to_tell"
    OUTDATED = "outdated"
    SUPPRESSED = "suppressed"
    UNSUBSCRIBED = "unsubscribed"


class NotifyService:
    """Sends the mails that the queue asks for.

    links: returns the link to a submission's page, only for its registrant. unsubscribe_links: the
    one that stops the form's mails that aren't about the contract.
    """

    def __init__(
        self,
        *,
        forms: FormCatalogue,
        repository: SubmissionRepository,
        suppressions: SuppressionList,
        unsubscriptions: Unsubscriptions,
        sendings: Sendings,
        renderer: MailRenderer,
        mailer: Mailer,
        links: Callable[[Submission], str],
        unsubscribe_links: Callable[[Submission], str],
        clock: Clock,
        randomness: Callable[[int], bytes],
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._suppressions = suppressions
        self._unsubscriptions = unsubscriptions
        self._sendings = sendings
        self._renderer = renderer
        self._mailer = mailer
        self._links = links
        self._unsubscribe_links = unsubscribe_links
        self._clock = clock
        self._randomness = randomness

    def notify(self, request: MailRequest) -> Outcome:
        """Send one mail unless it was sent before, is outdated, or has nobody to go to.

        Raises MailHeldError, MailerError, MailTemplateError, SendingNotFoundError,
        UnknownFormError, KeysUnavailableError or StorageUnavailableError if the request should be
        tried again later; MailLeaseLostError if the mail was sent, but maybe twice.
        """
        if request.kind == MailKind.STAFF_SPAM:
            return self._tell_of_spam(request)
        submission = self._subject(request)
        if submission is None or (submission.status is Status.ERASED and request.kind != MailKind.STAFF_WITHDRAWN):
            return Outcome.SUBMISSION_GONE
        if not request.fits(submission):
            return self._end(request, submission.expires_at, Outcome.OUTDATED, MailState.OUTDATED)
        form = self._forms.get(submission.form)
        if not self._still_due(request, form, submission):
            return self._end(request, submission.expires_at, Outcome.OUTDATED, MailState.OUTDATED)
        return self._tell(request, form, submission)

    def _subject(self, request: MailRequest) -> Submission | None:
        """Return the submission that a mail is about; None if it is gone.

        If the one that was to tell of a whole group has come to an end meanwhile, another one brings the
        mail, because nothing else would tell of it.
        """
        submission = self._found(request.id)
        if submission is None or request.fits(submission) or not _tells_of_all(request) or submission.quiet:
            return submission
        others = (each for each in map(self._found, submission.members) if each is not None and each.quiet)
        return next(filter(request.fits, others), submission)

    def _still_due(self, request: MailRequest, form: Form, submission: Submission) -> bool:
        """Whether a reminder isn't too late: it may have been a dead letter for days. Other mails always are due."""
        if request.sending is None:
            return True
        sending = self._sendings.get(request.sending)
        if sending.by != SYSTEM:
            return True
        return still_fits(form, sending.template, sending.values, submission, self._clock.now())

    def _tell_of_spam(self, request: MailRequest) -> Outcome:
        """Send a digest of what is still suspected spam, without its text."""
        form = self._forms.get(request.id)
        named = [submission for submission in map(self._found, request.entries) if submission is not None]
        spam = tuple(submission for submission in named if submission.status is Status.SPAM)
        if not spam:
            return self._end(request, self._clock.now() + DIGEST_KEPT, Outcome.OUTDATED, MailState.OUTDATED)
        return self._tell(request, form, spam[0], spam)

    def _tell(
        self, request: MailRequest, form: Form, submission: Submission, spam: tuple[Submission, ...] = ()
    ) -> Outcome:
        addresses: tuple[str, ...] = (submission.email,)
        if request.kind in TO_STAFF:
            addresses = form.staff if TO_STAFF[request.kind] in form.staff_mails else ()
        if not addresses:
            return self._end(request, submission.expires_at, Outcome.NOBODY_TO_TELL, MailState.UNADDRESSED)
        to = tuple(address for address in addresses if not self._suppressions.holds(address))
        if not to:
            return self._end(request, submission.expires_at, Outcome.SUPPRESSED, MailState.SUPPRESSED)
        if form.may_unsubscribe(request.kind) and self._unsubscriptions.holds(submission):
            return self._end(request, submission.expires_at, Outcome.UNSUBSCRIBED, MailState.UNSUBSCRIBED)
        return self._send_once(request, submission, self._written(request, to, form, submission, spam))

    def _found(self, submission_id: str) -> Submission | None:
        try:
            return self._repository.get(submission_id)
        except SubmissionNotFoundError:
            return None

    def _written(
        self,
        request: MailRequest,
        to: tuple[str, ...],
        form: Form,
        submission: Submission,
        spam: tuple[Submission, ...],
    ) -> OutgoingMail:
        my_url = None if request.kind in TO_STAFF else self._links(submission)
        values = None if request.sending is None else self._sendings.get(request.sending).values
        facts = MailFacts(
            at=self._clock.now(),
            my_url=my_url,
            unsubscribe_url=self._unsubscribe_links(submission) if form.may_unsubscribe(request.kind) else None,
            values=values,
            spam=spam,
            more_spam=request.more,
            group=self._group(request, submission),
            edited=request.edited,
            ended=request.ended,
            left=request.option if request.ended else None,
        )
        rendered = self._renderer.render(request.kind, form, submission, facts)
        return replace(_addressed(request, to, form, submission, rendered), unsubscribe_url=facts.unsubscribe_url)

    def _group(self, request: MailRequest, submission: Submission) -> tuple[Submission, ...]:
        """Return the submissions of the whole group if the mail about this one tells of all.

        Staff may have corrected the address of some. A registrant's mail tells nothing of the others.
        """
        if not _tells_of_all(request) or (submission.quiet and submission.id == request.id):
            return ()
        members = map(self._found, submission.members)
        standing = tuple(each for each in members if each is not None and each.status in STANDING)
        if request.kind in TO_STAFF:
            return standing
        return tuple(each for each in standing if email_key(each.email) == email_key(submission.email))

    def _send_once(self, request: MailRequest, submission: Submission, mail: OutgoingMail) -> Outcome:
        holder = self._lease(request, submission.expires_at)
        if holder is None:
            return Outcome.SENT_BEFORE
        try:
            message_id, outcome = self._deliver(mail)
        except MailerError as error:
            self._repository.release_mail(request, holder=holder, problem=error.code)
            raise
        self._repository.mark_mail_sent(request, holder=holder, message_id=message_id)
        return outcome

    def _deliver(self, mail: OutgoingMail) -> tuple[str, Outcome]:
        """Send a mail. If the service refuses one of several addresses, send it to each separately.

        Raises MailerError when nobody was sent anything.
        """
        try:
            return self._mailer.send(mail), Outcome.SENT
        except MailRefusedError:
            if len(mail.to) == 1:
                raise
            sent = self._delivered_singly(mail)
            if not sent:
                raise
        return sent[0], Outcome.SENT_TO_SOME

    def _delivered_singly(self, mail: OutgoingMail) -> list[str]:
        """Send a mail to each address separately, and return the message IDs of the accepted ones.

        Raises what the mailer raises if it fails for another reason than a refusal before anybody
        was sent anything: the whole mail is tried again later. After that it is too late, because
        nobody must get it twice.
        """
        sent: list[str] = []
        for address in mail.to:
            try:
                sent.append(self._mailer.send(replace(mail, to=(address,))))
            except MailRefusedError:
                continue
            except RollcallError:  # no time left, or no answer
                if not sent:
                    raise
        return sent

    def _end(self, request: MailRequest, expires_at: datetime, outcome: Outcome, state: MailState) -> Outcome:
        """Record that nothing is sent, so that the mail isn't requested again."""
        holder = self._lease(request, expires_at)
        if holder is None:
            return Outcome.SENT_BEFORE
        self._repository.end_mail(request, holder=holder, state=state)
        return outcome

    def _lease(self, request: MailRequest, expires_at: datetime) -> str | None:
        """Take a request's lease, and return its holder; None if the request was already done."""
        now = self._clock.now()
        holder = new_ulid(now, self._randomness)
        until = now + LEASE
        if self._repository.lease_mail(request, holder=holder, until=until, expires_at=expires_at):
            return holder
        return None


def _tells_of_all(request: MailRequest) -> bool:
    """Whether a mail is of a kind that tells of a whole group."""
    return request.kind in TELLS_OF_ALL or request.kind == MailKind.STAFF


def _addressed(
    request: MailRequest, to: tuple[str, ...], form: Form, submission: Submission, rendered: RenderedMail
) -> OutgoingMail:
    """Return the mail to send.

    An answer to the staff's goes to the visitor, one to the visitor's to the first of the staff.
    """
    to_staff = request.kind in TO_STAFF
    registrant = submission.email if request.kind != MailKind.STAFF_SPAM else ""
    return OutgoingMail(
        to=to,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        reply_to=(registrant or None) if to_staff else next(iter(form.staff), None),
        attachments=rendered.attachments,
        request=request,
    )
