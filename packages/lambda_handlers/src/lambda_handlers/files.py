"""The entry point of files: examines each file that arrives, and deletes those of erased and expired submissions."""

from __future__ import annotations

import functools
import os
from datetime import datetime
from urllib.parse import unquote_plus

from lambda_handlers.cold_start import prepare
from lambda_handlers.log import Log
from registration_core.bootstrap.files import receive_files_service
from registration_core.domain.files import FileState
from registration_core.settings import FilesSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.services.receive_files import ReceiveFilesService


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Handle an event of the bucket, a batch of the table's stream, or the hourly event."""
    service, log = _parts()
    return handle(event, service, log, request_id=getattr(context, "aws_request_id", ""))


def handle(event: Mapping[str, Any], service: ReceiveFilesService, log: Log, *, request_id: str) -> dict[str, Any]:
    """Handle each record. Raises RollcallError if one should come again: each is safe to repeat."""
    if event.get("source") == "aws.events":
        handled = service.catch_up()
        if handled:
            log.warning("caught up", files=handled, request_id=request_id)
    for record in event.get("Records", ()):
        if record.get("eventSource") == "aws:s3":
            _receive(record, service, log, request_id)
        else:
            _forget(record, service, log, request_id)
    return {"batchItemFailures": []}


def _receive(record: Mapping[str, Any], service: ReceiveFilesService, log: Log, request_id: str) -> None:
    key = unquote_plus(record["s3"]["object"]["key"])
    file = service.receive(key, sent_at=datetime.fromisoformat(record["eventTime"]))
    if file is None:
        log.info("belongs to nobody", key=key, request_id=request_id)
        return
    facts: dict[str, Any] = {
        "submission_id": key.split("/")[1],
        "field": file.field,
        "size": file.size,
        "request_id": request_id,
    }
    if file.state is FileState.REFUSED:
        log.warning("refused", reason=file.reason, **facts)
    else:
        log.info(file.state.value, kind=file.kind, **facts)


def _forget(record: Mapping[str, Any], service: ReceiveFilesService, log: Log, request_id: str) -> None:
    submission = str(record["dynamodb"]["Keys"]["pk"]["S"]).removeprefix("SUB#")
    deleted = service.forget(submission)
    if deleted:
        log.info("deleted", submission_id=submission, objects=deleted, request_id=request_id)


@functools.cache
def _parts() -> tuple[ReceiveFilesService, Log]:
    settings = FilesSettings.from_mapping(os.environ)
    return receive_files_service(settings), Log("files", settings.log_level)


prepare(_parts)
