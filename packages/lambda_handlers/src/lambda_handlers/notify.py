"""The entry point of notify: sends the queued mails, and tells SQS which messages to deliver again."""

from __future__ import annotations

import functools
import os

from lambda_handlers.cold_start import prepare
from lambda_handlers.log import Log, Metrics
from registration_core.adapters.dynamodb.retries import Deadline
from registration_core.adapters.sqs import from_message
from registration_core.bootstrap.mails import notify_service
from registration_core.domain.errors import MailHeldError, OutOfTimeError
from registration_core.services.notify import Outcome
from registration_core.settings import NotifySettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.services.notify import NotifyService

NO_TIME_LEFT = "no time left"

MAIL_SENT = Metrics(MailsSent=1)
MAIL_FAILED = Metrics(MailsFailed=1)
"""One attempt to send a mail."""

MAIL_TAKES_S = 28.0
"""How long it may take to send one mail and to record it, if the mail service and the table both stall.

An attempt to send takes up to 3 s to connect and 10 s to get a response. Recording it is tried for
6 s, and the last attempt takes up to 8 s.
"""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's context has no type
    """Send a batch of mails."""
    service, log, deadline = _parts()
    if left_ms := getattr(context, "get_remaining_time_in_millis", None):
        deadline.begin(left_ms() / 1000 - MAIL_TAKES_S)
    return notify(event, service, log, request_id=getattr(context, "aws_request_id", ""), deadline=deadline)


def notify(
    event: Mapping[str, Any], service: NotifyService, log: Log, *, request_id: str, deadline: Deadline
) -> dict[str, Any]:
    """Send the mails of one batch one by one, and return the messages that SQS should deliver again.

    A message that fails every time becomes a dead letter, which staff can redrive. deadline: when
    there is too little time left for another mail. The rest go back to the queue then: after a
    time-out, Lambda would deliver the whole batch again.
    """
    failed = []
    for message in event.get("Records", ()):
        if deadline.left_s() < 0:
            log.warning(NO_TIME_LEFT, request_id=request_id, message_id=message["messageId"])
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
    except OutOfTimeError:
        log.warning(NO_TIME_LEFT, **facts)
        return False
    except MailHeldError:
        log.warning("held by another", **facts)
        return False
    except Exception as error:  # noqa: BLE001 - the outermost edge: one mail's failure must not hold up the batch's others
        log.fault("not sent", error, metrics=MAIL_FAILED, **facts)
        return False
    sent = MAIL_SENT if outcome in {Outcome.SENT, Outcome.SENT_TO_SOME} else None
    tell = log.warning if outcome is Outcome.SENT_TO_SOME else log.info
    tell(outcome, metrics=sent, **facts)
    return True


@functools.cache
def _parts() -> tuple[NotifyService, Log, Deadline]:
    settings, deadline = NotifySettings.from_mapping(os.environ), Deadline()
    log = Log("notify", settings.log_level, metrics_namespace=settings.metrics_namespace)
    return notify_service(settings, deadline), log, deadline


prepare(_parts)
