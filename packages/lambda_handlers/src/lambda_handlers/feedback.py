"""The entry point of feedback: records what SES reports, through SNS, about the mails it accepted."""

from __future__ import annotations

import functools
import os

from lambda_handlers.cold_start import prepare
from lambda_handlers.log import Log
from registration_core.adapters.ses_events import UnreadableEventError, feedback_of
from registration_core.bootstrap.mails import feedback_service
from registration_core.settings import FeedbackSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.services.feedback import FeedbackService


def handler(event: Mapping[str, Any], context: object) -> None:
    """Record what became of mails."""
    service, log = _parts()
    feedback(event, service, log, request_id=getattr(context, "aws_request_id", ""))


def feedback(event: Mapping[str, Any], service: FeedbackService, log: Log, *, request_id: str) -> None:
    """Record what one notification reports.

    A notification that cannot be read is logged and skipped: reading it again would not help.
    Raises StorageUnavailableError, so that SNS sends the others again.
    """
    for record in event.get("Records", ()):
        try:
            report = feedback_of(record["Sns"]["Message"])
        except (UnreadableEventError, KeyError, TypeError) as error:
            log.fault("passed over", error, request_id=request_id)
            continue
        if report is None:
            continue
        facts: dict[str, Any] = {"request_id": request_id, "suppressed": len(report.lost)}
        if report.request is not None:
            facts |= {
                "submission_id": report.request.id,
                "kind": report.request.kind,
                "version": report.request.version,
            }
        log.info(report.state, **facts, noted=service.take(report))


@functools.cache
def _parts() -> tuple[FeedbackService, Log]:
    settings = FeedbackSettings.from_mapping(os.environ)
    return feedback_service(settings), Log("feedback", settings.log_level)


prepare(_parts)
