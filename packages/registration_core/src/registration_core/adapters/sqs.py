"""The mail queue in SQS."""

from __future__ import annotations

import json

from botocore.exceptions import BotoCoreError, ClientError

from registration_core.domain.errors import MailQueueError
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.ports import MailQueue
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_BATCH = 10
"""SQS accepts no more at once."""


class SqsMailQueue(MailQueue):
    """Puts mail requests on one queue, ten at a time."""

    def __init__(self, sqs_client: Any, queue_url: str) -> None:  # noqa: ANN401 - boto3 ships no types
        self._client = sqs_client
        self._queue_url = queue_url

    def put(self, requests: Sequence[MailRequest]) -> None:
        """Queue all requests. Raises MailQueueError if any could not be queued."""
        for start in range(0, len(requests), _BATCH):
            self._put_batch(requests[start : start + _BATCH])

    def _put_batch(self, requests: Sequence[MailRequest]) -> None:
        entries = [{"Id": str(place), "MessageBody": to_message(request)} for place, request in enumerate(requests)]
        try:
            answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
        except (ClientError, BotoCoreError) as error:
            raise MailQueueError(f"The messages could not be queued: {error}") from error
        failed = answer.get("Failed", ())
        if failed:
            messages = "1 message" if len(failed) == 1 else f"{len(failed)} messages"
            raise MailQueueError(f"{messages} could not be queued: {failed[0].get('Code', 'no reason')}.")


def to_message(request: MailRequest) -> str:
    """Return the queue message of a request."""
    content: dict[str, object] = {"id": request.id, "kind": str(request.kind), "version": request.version}
    if request.copy:
        content["copy"] = request.copy
    if request.entries:
        content["entries"] = list(request.entries)
    if request.more:
        content["more"] = request.more
    if request.statuses or request.sending is not None:
        content["statuses"] = sorted(request.statuses)
    if request.edited:
        content["edited"] = list(request.edited)
    if request.ended:
        content |= {"ended": True, "option": request.option}
    if request.sending is not None:
        content |= {"sending": request.sending, "option": request.option}
    return json.dumps(content)


def from_message(body: str) -> MailRequest:
    """Return a message's request. Raises ValueError for any other message."""
    try:
        content = json.loads(body)
        submission, kind, version = str(content["id"]), str(content["kind"]), int(content["version"])
        if content.get("sending") is None:
            entries = tuple(map(str, content.get("entries", ())))
            copy, more = int(content.get("copy", 0)), int(content.get("more", 0))
            option = content.get("option")
            return MailRequest(
                submission,
                MailKind(kind),
                version,
                copy,
                statuses=frozenset(map(Status, content.get("statuses", ()))),
                option=None if option is None else str(option),
                entries=entries,
                more=more,
                edited=tuple(map(str, content.get("edited", ()))),
                ended=bool(content.get("ended", False)),
            )
        return MailRequest(
            submission,
            kind,
            version,
            sending=str(content["sending"]),
            statuses=frozenset(map(Status, content["statuses"])),
            option=None if content["option"] is None else str(content["option"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("a message on the mail queue is not a mail request") from error
