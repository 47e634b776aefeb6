"""Reminders: queues those that are due, once for each person, and says which will come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from registration_core.domain.reminders import STATUSES, reminders_of
from registration_core.domain.sendings import sending_digest
from registration_core.domain.transitions import SYSTEM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from registration_core.domain.fields import Option
    from registration_core.domain.forms import Form
    from registration_core.domain.journal import Journal
    from registration_core.domain.mail_ports import Sendings
    from registration_core.domain.ports import Clock, SubmissionRepository
    from registration_core.domain.reminders import Reminder
    from registration_core.domain.sendings import Sending
    from registration_core.domain.submission import Submission
    from registration_core.services.send import SendService

EVERY = timedelta(hours=1)
"""How often we look for people who were confirmed after a reminder was due."""
MARGIN = timedelta(minutes=10)
"""The index of the history lags behind the table by seconds; this is more."""
MOST_AT_ONCE = 1000
"""The next sweep queues the rest."""


@dataclass(frozen=True, slots=True)
class _Due:
    """A reminder of an option that is due. last: its sending as the last look at it left it, if there was one."""

    reminder: Reminder
    option: Option
    last: Sending | None


class ReminderService:
    """Queues the reminders that are due. Without any, it reads nothing."""

    def __init__(
        self,
        *,
        repository: SubmissionRepository,
        journal: Journal,
        sendings: Sendings,
        send: SendService,
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._journal = journal
        self._sendings = sendings
        self._send = send
        self._clock = clock

    def queue_due(self, form: Form) -> int:
        """Queue a form's reminders that are due, and return how many.

        Raises StorageUnavailableError, MailQueueError; the next call continues and mails nobody twice.
        """
        now = self._clock.now()
        due = [
            _Due(reminder, option, last)
            for reminder, option in reminders_of(form)
            if reminder.due(option, now, form.time_zone)
            for last in [self._last(form, reminder, option)]
            if last is None or last.ended_at is None or last.ended_at <= now - EVERY
        ]
        if not due:
            return 0
        confirmed = self._confirmed(form, due, now)
        return sum(self._queue(form, each, confirmed.get(each.option.value, ())) for each in due)

    def _last(self, form: Form, reminder: Reminder, option: Option) -> Sending | None:
        digest = sending_digest(form.name, reminder.template, reminder.identity(option))
        return next(iter(self._sendings.of(digest)), None)

    def _confirmed(self, form: Form, due: Sequence[_Due], now: datetime) -> Mapping[str, Sequence[Submission]]:
        """Return the confirmed submissions by option: all of them, or those that changed since the last look."""
        looks = [each.last.ended_at if each.last is not None else None for each in due]
        known = [look for look in looks if look is not None]
        submissions: Iterable[Submission]
        if len(known) < len(looks):
            since = now - timedelta(days=form.retention_days)
            submissions = self._repository.newest(form.name, since=since, statuses=STATUSES)
        else:
            events = self._journal.events(form.name, since=min(known) - MARGIN)
            submissions = self._repository.several(each.id for each in events).values()
        by_option: dict[str, list[Submission]] = {each.option.value: [] for each in due}
        for submission in submissions:
            option = form.choice_in(submission.answers)
            if submission.status in STATUSES and option in by_option:
                by_option[option].append(submission)
        return by_option

    def _queue(self, form: Form, due: _Due, submissions: Iterable[Submission]) -> int:
        plan = self._send.plan(
            form,
            due.reminder.template,
            due.reminder.identity(due.option),
            submissions,
            statuses=STATUSES,
            by=SYSTEM,
        )
        if plan.sending.ended_at is not None:  # those recorded before were queued too, and may be dead letters
            plan = replace(plan, begun=())
        queued = 0
        for some in self._send.send(plan, by=SYSTEM):
            queued += some
            if queued >= MOST_AT_ONCE:
                return queued
        if not plan.to_queue:
            self._sendings.begin(plan.sending)
            self._sendings.end(plan.sending, at=self._clock.now())
        return queued
