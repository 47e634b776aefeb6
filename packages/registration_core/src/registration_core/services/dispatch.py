"""Dispatch: queue the mails that changes cause, without personal data."""

from __future__ import annotations

from registration_core.domain.mail import mails_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from registration_core.domain.mail import Change, MailRequest, Notice
    from registration_core.domain.ports import MailQueue


class DispatchService:
    """Queues the mails that changes cause; see `domain.mail.mails_for`."""

    def __init__(self, *, queue: MailQueue) -> None:
        self._queue = queue

    def dispatch(self, changes: Iterable[Change | Notice]) -> Sequence[MailRequest]:
        """Queue the changes' mails, and return their requests. Raises MailQueueError."""
        requests = [request for change in changes for request in mails_for(change)]
        if requests:
            self._queue.put(requests)
        return requests
