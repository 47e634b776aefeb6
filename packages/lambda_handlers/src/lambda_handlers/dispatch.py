"""The entry point of dispatch: reads the table's stream and queues the mails and webhooks that its changes call for."""

from __future__ import annotations

import functools
import os

from lambda_handlers.cold_start import prepare
from lambda_handlers.log import Log
from registration_core.adapters.dynamodb.stream import UnreadableRecordError, change_of
from registration_core.bootstrap.mails import dispatch_service
from registration_core.domain.webhooks import Delivery
from registration_core.settings import DispatchSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from registration_core.domain.mail import Change, Notice
    from registration_core.services.dispatch import DispatchService


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Queue the mails and webhooks that a batch of changes calls for."""
    service, log = _parts()
    return dispatch(event, service, log, request_id=getattr(context, "aws_request_id", ""))


def dispatch(event: Mapping[str, Any], service: DispatchService, log: Log, *, request_id: str) -> dict[str, Any]:
    """Queue the mails and webhooks that the changes of one batch call for.

    A record that cannot be read is logged and skipped, because it would block all that follow.
    Raises MailQueueError or WebhookQueueError if one could not be queued, so that Lambda sends the
    batch again. What is queued twice is sent once.
    """
    for queued in service.dispatch(_changes(event.get("Records", ()), log, request_id)):
        facts: dict[str, Any] = {"submission_id": queued.id, "version": queued.version}
        if isinstance(queued, Delivery):
            facts |= {"webhook": queued.webhook, "event": queued.event}
        else:
            facts |= {"kind": queued.kind}
        log.info("queued", request_id=request_id, **facts)
    return {"batchItemFailures": []}


def _changes(records: list[Mapping[str, Any]], log: Log, request_id: str) -> Iterator[Change | Notice]:
    for record in records:
        try:
            change = change_of(record)
        except UnreadableRecordError as error:
            log.fault("passed over", error, request_id=request_id, event_id=record.get("eventID"))
            continue
        if change is not None:
            yield change


@functools.cache
def _parts() -> tuple[DispatchService, Log]:
    settings = DispatchSettings.from_mapping(os.environ)
    return dispatch_service(settings), Log("dispatch", settings.log_level)


prepare(_parts)
