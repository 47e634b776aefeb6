"""Send: a form's own mail to many of its registrants, once each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from registration_core.domain.errors import SubmissionChangedError
from registration_core.domain.mail import MailRequest, MailState
from registration_core.domain.mail_errors import MailAskedError
from registration_core.domain.sendings import Sending, sending_digest
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.mail_ports import AskedMails, Sendings, Unsubscriptions
    from registration_core.domain.ports import Clock, MailQueue
    from registration_core.domain.submission import Submission

USUAL = frozenset({Status.CONFIRMED, Status.WAITLISTED})
"""The statuses that get a mail if none is given: those with a seat or on the waiting list."""
MAILABLE = USUAL | {Status.PENDING, Status.CANCELLED}

AT_ONCE = 10
"""How many mails are recorded and then queued at once: as many as the queue accepts in one call."""


@dataclass(frozen=True, slots=True)
class SendingPlan:
    """Who will get a mail, and who already has it.

    sending: as it is kept, or would be. fresh: whom nobody mailed it yet. begun: those of an
    earlier run whose mail is on its way, or was broken off. had: everyone else it was sent to
    before, by this sending or one of the same words. unsubscribed: those who refuse such mails.
    statuses: with which of them the mail is still
    true when its turn comes.
    """

    sending: Sending
    statuses: frozenset[Status]
    fresh: tuple[Submission, ...]
    begun: tuple[Submission, ...]
    had: tuple[Submission, ...]
    unsubscribed: tuple[Submission, ...] = ()

    @property
    def to_queue(self) -> int:
        """How many mails will be queued."""
        return len(self.fresh) + len(self.begun)

    def request(self, submission: Submission) -> MailRequest:
        """Return the mail request for one submission."""
        return MailRequest(
            submission.id,
            self.sending.template,
            submission.version,
            sending=self.sending.id,
            statuses=self.statuses,
            option=submission.option,
        )


class SendService:
    """Plans sendings and carries them out. Repeating one mails nobody twice and continues after an interruption.

    unsubscriptions: None to leave it to notify, which asks in any case.
    """

    def __init__(
        self,
        *,
        asked: AskedMails,
        sendings: Sendings,
        queue: MailQueue,
        clock: Clock,
        unsubscriptions: Unsubscriptions | None = None,
    ) -> None:
        self._unsubscriptions = unsubscriptions
        self._asked = asked
        self._sendings = sendings
        self._queue = queue
        self._clock = clock

    def plan(
        self,
        form: Form,
        template: str,
        values: Mapping[str, str],
        entries: Iterable[Submission],
        *,
        statuses: frozenset[Status],
        by: str,
        again: bool = False,
    ) -> SendingPlan:
        """Return which of these submissions would get the mail. Raises StorageUnavailableError.

        The same words (form, template, values) reach a submission once, whoever else they are sent
        to later. again: to those too who had them; a sending begun so that was broken off goes on.
        """
        now = self._clock.now()
        first = Sending(
            digest=sending_digest(form.name, template, values),
            number=1,
            form=form.name,
            template=template,
            values=dict(values),
            by=by,
            at=now,
            expires_at=now + timedelta(days=form.retention_days),
        )
        before = self._sendings.of(first.digest)
        sending = replace(before[-1], expires_at=first.expires_at) if before else first
        if again and sending.ended_at is not None:
            sending = replace(first, number=sending.number + 1)
        sendings = [sending] if again else [*before] or [sending]
        plan = SendingPlan(sending, statuses, (), (), ())
        entries = tuple(entries)
        asked = {
            (submission.id, each.id): replace(plan, sending=each).request(submission)
            for submission in entries
            for each in sendings
        }
        states = self._asked.states(asked.values())
        fresh, begun, had = [], [], []
        for submission in entries:
            states_here = {
                each.id: state
                for each in sendings
                if (state := states.get((submission.id, asked[submission.id, each.id].name))) is not None
            }
            if not states_here:
                fresh.append(submission)
            elif states_here.get(sending.id) is MailState.QUEUED:
                begun.append(submission)
            else:
                had.append(submission)
        unsubscribed = self._unsubscribed(fresh) if form.may_unsubscribe(template) else ()
        fresh = [submission for submission in fresh if submission not in unsubscribed]
        return replace(plan, fresh=tuple(fresh), begun=tuple(begun), had=tuple(had), unsubscribed=unsubscribed)

    def _unsubscribed(self, submissions: Sequence[Submission]) -> tuple[Submission, ...]:
        refused = self._unsubscriptions
        return () if refused is None else tuple(filter(refused.holds, submissions))

    def send(self, plan: SendingPlan, *, by: str) -> Iterator[int]:
        """Record and queue the mails, and yield each time how many more are queued.

        A submission that was changed meanwhile is passed over: the next run finds it as it is then.
        Raises MailQueueError, StorageUnavailableError; the same plan made anew then goes on.
        """
        if not plan.to_queue:
            if plan.had and plan.sending.ended_at is None:  # broken off when all of it was queued
                self._sendings.end(plan.sending, at=self._clock.now())
            return
        self._sendings.begin(plan.sending)
        for some in _tens(plan.begun):
            yield self._put([plan.request(submission) for submission in some])
        for some in _tens(plan.fresh):
            yield self._put([plan.request(submission) for submission in some if self._noted(plan, submission, by)])
        self._sendings.end(plan.sending, at=self._clock.now())

    def _noted(self, plan: SendingPlan, submission: Submission, by: str) -> bool:
        try:
            self._asked.ask(plan.request(submission), submission, what=f"mail sent: {plan.sending.template}", by=by)
        except MailAskedError:
            return True  # by another run of the same at this moment: queued twice, sent once
        except SubmissionChangedError:
            return False
        return True

    def _put(self, requests: Sequence[MailRequest]) -> int:
        if requests:
            self._queue.put(requests)
        return len(requests)


def _tens(entries: Sequence[Submission]) -> Iterator[Sequence[Submission]]:
    for start in range(0, len(entries), AT_ONCE):
        yield entries[start : start + AT_ONCE]
