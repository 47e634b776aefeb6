"""Dead letters in SQS: messages of the queues, and positions of records in the table's stream."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from registration_core.adapters import sqs, webhook_queue
from registration_core.adapters.dynamodb.stream import UnreadableRecordError, change_of
from registration_core.domain.dead_letters import ChangeSpan, DeadLetter
from registration_core.domain.mail_errors import ChangesGoneError, DeadLettersError
from registration_core.domain.mail_ports import Changes, DeadLetters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from registration_core.domain.mail import Change, MailRequest, Notice
    from registration_core.domain.webhooks import Delivery

HELD_S = 120
"""How long messages stay hidden from others. We release them sooner, unless the process is killed."""
_BATCH = 10
_EMPTY_ANSWERS = 2
"""SQS asks only some of its servers, so one empty response is no proof."""
_EMPTY_READS = 100
"""A stream may return nothing although more records follow."""
_GONE = frozenset({"TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"})


class SqsDeadLetters(DeadLetters):
    """One dead-letter queue."""

    def __init__(self, sqs_client: Any, queue_url: str) -> None:  # noqa: ANN401 - boto3 ships no types
        self._client = sqs_client
        self._queue_url = queue_url

    def hold(self) -> Sequence[DeadLetter]:
        """Return all messages, and hide them from others for two minutes or until they are released."""
        results: dict[str, DeadLetter] = {}
        empty = 0
        try:
            while empty < _EMPTY_ANSWERS:
                letters = self._receive()
                empty = 0 if letters.keys() - results.keys() else empty + 1
                results |= letters
        except BaseException:
            self.release(results.values())
            raise
        return sorted(results.values(), key=lambda letter: (letter.since, letter.id))

    def release(self, letters: Iterable[DeadLetter]) -> None:
        """Make held messages visible to others again."""
        held = list(letters)
        for start in range(0, len(held), _BATCH):
            entries = [
                {"Id": str(place), "ReceiptHandle": letter.handle, "VisibilityTimeout": 0}
                for place, letter in enumerate(held[start : start + _BATCH])
            ]
            self._ask("change_message_visibility_batch", Entries=entries)

    def remove(self, letter: DeadLetter) -> None:
        """Delete a held message."""
        self._ask("delete_message", ReceiptHandle=letter.handle)

    def _receive(self) -> dict[str, DeadLetter]:
        answer = self._ask(
            "receive_message",
            MaxNumberOfMessages=_BATCH,
            VisibilityTimeout=HELD_S,
            WaitTimeSeconds=0,
            AttributeNames=["SentTimestamp"],
        )
        return {message["MessageId"]: _letter(message) for message in answer.get("Messages", ())}

    def _ask(self, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - SQS's own shapes
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(QueueUrl=self._queue_url, **parameters)
        except (ClientError, BotoCoreError) as error:
            raise DeadLettersError(f"The dead-letter queue could not be used: {error}") from error
        return answer


class StreamChanges(Changes):
    """The stream of a DynamoDB table."""

    def __init__(self, streams_client: Any) -> None:  # noqa: ANN401 - boto3 ships no types
        self._client = streams_client

    def read(self, span: ChangeSpan) -> Sequence[Change | Notice]:
        """Return the changes of a range."""
        results: list[Change | Notice] = []
        empty = 0
        try:
            iterator = self._client.get_shard_iterator(
                StreamArn=span.stream,
                ShardId=span.shard,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=span.first,
            )["ShardIterator"]
            while iterator:
                answer = self._client.get_records(ShardIterator=iterator)
                for record in answer["Records"]:
                    if int(record["dynamodb"]["SequenceNumber"]) > int(span.last):
                        return results
                    results.extend(_changes(record))
                    if record["dynamodb"]["SequenceNumber"] == span.last:
                        return results
                iterator = answer.get("NextShardIterator")
                empty = 0 if answer["Records"] else empty + 1
                if iterator and empty == _EMPTY_READS:
                    raise DeadLettersError(
                        "The table's stream doesn't return all of these changes at the moment. Try again."
                    )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _GONE:
                raise ChangesGoneError("The table's stream no longer has these changes.") from error
            raise DeadLettersError(f"The table's stream could not be read: {error}") from error
        except BotoCoreError as error:
            raise DeadLettersError(f"The table's stream could not be read: {error}") from error
        return results


def _changes(record: dict[str, Any]) -> list[Change | Notice]:
    try:
        change = change_of(record)
    except UnreadableRecordError:
        return []  # dispatch skips it too
    return [] if change is None else [change]


def _letter(message: dict[str, Any]) -> DeadLetter:
    since = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    return DeadLetter(message["MessageId"], since, _about(message["Body"]), message["ReceiptHandle"])


def _about(body: str) -> MailRequest | Delivery | ChangeSpan | None:
    """Read a message: a mail, a webhook, or Lambda's record of a failed batch (see its docs, "OnFailure")."""
    with contextlib.suppress(ValueError):
        return sqs.from_message(body)
    with contextlib.suppress(ValueError):
        return webhook_queue.from_message(body)
    try:
        batch = json.loads(body)["DDBStreamBatchInfo"]
        return ChangeSpan(
            stream=str(batch["streamArn"]),
            shard=str(batch["shardId"]),
            first=str(batch["startSequenceNumber"]),
            last=str(batch["endSequenceNumber"]),
            count=int(batch["batchSize"]),
            since=_utc(batch["approximateArrivalOfFirstRecord"]),
            until=_utc(batch["approximateArrivalOfLastRecord"]),
        )
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
