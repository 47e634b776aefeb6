"""Dispatch: which mails a change calls for. No personal data passes through here."""

from __future__ import annotations

from dataclasses import dataclass

from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from registration_core.domain.ports import MailQueue


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to an entry, without anything personal. new: it was not there before."""

    id: str
    status: Status
    version: int
    new: bool


class DispatchService:
    """Says what mail changes call for, and queues the requests."""

    def __init__(self, *, queue: MailQueue) -> None:
        self._queue = queue

    def dispatch(self, changes: Iterable[Change]) -> Sequence[MailRequest]:
        """Queue the mails that the changes call for, and return their requests. Raises MailQueueError."""
        requests = [request for change in changes for request in mails_for(change)]
        if requests:
            self._queue.put(requests)
        return requests


def mails_for(change: Change) -> list[MailRequest]:
    """Return the mails that one change calls for: a new confirmed entry's registrant and the staff are told."""
    if not change.new or change.status is not Status.CONFIRMED:
        return []
    return [MailRequest(change.id, kind, change.version) for kind in (MailKind.CONFIRMED, MailKind.STAFF)]
