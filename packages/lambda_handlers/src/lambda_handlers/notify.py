"""The entry point of notify: requests for mail in, mails out, and which messages should come again."""

from __future__ import annotations

import functools
import os

from lambda_handlers.log import Log
from lambda_handlers.starting import prepare
from registration_core import bootstrap
from registration_core.adapters.sqs import from_message
from registration_core.domain.errors import MailHeldError
from registration_core.settings import NotifySettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.services.notify import NotifyService


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Send a batch of mails."""
    service, log = _parts()
    return notify(event, service, log, request_id=getattr(context, "aws_request_id", ""))


def notify(event: Mapping[str, Any], service: NotifyService, log: Log, *, request_id: str) -> dict[str, Any]:
    """Send the mails of one batch, each for itself, and say which messages should come again.

    A message that fails every time ends with the dead letters, where the staff can see it and have it sent after all.
    """
    failed = [
        {"itemIdentifier": str(message["messageId"])}
        for message in event.get("Records", ())
        if not _sent(service, log, message, request_id)
    ]
    return {"batchItemFailures": failed}


def _sent(service: NotifyService, log: Log, message: Mapping[str, Any], request_id: str) -> bool:
    """Send one mail; False when the message should come again."""
    facts: dict[str, Any] = {"request_id": request_id, "message_id": message["messageId"]}
    try:
        request = from_message(message["body"])
        facts |= {"submission_id": request.id, "kind": request.kind, "version": request.version}
        facts |= {"copy": request.copy} if request.copy else {}
        facts |= {"sending": request.sending} if request.sending is not None else {}
        outcome = service.notify(request)
    except MailHeldError:
        log.warning("held by another", **facts)
        return False
    except Exception as error:  # noqa: BLE001 - the outermost edge: one mail's failure must not hold up the batch's others
        log.fault("not sent", error, **facts)
        return False
    log.info(outcome, **facts)
    return True


@functools.cache
def _parts() -> tuple[NotifyService, Log]:
    settings = NotifySettings.from_mapping(os.environ)
    return bootstrap.notify_service(settings), Log("notify", settings.log_level)


prepare(_parts)
