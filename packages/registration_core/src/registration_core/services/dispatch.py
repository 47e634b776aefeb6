"""Dispatch: queue the mails and the webhooks that changes cause, without personal data."""

from __future__ import annotations

from registration_core.domain.errors import UnknownFormError
from registration_core.domain.mail import Change, mails_for
from registration_core.domain.webhooks import deliveries_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from registration_core.domain.mail import MailRequest, Notice
    from registration_core.domain.ports import FormCatalogue, MailQueue
    from registration_core.domain.webhook_ports import WebhookQueue
    from registration_core.domain.webhooks import Delivery


class DispatchService:
    """Queues what changes cause; see `domain.mail.mails_for` and `domain.webhooks.deliveries_for`.

    webhooks: None if the stack delivers none.
    """

    def __init__(self, *, queue: MailQueue, webhooks: WebhookDispatch | None = None) -> None:
        self._queue = queue
        self._webhooks = webhooks

    def dispatch(self, changes: Iterable[Change | Notice]) -> Sequence[MailRequest | Delivery]:
        """Queue what the changes cause, mails first, and return it. Raises MailQueueError, WebhookQueueError."""
        all_changes = list(changes)
        requests = [request for change in all_changes for request in mails_for(change)]
        if requests:
            self._queue.put(requests)
        return [*requests, *(self._webhooks.dispatch(all_changes) if self._webhooks is not None else ())]


class WebhookDispatch:
    """Queues the deliveries that changes cause."""

    def __init__(self, *, queue: WebhookQueue, forms: FormCatalogue) -> None:
        self._queue = queue
        self._forms = forms

    def dispatch(self, changes: Iterable[Change | Notice]) -> Sequence[Delivery]:
        """Queue the changes' deliveries, and return them. Raises WebhookQueueError."""
        deliveries = [delivery for change in changes for delivery in self._deliveries(change)]
        if deliveries:
            self._queue.put(deliveries)
        return deliveries

    def _deliveries(self, change: Change | Notice) -> Sequence[Delivery]:
        if not isinstance(change, Change):
            return ()
        try:
            return deliveries_for(change, self._forms.get(change.form))
        except UnknownFormError:
            return ()  # a retired form's folder is gone, and its webhooks with it
