"""Dead letters in SQS, and the stream that some of them point to."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from registration_core.adapters.dead_letters import SqsDeadLetters, StreamChanges
from registration_core.adapters.sqs import to_message
from registration_core.domain.dead_letters import ChangeSpan
from registration_core.domain.mail import Change, MailKind, MailRequest, Notice
from registration_core.domain.mail_errors import ChangesGoneError, DeadLettersError
from registration_core.domain.submission import Status

REQUEST = MailRequest("reg_1", MailKind.CONFIRMED, 1)
POINTER = {
    "version": "1.0",
    "timestamp": "2027-03-01T09:40:00.000Z",
    "DDBStreamBatchInfo": {
        "shardId": "shard-1",
        "startSequenceNumber": "100",
        "endSequenceNumber": "300",
        "approximateArrivalOfFirstRecord": "2027-03-01T09:30:00Z",
        "approximateArrivalOfLastRecord": "2027-03-01T09:31:00Z",
        "batchSize": 3,
        "streamArn": "arn:stream",
    },
}
AT = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
SPAN = ChangeSpan("arn:stream", "shard-1", "100", "300", 3, AT, AT.replace(minute=31))


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


class Queue:
    """SQS's calls on one queue, at most two messages at a time; a held message is not returned again."""

    def __init__(self, *bodies: str, failing_after: int | None = None) -> None:
        self.messages = {f"m{number}": body for number, body in enumerate(bodies)}
        self.held: set[str] = set()
        self.failing_after = failing_after

    def receive_message(self, **call: Any) -> dict[str, Any]:
        assert call["VisibilityTimeout"] >= 60
        if self.failing_after == 0:
            raise KeyboardInterrupt
        if self.failing_after is not None:
            self.failing_after -= 1
        available = [name for name in self.messages if name not in self.held][:2]
        self.held |= set(available)
        return {
            "Messages": [
                {
                    "MessageId": name,
                    "Body": self.messages[name],
                    "ReceiptHandle": f"handle-{name}",
                    "Attributes": {"SentTimestamp": str(int(AT.timestamp() * 1000))},
                }
                for name in available
            ]
        }

    def change_message_visibility_batch(self, **call: Any) -> dict[str, Any]:
        assert len(call["Entries"]) <= 10
        for entry in call["Entries"]:
            assert entry["VisibilityTimeout"] == 0
            self.held.remove(entry["ReceiptHandle"].removeprefix("handle-"))
        return {}

    def delete_message(self, **call: Any) -> dict[str, Any]:
        del self.messages[call["ReceiptHandle"].removeprefix("handle-")]
        return {}


def test_hold__returns_every_message_and_its_subject() -> None:
    queue = Queue(to_message(REQUEST), json.dumps(POINTER), "not ours", '{"DDBStreamBatchInfo": {}}')
    letters = SqsDeadLetters(queue, "url").hold()
    assert [letter.about for letter in letters] == [REQUEST, SPAN, None, None]
    assert {letter.since for letter in letters} == {AT}


def test_release__makes_all_visible_again() -> None:
    queue = Queue(*[to_message(REQUEST)] * 23)
    dead = SqsDeadLetters(queue, "url")
    for _ in range(2):
        letters = dead.hold()
        assert len(letters) == 23
        dead.release(letters)
    assert queue.held == set()


def test_hold__interrupted__holds_nothing() -> None:
    queue = Queue(*[to_message(REQUEST)] * 5, failing_after=2)
    with pytest.raises(KeyboardInterrupt):
        SqsDeadLetters(queue, "url").hold()
    assert queue.held == set()


def test_remove__deletes_one() -> None:
    queue = Queue(to_message(REQUEST), to_message(REQUEST))
    dead = SqsDeadLetters(queue, "url")
    dead.remove(dead.hold()[0])
    assert list(queue.messages) == ["m1"]


@pytest.mark.parametrize("error", [refusal("AccessDenied"), EndpointConnectionError(endpoint_url="http://localhost")])
def test_dead_letters__raise_when_the_queue_is_unavailable(error: Exception) -> None:
    class Refusing:
        def receive_message(self, **_call: Any) -> None:
            raise error

    with pytest.raises(DeadLettersError):
        SqsDeadLetters(Refusing(), "url").hold()


def a_record(number: int, sk: str = "SUB", **image: Any) -> dict[str, Any]:
    new = {"pk": {"S": "SUB#reg_1"}, "sk": {"S": sk}, **image}
    return {"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(number), "NewImage": new}}


ENTRY = {"id": {"S": "reg_1"}, "version": {"N": "1"}, "status": {"S": "confirmed"}}
RECORDS = [
    a_record(100, **ENTRY),
    a_record(200, "EVENT#1"),
    a_record(250, "SUB"),  # unreadable
    a_record(300, "NOTICE#2027-03-01"),
    a_record(400, **ENTRY),
]


class Stream:
    """A closed shard with two records per response. empty: how many empty responses come between two with records."""

    def __init__(self, error: Exception | None = None, *, empty: int = 0) -> None:
        self.error = error
        self.empty = empty

    def get_shard_iterator(self, **call: Any) -> dict[str, Any]:
        assert call == {
            "StreamArn": "arn:stream",
            "ShardId": "shard-1",
            "ShardIteratorType": "AT_SEQUENCE_NUMBER",
            "SequenceNumber": "100",
        }
        if self.error is not None:
            raise self.error
        return {"ShardIterator": "0"}

    def get_records(self, *, ShardIterator: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        start, _, empty = ShardIterator.partition(" ")
        if len(empty) < self.empty:
            return {"Records": [], "NextShardIterator": f"{start} {empty}-"}
        end = int(start) + 2
        return {"Records": RECORDS[end - 2 : end]} | ({"NextShardIterator": str(end)} if end < len(RECORDS) else {})


@pytest.mark.parametrize(("last", "count"), [("300", 2), ("310", 2), ("100", 1), ("900", 3)])
def test_changes__are_only_those_of_the_given_range(last: str, count: int) -> None:
    span = ChangeSpan("arn:stream", "shard-1", "100", last, 3, AT, AT)
    changes = StreamChanges(Stream()).read(span)
    assert (
        changes
        == [
            Change("reg_1", 1, Status.CONFIRMED),
            Notice("reg_1", 20270301),
            Change("reg_1", 1, Status.CONFIRMED),
        ][:count]
    )


def test_changes__are_read_past_empty_responses() -> None:
    """Otherwise the remaining mails would never be sent, and their dead letter would be gone."""
    assert len(StreamChanges(Stream(empty=3)).read(SPAN)) == 2
    with pytest.raises(DeadLettersError, match="doesn't return all"):
        StreamChanges(Stream(empty=1000)).read(SPAN)


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (refusal("TrimmedDataAccessException"), ChangesGoneError),
        (refusal("ResourceNotFoundException"), ChangesGoneError),
        (refusal("AccessDeniedException"), DeadLettersError),
        (EndpointConnectionError(endpoint_url="http://localhost"), DeadLettersError),
    ],
)
def test_changes__tell_expired_records_from_a_failure(error: Exception, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        StreamChanges(Stream(error)).read(SPAN)
