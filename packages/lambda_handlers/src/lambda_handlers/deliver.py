"""The entry point of deliver: delivers the queued webhooks, and tells SQS which messages to deliver again."""

from __future__ import annotations

import functools
import os
import time

from lambda_handlers.cold_start import prepare
from lambda_handlers.log import Log
from registration_core.adapters.webhook_queue import from_message
from registration_core.bootstrap.webhooks import deliver_parts
from registration_core.domain.webhook_ports import DeliveryHeldError, ReceiverError
from registration_core.services.deliver import Delivered
from registration_core.settings import DeliverSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.bootstrap.webhooks import DeliverParts

WAITS_S = (5, 60, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600)
"""How long a message waits after each failed attempt. After eight attempts, 17 hours, it is a dead letter.

infra/terraform/webhooks.tf has the same number of attempts, and a test compares them.
"""


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Deliver a batch of webhooks."""
    parts, log = _parts()
    return deliver(event, parts, log, request_id=getattr(context, "aws_request_id", ""))


def deliver(event: Mapping[str, Any], parts: DeliverParts, log: Log, *, request_id: str) -> dict[str, Any]:
    """Deliver the webhooks of one batch, and return the messages that SQS should deliver again."""
    failed = [
        {"itemIdentifier": str(message["messageId"])}
        for message in event.get("Records", ())
        if not _delivered(parts, log, message, request_id)
    ]
    return {"batchItemFailures": failed}


def _delivered(parts: DeliverParts, log: Log, message: Mapping[str, Any], request_id: str) -> bool:
    """Deliver one message. Return False if SQS should deliver it again."""
    attempt = int(message.get("attributes", {}).get("ApproximateReceiveCount", 1))
    facts: dict[str, Any] = {"request_id": request_id, "message_id": message["messageId"], "attempt": attempt}
    began = time.monotonic()
    try:
        delivery = from_message(message["body"])
        facts |= {"form": delivery.form, "webhook": delivery.webhook, "submission_id": delivery.id}
        facts |= {"event": delivery.event, "version": delivery.version}
        outcome = parts.service.deliver(delivery)
        if outcome is Delivered.SWITCHED_OFF:
            parts.dead_letters.put([delivery])
    except ReceiverError as error:
        wait_s = max(WAITS_S[min(attempt, len(WAITS_S)) - 1], error.retry_after_s)
        log.warning("not accepted", problem=error.problem, wait_s=wait_s, took_ms=_milliseconds(began), **facts)
        return _postponed(parts, log, message, wait_s, facts)
    except DeliveryHeldError:
        log.warning("held by another", **facts)
        return False
    except Exception as error:  # noqa: BLE001 - the outermost edge: one message's failure must not hold up the others
        log.fault("not delivered", error, **facts)
        return False
    tell = log.info if outcome in (Delivered.DELIVERED, Delivered.DELIVERED_BEFORE) else log.warning
    tell(outcome, took_ms=_milliseconds(began), **facts)
    return True


def _postponed(
    parts: DeliverParts, log: Log, message: Mapping[str, Any], wait_s: int, facts: Mapping[str, Any]
) -> bool:
    """Hide a message until its next attempt. If that fails, it comes again when the queue's own time is up."""
    try:
        parts.queue.postpone(message["receiptHandle"], wait_s=wait_s)
    except Exception as error:  # noqa: BLE001 - as above
        log.fault("not postponed", error, **facts)
    return False


def _milliseconds(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


@functools.cache
def _parts() -> tuple[DeliverParts, Log]:
    settings = DeliverSettings.from_mapping(os.environ)
    return deliver_parts(settings), Log("deliver", settings.log_level)


prepare(_parts)
