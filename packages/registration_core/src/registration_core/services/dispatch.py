"""Dispatch: queue the mails that changes call for. No personal data passes through here."""

from __future__ import annotations

from registration_core.domain.mail import mails_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from registration_core.domain.mail import Change, MailRequest, Notice
    from registration_core.domain.ports import MailQueue


class DispatchService:
    """Queues what changes call for; which mails those are, `domain.mail.mails_for` says."""

    def __init__(self, *, queue: MailQueue) -> None:
        self._queue = queue

    def dispatch(self, changes: Iterable[Change | Notice]) -> Sequence[MailRequest]:
        """Queue the mails that the changes call for, and return their requests. Raises MailQueueError."""
        requests = [request for change in changes for request in mails_for(change)]
        if requests:
            self._queue.put(requests)
        return requests
