"""Deliver: send a receiver the message about one event, once, even if the queue has it twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from enum import StrEnum

from registration_core.domain.errors import SubmissionNotFoundError, UnknownFormError
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.webhook_ports import ReceiverError
from registration_core.domain.webhooks import WebhookEvent, WebhookFormat, webhooks_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, FormCatalogue, SubmissionRepository
    from registration_core.domain.submission import Submission
    from registration_core.domain.webhook_ports import Answer, Deliveries, Receiver, WebhookKeys
    from registration_core.domain.webhooks import Delivery, Webhook

LEASE = timedelta(seconds=60)
"""Longer than one delivery may take. The function's time-out is shorter, the queue's visibility time-out longer."""

KEY_PREFIX = "whsec_"
_GONE = 410
_LEAST_ERROR = 300


class Delivered(StrEnum):
    """What became of a message. With each of these but SWITCHED_OFF, it is done.

    SWITCHED_OFF: the receiver answered 410 Gone, now or before, so the message goes to the dead
    letters. UNKNOWN: the form has no such webhook any more. TEST_FAILED: a test, which isn't tried
    again.
    """

    DELIVERED = "delivered"
    DELIVERED_BEFORE = "delivered_before"
    SUBMISSION_GONE = "submission_gone"
    UNKNOWN = "unknown"
    SWITCHED_OFF = "switched_off"
    TEST_FAILED = "test_failed"


class DeliverService:
    """Delivers the messages of the webhook queue.

    write: returns a message's body.
    """

    def __init__(
        self,
        *,
        forms: FormCatalogue,
        repository: SubmissionRepository,
        deliveries: Deliveries,
        keys: WebhookKeys,
        receiver: Receiver,
        write: Callable[[Form, Webhook, Delivery, Submission | None], bytes],
        clock: Clock,
        randomness: Callable[[int], bytes],
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._deliveries = deliveries
        self._keys = keys
        self._receiver = receiver
        self._write = write
        self._clock = clock
        self._randomness = randomness

    def deliver(self, delivery: Delivery) -> Delivered:
        """Deliver one message, unless that was done before.

        Raises ReceiverError, DeliveryHeldError, WebhookKeysError or StorageUnavailableError if it
        should be tried again later.
        """
        form, webhook = self._addressee(delivery)
        if form is None or webhook is None:
            return Delivered.UNKNOWN
        is_test = delivery.event is WebhookEvent.TEST
        if not is_test and self._deliveries.off_since(form.name, webhook.name) is not None:
            return Delivered.SWITCHED_OFF
        submission = None
        if not is_test:
            try:
                submission = self._repository.get(delivery.id)
            except SubmissionNotFoundError:
                return Delivered.SUBMISSION_GONE
        return self._deliver_once(delivery, webhook, self._write(form, webhook, delivery, submission))

    def _addressee(self, delivery: Delivery) -> tuple[Form | None, Webhook | None]:
        try:
            form = self._forms.get(delivery.form)
        except UnknownFormError:
            return None, None
        return form, next((each for each in webhooks_of(form) if each.name == delivery.webhook), None)

    def _deliver_once(self, delivery: Delivery, webhook: Webhook, body: bytes) -> Delivered:
        is_test = delivery.event is WebhookEvent.TEST
        keys = self._keys.of(delivery.form, webhook.name) if webhook.format is WebhookFormat.JSON else ()
        now = self._clock.now()
        holder = new_ulid(now, self._randomness)
        if not self._deliveries.take(delivery, holder=holder, until=now + LEASE):
            return Delivered.DELIVERED_BEFORE
        headers = {"content-type": "application/json"}
        if keys:
            headers |= signed(delivery.message_id, int(now.timestamp()), body, keys)
        try:
            answer = self._receiver.send(webhook.url, headers, body)
            if answer.status >= _LEAST_ERROR:
                raise _not_accepted(answer)
        except ReceiverError as error:
            self._deliveries.release(delivery, holder=holder, problem=error.problem)
            if error.problem == _status(_GONE):
                self._deliveries.turn_off(delivery.form, webhook.name)
                return Delivered.TEST_FAILED if is_test else Delivered.SWITCHED_OFF
            if is_test:
                return Delivered.TEST_FAILED
            raise
        if is_test:
            self._deliveries.turn_on(delivery.form, webhook.name)
        self._deliveries.end(delivery, holder=holder)
        return Delivered.DELIVERED


def signed(message_id: str, timestamp: int, body: bytes, keys: Sequence[str]) -> dict[str, str]:
    """Return the headers of Standard Webhooks, with a signature by each key.

    Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    content = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.digest(base64.b64decode(key.removeprefix(KEY_PREFIX)), content, hashlib.sha256) for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
    }


def _not_accepted(answer: Answer) -> ReceiverError:
    return ReceiverError(_status(answer.status), retry_after_s=answer.retry_after_s)


def _status(status: int) -> str:
    return f"status {status}"
