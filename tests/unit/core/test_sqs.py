"""The mail queue: ten at a time, and a refusal is never silent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from registration_core.adapters.sqs import SqsMailQueue, from_message, to_message
from registration_core.domain.errors import MailQueueError
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.submission import Status


class ScriptedSqs:
    """Keeps its batches, and returns or raises what a test says."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.batches: list[list[dict[str, str]]] = []

    def send_message_batch(self, **call: Any) -> dict[str, Any]:
        assert set(call) == {"QueueUrl", "Entries"}
        self.batches.append(call["Entries"])
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer or {}


REQUESTS = [MailRequest(f"crs_{number}", MailKind.STAFF, 1) for number in range(23)]


def test_put__sends_requests_in_batches_of_ten() -> None:
    sqs = ScriptedSqs()
    SqsMailQueue(sqs, "url").put(REQUESTS)
    assert [len(batch) for batch in sqs.batches] == [10, 10, 3]
    sent = [from_message(entry["MessageBody"]) for batch in sqs.batches for entry in batch]
    assert sent == REQUESTS
    assert all(len({entry["Id"] for entry in batch}) == len(batch) for batch in sqs.batches)


def test_put__queues_no_personal_data() -> None:
    sqs = ScriptedSqs()
    SqsMailQueue(sqs, "url").put(REQUESTS[:1])
    assert json.loads(sqs.batches[0][0]["MessageBody"]) == {"id": "crs_0", "kind": "staff", "version": 1}


@pytest.mark.parametrize(
    "request_",
    [
        MailRequest("crs_0", MailKind.CONFIRMED, 2, copy=3),
        MailRequest("course", MailKind.STAFF_SPAM, 20270301, entries=("crs_0",), more=7),
        MailRequest(
            "crs_0", "moved", 2, sending="abc-1", statuses=frozenset({Status.CONFIRMED, Status.PENDING}), option="a"
        ),
        MailRequest("crs_0", "moved", 2, sending="abc-1", statuses=frozenset({Status.CANCELLED})),
    ],
)
def test_message__holds_everything_that_staff_asked_for(request_: MailRequest) -> None:
    assert from_message(to_message(request_)) == request_


@pytest.mark.parametrize(
    "answer",
    [
        {"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]},
        ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SendMessageBatch"),
        EndpointConnectionError(endpoint_url="http://localhost"),
    ],
)
def test_put__raises_when_the_queue_refuses_any(answer: object) -> None:
    with pytest.raises(MailQueueError):
        SqsMailQueue(ScriptedSqs(answer), "url").put(REQUESTS[:2])
