"""Sweep: every few minutes, finishes what time and failures left behind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from itertools import islice

from registration_core.domain.errors import QuotaNotFoundError, SubmissionNotFoundError
from registration_core.domain.mail import TO_STAFF, MailKind, MailRequest
from registration_core.domain.policies import WITHIN_HOURS
from registration_core.services.missing_mails import missing_mails

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.journal import Journal
    from registration_core.domain.mail_ports import AskedMails
    from registration_core.domain.ports import Clock, FormCatalogue, MailQueue, ManagedRepository
    from registration_core.domain.submission import Submission
    from registration_core.services.manage import ManageService
    from registration_core.services.reminders import ReminderService

ABANDONED_AFTER = timedelta(minutes=2)
"""A ticket's submission is stored within seconds or never."""
NOTED_AFTER = timedelta(minutes=2)
"""A mail is leased, and so recorded, within seconds."""
MAILS_LOOKED_FOR = timedelta(days=1)
OVERDUE_LOOKED_FOR = timedelta(days=10)
"""After some days without a sweep, the next one still finds overdue submissions that have no counted seat."""
PAGE = 100
DIGEST_HOUR = 5
"""When a digest's day of suspected spam ends (UTC): before offices open."""
DIGEST_MOST = 50
"""A digest names this many and counts the rest."""


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What one sweep did, in numbers, for logs.

    lapsed: submissions that were not verified in time. settled: tickets that no submission ever
    came for. promoted: submissions that got a seat. mails: requests put on the queue because no one
    had noted their mail. reminders: those that were due. seats: by form, how many are taken and how
    many submissions wait.
    """

    lapsed: int = 0
    settled: int = 0
    promoted: int = 0
    mails: int = 0
    digests: int = 0
    reminders: int = 0
    seats: Mapping[str, tuple[int, int]] = field(default_factory=dict)


class SweepService:
    """Finishes what time and failures left behind.

    It releases seats never verified, settles tickets that nobody holds, promotes, tells the public
    how many seats there are, and queues mails that no one noted and reminders that are due.
    """

    def __init__(
        self,
        *,
        forms: FormCatalogue,
        repository: ManagedRepository,
        manage: ManageService,
        queue: MailQueue,
        journal: Journal,
        asked: AskedMails,
        reminders: ReminderService,
        clock: Clock,
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._manage = manage
        self._queue = queue
        self._journal = journal
        self._asked = asked
        self._reminders = reminders
        self._clock = clock

    def sweep(self) -> SweepReport:
        """Sweep every form. Raises StorageUnavailableError, MailQueueError; the next sweep continues."""
        lapsed = settled = promoted = mails = digests = 0
        seats: dict[str, tuple[int, int]] = {}
        forms = [self._forms.get(name) for name in self._forms.names()]
        for form in forms:
            name = form.name
            options = list(form.capacities())
            lapsed += self._lapse(form, options)
            for option in options:
                settled += self._settle(name, option)
                promoted += len(self._manage.fill(name, option))
            if options:
                seats[name] = self._show_seats(name, options)
            mails += self._queue_missing(name)
            digests += self._queue_digest(form)
        reminders = sum(map(self._reminders.queue_due, forms))  # last: there may be thousands
        return SweepReport(lapsed, settled, promoted, mails, digests, reminders, seats)

    def _lapse(self, form: Form, options: Sequence[str]) -> int:
        """Cancel what wasn't verified in time, even if the form no longer verifies addresses."""
        hours = form.verification.within_hours if form.verification is not None else WITHIN_HOURS
        since = self._clock.now() - timedelta(hours=hours) - OVERDUE_LOOKED_FOR
        lapsed = 0
        for submission_id in self._repository.overdue(form.name, options, since=since):
            try:
                lapsed += self._manage.lapse(submission_id).lapsed
            except SubmissionNotFoundError:
                continue
        return lapsed

    def _settle(self, form: str, option: str) -> int:
        try:
            abandoned = self._repository.abandoned_tickets(form, option, age=ABANDONED_AFTER)
        except QuotaNotFoundError:
            return 0
        for ticket in abandoned:
            self._repository.settle_ticket(form, option, ticket)
        return len(abandoned)

    def _show_seats(self, form: str, options: Sequence[str]) -> tuple[int, int]:
        """Update the public seats, at fixed times, so that they don't reveal a single registration.

        Returns how many seats are taken, and how many submissions wait.
        """
        states = self._repository.quotas(form, options)
        for option, state in states.items():
            if state.shown is not state.public_seats:
                self._repository.show_seats(form, option, state.public_seats)
        return sum(state.taken for state in states.values()), sum(state.waiting for state in states.values())

    def _queue_missing(self, form: str) -> int:
        queued = 0
        cursor = None
        since = self._clock.now() - MAILS_LOOKED_FOR
        while True:
            page = self._repository.list(form, since=since, limit=PAGE, cursor=cursor)
            missing = [request for submission in page.submissions for request in self._missing(submission)]
            if missing:
                self._queue.put(missing)
            queued += len(missing)
            cursor = page.cursor
            if cursor is None:
                return queued

    def _queue_digest(self, form: Form) -> int:
        """Queue the day's spam digest for staff. Each sweep does so again until the mail is recorded."""
        if not form.staff or TO_STAFF[MailKind.STAFF_SPAM] not in form.staff_mails:
            return 0
        now = self._clock.now().astimezone(UTC)
        until = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
        until -= timedelta(days=until > now)
        spam = iter(self._journal.spam(form.name, since=until - timedelta(days=1), until=until))
        named = tuple(islice(spam, DIGEST_MOST))
        if not named:
            return 0
        request = MailRequest(form.name, MailKind.STAFF_SPAM, int(f"{until:%Y%m%d}"), entries=named)
        if self._asked.states([request]):
            return 0
        self._queue.put([replace(request, more=sum(1 for _ in spam))])
        return 1

    def _missing(self, submission: Submission) -> list[MailRequest]:
        """Return the mails that a submission's history causes, that still fit, and that nobody recorded."""
        try:
            details = self._repository.details(submission.id)
        except SubmissionNotFoundError:
            return []
        return missing_mails(details, until=self._clock.now() - NOTED_AFTER)
