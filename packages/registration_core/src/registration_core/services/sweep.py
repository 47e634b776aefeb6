"""Sweep: what time and accidents leave behind, put in order every few minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from registration_core.domain.errors import QuotaNotFoundError, SubmissionNotFoundError
from registration_core.domain.policies import WITHIN_HOURS
from registration_core.services.missing import missing_mails

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.mail import MailRequest
    from registration_core.domain.ports import Clock, FormCatalogue, MailQueue, ManagedRepository
    from registration_core.domain.submission import Submission
    from registration_core.services.manage import ManageService

ABANDONED_AFTER = timedelta(minutes=2)
"""A ticket's entry is written within seconds, or never."""
NOTED_AFTER = timedelta(minutes=2)
"""A mail is leased, and so noted, within seconds."""
MAILS_LOOKED_FOR = timedelta(days=1)
OVERDUE_LOOKED_FOR = timedelta(days=10)
"""A sweep that did not run for some days still finds entries whose seats it doesn't see."""
PAGE = 100


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What one sweep did, in numbers, for logs.

    lapsed: entries that were not verified in time. settled: tickets that no entry ever came for. promoted: entries that
    got a seat. mails: requests put on the queue because no one had noted their mail.
    """

    lapsed: int = 0
    settled: int = 0
    promoted: int = 0
    mails: int = 0


class SweepService:
    """Puts in order what time and accidents leave behind.

    It releases seats never verified, settles tickets that nobody holds, promotes, tells the public how many seats there
    are, and queues mails that no one noted.
    """

    def __init__(
        self,
        *,
        forms: FormCatalogue,
        repository: ManagedRepository,
        manage: ManageService,
        queue: MailQueue,
        clock: Clock,
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._manage = manage
        self._queue = queue
        self._clock = clock

    def sweep(self) -> SweepReport:
        """Put every form in order. Raises StorageUnavailableError, MailQueueError; the next sweep goes on."""
        lapsed = settled = promoted = mails = 0
        for name in self._forms.names():
            form = self._forms.get(name)
            options = list(form.capacities())
            lapsed += self._lapse(form, options)
            for option in options:
                settled += self._settle(name, option)
                promoted += len(self._manage.fill(name, option))
            self._show_seats(name, options)
            mails += self._queue_missing(name)
        return SweepReport(lapsed, settled, promoted, mails)

    def _lapse(self, form: Form, options: Sequence[str]) -> int:
        """Cancel what was not verified in time; also where the form asks for no verification any longer."""
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

    def _show_seats(self, form: str, options: Sequence[str]) -> None:
        """Tell the public how many seats there are now: by the clock, so that no answer shows in it."""
        for option, state in self._repository.quotas(form, options).items():
            if state.shown is not state.public_seats:
                self._repository.show_seats(form, option, state.public_seats)

    def _queue_missing(self, form: str) -> int:
        queued = 0
        cursor = None
        since = self._clock.now() - MAILS_LOOKED_FOR
        while True:
            page = self._repository.list(form, since=since, limit=PAGE, cursor=cursor)
            missing = [request for entry in page.submissions for request in self._missing(entry)]
            if missing:
                self._queue.put(missing)
            queued += len(missing)
            cursor = page.cursor
            if cursor is None:
                return queued

    def _missing(self, entry: Submission) -> list[MailRequest]:
        """Return the mails that an entry's history calls for, still fit, and were noted by nobody."""
        try:
            details = self._repository.details(entry.id)
        except SubmissionNotFoundError:
            return []
        return missing_mails(details, until=self._clock.now() - NOTED_AFTER)
