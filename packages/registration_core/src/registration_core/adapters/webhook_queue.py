"""The webhook queue in SQS, and its dead letters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from registration_core.domain.webhook_ports import WebhookQueue, WebhookQueueError
from registration_core.domain.webhooks import Delivery, WebhookEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

_BATCH = 10
"""SQS accepts no more at once."""


class SqsWebhookQueue(WebhookQueue):
    """Puts deliveries on one queue, ten at a time."""

    def __init__(self, sqs_client: Any, queue_url: str) -> None:  # noqa: ANN401 - boto3 ships no types
        self._client = sqs_client
        self._queue_url = queue_url

    def put(self, deliveries: Sequence[Delivery]) -> None:
        """Queue all deliveries. Raises WebhookQueueError if any could not be queued."""
        for start in range(0, len(deliveries), _BATCH):
            batch = deliveries[start : start + _BATCH]
            entries = [{"Id": str(place), "MessageBody": to_message(each)} for place, each in enumerate(batch)]
            answer = self._ask("send_message_batch", Entries=entries)
            if answer.get("Failed"):
                raise WebhookQueueError(f"{len(answer['Failed'])} of {len(batch)} webhooks could not be queued.")

    def postpone(self, receipt: str, *, wait_s: int) -> None:
        """Hide a received message for so long. receipt: SQS's handle. Raises WebhookQueueError."""
        self._ask("change_message_visibility", ReceiptHandle=receipt, VisibilityTimeout=wait_s)

    def _ask(self, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - SQS's own shapes
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(QueueUrl=self._queue_url, **parameters)
        except (ClientError, BotoCoreError) as error:
            raise WebhookQueueError(f"The webhook queue could not be used: {error}") from error
        return answer


def to_message(delivery: Delivery) -> str:
    """Return the queue message of a delivery."""
    content: dict[str, object] = {
        "form": delivery.form,
        "webhook": delivery.webhook,
        "id": delivery.id,
        "event": delivery.event.value,
        "version": delivery.version,
        "at": delivery.at,
    }
    return json.dumps(content | ({"edited": list(delivery.edited)} if delivery.edited else {}))


def from_message(body: str) -> Delivery:
    """Return a message's delivery. Raises ValueError for any other message."""
    try:
        content = json.loads(body)
        return Delivery(
            form=str(content["form"]),
            webhook=str(content["webhook"]),
            id=str(content["id"]),
            event=WebhookEvent(content["event"]),
            version=int(content["version"]),
            at=str(content["at"]),
            edited=tuple(map(str, content.get("edited", ()))),
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("a message on the webhook queue is not a delivery") from error
