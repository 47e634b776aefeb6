"""Redrive: queues dead letters again. A crash may repeat a message, but loses none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from registration_core.domain.dead_letters import ChangeSpan
from registration_core.domain.errors import SubmissionNotFoundError
from registration_core.domain.mail import MailRequest, MailState, mails_for
from registration_core.domain.mail_errors import ChangesGoneError
from registration_core.services.missing_mails import missing_mails

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from registration_core.domain.dead_letters import DeadLetter
    from registration_core.domain.mail_ports import Changes, DeadLetters
    from registration_core.domain.ports import Clock, FormCatalogue, MailQueue, SubmissionRepository
    from registration_core.domain.submission import MailRecord

STUCK_AFTER = timedelta(minutes=10)
"""A mail in progress for longer than a lease and several deliveries is stuck."""
CLOCKS_DIFFER = timedelta(minutes=5)

FAILED = frozenset({MailState.BOUNCED, MailState.COMPLAINED, MailState.REJECTED, MailState.SUPPRESSED})
"""The states of mails that weren't delivered."""


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of one dead letter. mails: how many were queued for it.

    gone: the stream kept its changes no more, so that submissions which came in at that time were
    looked at instead; later changes of older submissions are not found so.
    """

    letter: DeadLetter
    mails: int
    gone: bool = False


class RedriveService:
    """Reads dead letters, and queues their mails again."""

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
    ) -> None:
        self._queues = (mail_letters, stream_letters)
        self._changes = changes
        self._queue = queue
        self._forms = forms
        self._repository = repository
        self._clock = clock

    def read(self) -> list[DeadLetter]:
        """Return the dead letters of both queues, and leave them there. Raises DeadLettersError."""
        all_letters: list[DeadLetter] = []
        for queue in self._queues:
            letters = queue.hold()
            queue.release(letters)
            all_letters += letters
        return all_letters

    def redrive(self, chosen: Sequence[str] | None) -> Iterator[Redriven]:
        """Queue the mails of dead letters again, and yield each result. chosen: None for all.

        A letter that nobody of ours wrote stays. Raises DeadLettersError, MailQueueError,
        StorageUnavailableError; what was not done yet stays, too.
        """
        for queue in self._queues:
            held = {letter.id: letter for letter in queue.hold()}
            try:
                for letter in list(held.values()):
                    if letter.about is None or (chosen is not None and letter.id not in chosen):
                        continue
                    redriven = self._queued(letter)
                    queue.remove(letter)
                    del held[letter.id]
                    yield redriven
            finally:
                queue.release(held.values())

    def _queued(self, letter: DeadLetter) -> Redriven:
        if isinstance(letter.about, MailRequest):
            self._queue.put([letter.about])
            return Redriven(letter, 1)
        assert isinstance(letter.about, ChangeSpan)  # noqa: S101 - unreadable letters stay where they are
        gone = False
        try:
            requests = [request for change in self._changes.read(letter.about) for request in mails_for(change)]
        except ChangesGoneError:
            gone, requests = True, list(self._missing(letter.about))
        if requests:
            self._queue.put(requests)
        return Redriven(letter, len(requests), gone=gone)

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


def stuck(mail: MailRecord, now: datetime) -> bool:
    """Whether a mail has been in progress for so long that it is stuck."""
    since = mail.lease_until if mail.state == MailState.SENDING else mail.asked_at
    on_its_way = mail.state in (MailState.SENDING, MailState.QUEUED)
    return on_its_way and (since is None or now - since > STUCK_AFTER)
