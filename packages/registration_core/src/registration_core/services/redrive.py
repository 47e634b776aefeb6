"""Redrive: queues dead letters again. A crash may repeat a message, but loses none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from registration_core.domain.dead_letters import ChangeSpan
from registration_core.domain.errors import SubmissionNotFoundError
from registration_core.domain.mail import Change, MailRequest, MailState, Notice, mails_for
from registration_core.domain.mail_errors import ChangesGoneError
from registration_core.domain.webhooks import Delivery
from registration_core.services.missing_mails import missing_mails

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from registration_core.domain.dead_letters import DeadLetter
    from registration_core.domain.mail_ports import Changes, DeadLetters
    from registration_core.domain.ports import Clock, FormCatalogue, MailQueue, SubmissionRepository
    from registration_core.domain.submission import MailRecord
    from registration_core.domain.webhook_ports import WebhookQueue
    from registration_core.services.dispatch import WebhookDispatch

STUCK_AFTER = timedelta(minutes=10)
"""A mail in progress for longer than a lease and several deliveries is stuck."""
CLOCKS_DIFFER = timedelta(minutes=5)

FAILED = frozenset({MailState.BOUNCED, MailState.COMPLAINED, MailState.REJECTED, MailState.SUPPRESSED})
"""The states of mails that weren't delivered."""


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of one dead letter. mails, webhooks: how many were queued for it.

    gone: the stream kept its changes no more, so that submissions which came in at that time were
    looked at instead; later changes of older submissions are not found so.
    """

    letter: DeadLetter
    mails: int = 0
    webhooks: int = 0
    gone: bool = False


class RedriveService:
    """Reads the dead letters of mails and of the stream, and queues them again.

    webhooks: queues what the stream's changes tell receivers; None if the stack delivers no
    webhooks.
    """

    def __init__(
        self,
        *,
        mail_letters: DeadLetters,
        stream_letters: DeadLetters,
        changes: Changes,
        queue: MailQueue,
        forms: FormCatalogue,
        repository: SubmissionRepository,
        clock: Clock,
        webhooks: WebhookDispatch | None = None,
    ) -> None:
        self._queues = (mail_letters, stream_letters)
        self._changes = changes
        self._queue = queue
        self._forms = forms
        self._repository = repository
        self._clock = clock
        self._webhooks = webhooks

    def read(self) -> list[DeadLetter]:
        """Return the dead letters of both queues, and leave them there. Raises DeadLettersError."""
        return [letter for queue in self._queues for letter in read_letters(queue)]

    def redrive(self, chosen: Sequence[str] | None) -> Iterator[Redriven]:
        """Queue the mails of dead letters again, and yield each result. chosen: None for all.

        A letter that nobody of ours wrote stays. Raises DeadLettersError, MailQueueError,
        WebhookQueueError, StorageUnavailableError; what was not done yet stays, too.
        """
        for queue in self._queues:
            yield from redriven(queue, chosen, self._queued)

    def _queued(self, letter: DeadLetter) -> Redriven:
        if isinstance(letter.about, MailRequest):
            self._queue.put([letter.about])
            return Redriven(letter, mails=1)
        assert isinstance(letter.about, ChangeSpan)  # noqa: S101 - no other letters get into these queues
        gone, changes = False, list[Change | Notice]()
        try:
            changes += self._changes.read(letter.about)
            requests = [request for change in changes for request in mails_for(change)]
        except ChangesGoneError:
            gone, requests = True, list(self._missing(letter.about))
        if requests:
            self._queue.put(requests)
        deliveries = self._webhooks.dispatch(changes) if self._webhooks is not None else ()
        return Redriven(letter, len(requests), len(deliveries), gone=gone)

    def _missing(self, span: ChangeSpan) -> Iterator[MailRequest]:
        """Yield the missing mails of submissions from that time."""
        for form in self._forms.names():
            newest = self._repository.newest(form, since=span.since - CLOCKS_DIFFER, until=span.until + CLOCKS_DIFFER)
            for submission in newest:
                try:
                    details = self._repository.details(submission.id)
                except SubmissionNotFoundError:
                    continue
                yield from missing_mails(details, until=self._clock.now())


class WebhookRedriveService:
    """Reads the dead letters of webhooks, and queues them again."""

    def __init__(self, *, letters: DeadLetters, queue: WebhookQueue) -> None:
        self._letters = letters
        self._queue = queue

    def read(self) -> list[DeadLetter]:
        """Return the dead letters, and leave them there. Raises DeadLettersError."""
        return read_letters(self._letters)

    def redrive(self, chosen: Sequence[str] | None) -> Iterator[Redriven]:
        """Queue webhooks again, and yield each result. chosen: None for all.

        A letter that nobody of ours wrote stays. Raises DeadLettersError, WebhookQueueError; what was
        not done yet stays, too.
        """
        return redriven(self._letters, chosen, self._queued)

    def _queued(self, letter: DeadLetter) -> Redriven:
        assert isinstance(letter.about, Delivery)  # noqa: S101 - no other letters get into this queue
        self._queue.put([letter.about])
        return Redriven(letter, webhooks=1)


def read_letters(queue: DeadLetters) -> list[DeadLetter]:
    """Return the dead letters of a queue, and leave them there. Raises DeadLettersError."""
    letters = queue.hold()
    queue.release(letters)
    return list(letters)


def redriven(
    queue: DeadLetters, chosen: Sequence[str] | None, act: Callable[[DeadLetter], Redriven]
) -> Iterator[Redriven]:
    """Act on the chosen letters of a queue, remove each, and yield each result; the others stay."""
    held = {letter.id: letter for letter in queue.hold()}
    try:
        for letter in list(held.values()):
            if letter.about is None or (chosen is not None and letter.id not in chosen):
                continue
            result = act(letter)
            queue.remove(letter)
            del held[letter.id]
            yield result
    finally:
        queue.release(held.values())


def stuck(mail: MailRecord, now: datetime) -> bool:
    """Whether a mail has been in progress for so long that it is stuck."""
    since = mail.lease_until if mail.state == MailState.SENDING else mail.asked_at
    on_its_way = mail.state in (MailState.SENDING, MailState.QUEUED)
    return on_its_way and (since is None or now - since > STUCK_AFTER)
