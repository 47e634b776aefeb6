"""The entry point of notify: sends the queued mails, and tells SQS which messages to deliver again."""

from __future__ import annotations

import functools
import os

from lambda_handlers.cold_start import prepare
from lambda_handlers.log import Log
from registration_core import bootstrap
from registration_core.adapters.sqs import from_message
from registration_core.domain.errors import MailHeldError
from registration_core.services.notify import Outcome
from registration_core.settings import NotifySettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from registration_core.services.notify import NotifyService


MAIL_TAKES_S = 28.0
"""How long one mail may take if the mail service stalls.

notify tries the addresses for 10 s (`SINGLY_FOR`). The last attempt takes up to 3 s to connect and
10 s to get a response. The rest is for recording that the mail was sent.
"""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's context has no type
    """Send a batch of mails."""
    service, log = _parts()
    left_ms = getattr(context, "get_remaining_time_in_millis", None)
    return notify(
        event,
        service,
        log,
        request_id=getattr(context, "aws_request_id", ""),
        left_s=(lambda: left_ms() / 1000) if left_ms else lambda: float("inf"),
    )


def notify(
    event: Mapping[str, Any], service: NotifyService, log: Log, *, request_id: str, left_s: Callable[[], float]
) -> dict[str, Any]:
    """Send the mails of one batch one by one, and return the messages that SQS should deliver again.

    A message that fails every time becomes a dead letter, which staff can redrive. left_s: returns
    the seconds until Lambda's time-out. If there are too few for another mail, the rest go back to
    the queue: after a time-out, Lambda would deliver the whole batch again.
    """
    failed = []
    for message in event.get("Records", ()):
        if left_s() < MAIL_TAKES_S:
            log.warning("no time left", request_id=request_id, message_id=message["messageId"])
        elif _sent(service, log, message, request_id):
            continue
        failed.append({"itemIdentifier": str(message["messageId"])})
    return {"batchItemFailures": failed}


def _sent(service: NotifyService, log: Log, message: Mapping[str, Any], request_id: str) -> bool:
    """Send one mail. Return False if SQS should deliver the message again."""
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
    tell = log.warning if outcome is Outcome.SENT_TO_SOME else log.info
    tell(outcome, **facts)
    return True


@functools.cache
def _parts() -> tuple[NotifyService, Log]:
    settings = NotifySettings.from_mapping(os.environ)
    return bootstrap.notify_service(settings), Log("notify", settings.log_level)


prepare(_parts)
