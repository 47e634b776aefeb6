"""Mails that staff send on the deployed stack: each arrives once, whatever is repeated or delivered twice."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from conftest import wait_until
from integration.api_requests import example, send

from registration_core.adapters.sqs import to_message
from registration_core.domain.mail import MailKind, MailRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import DeployedStack
    from integration.staff import Staff

MANAGER = "arn:aws:iam::000000000000:user/staff-manager"
MOVED = ("mail", "send", "--form", "registration", "--template", "moved")


def registered(stack: DeployedStack, **changes: Any) -> tuple[dict[str, Any], str]:
    """Register a new person, wait for the first mail, and return the API's answer and the address."""
    answers = example("registration", **changes)
    answer = send(stack, "registration", answers)
    assert answer.status == 201, answer.body
    stack.wait_for_mails(to=answers["email"])
    return answer.json, answers["email"]


def deliver(stack: DeployedStack, request: MailRequest, *, queue: str = "mail_queue_url", times: int = 1) -> None:
    for _ in range(times):
        stack.client("sqs").send_message(QueueUrl=stack.outputs[queue], MessageBody=to_message(request))


def wait_until_queues_are_empty(stack: DeployedStack) -> None:
    """Wait until every message was handled, so that an extra mail would be visible."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def counts() -> bool:
        url = stack.outputs["mail_queue_url"]
        attributes = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return all(int(attributes[name]) == 0 for name in names)

    wait_until(counts, what="an idle mail queue")


@pytest.fixture(autouse=True)
def no_dead_letters(stack: DeployedStack) -> Iterator[None]:
    """Leave none to other tests."""
    yield
    for queue in ("mail_dead_letters_url", "stream_dead_letters_url"):
        stack.client("sqs").purge_queue(QueueUrl=stack.outputs[queue])


def test_resend__delivered_twice_arrives_once(stack: DeployedStack, manager: Staff) -> None:
    response, address = registered(stack)

    refused = manager("mail", "resend", response["reference"], "--yes")
    assert (refused.code, "less than ten minutes ago" in refused.err) == (1, True)
    done = manager.done("mail", "resend", response["reference"], "--again", "--yes")
    assert done.err.endswith("The mail was sent.\n")
    deliver(stack, MailRequest(response["id"], MailKind.CONFIRMED, 1, copy=1), times=2)
    wait_until_queues_are_empty(stack)

    first, second = stack.wait_for_mails(to=address, count=2)
    assert (first.subject, first.text.partition("/my?t=")[0]) == (second.subject, second.text.partition("/my?t=")[0])
    history = manager.json("history", response["reference"], "--json", "what,by")
    assert history[-1] == {"what": "mail resent: confirmed", "by": MANAGER}
    mails = manager.json("show", response["reference"], "--json", "mails")["mails"]
    assert [(mail["kind"], mail["copy"], mail["attempts"]) for mail in mails if mail["kind"] == "confirmed"] == [
        ("confirmed", 0, 1),
        ("confirmed", 1, 1),
    ]


def test_resend__goes_to_the_corrected_address(stack: DeployedStack, manager: Staff) -> None:
    response, wrong = registered(stack)
    right = f"right-{wrong}"
    manager.done("edit", response["reference"], f"email={right}", "--yes")

    manager.done("mail", "resend", response["reference"], "--yes")

    stack.wait_for_mails(to=right)
    assert len(stack.mails(to=wrong)) == 1


def test_send__reaches_each_once_and_nobody_again(stack: DeployedStack, manager: Staff) -> None:
    since = datetime.now(UTC).isoformat()
    people = [registered(stack, course="python-and-sensors") for _ in range(3)]
    arguments = (*MOVED, "--option", "python-and-sensors", "--since", since, "--set", "room=Kuggen <2>")

    preview = manager.done(*arguments, "--dry-run")
    assert preview.out.startswith("Subject: Another room: Python and sensors (")
    done = manager.done(*arguments, "--yes")
    assert done.err.endswith("Queued 3 of 3 mails.\n3 sent.\n")
    again = manager.done(*arguments, "--yes")
    assert "Nobody is left to mail." in again.err
    sending = next(
        mail["sending"]
        for mail in manager.json("show", people[0][0]["id"], "--json", "mails")["mails"]
        if mail["kind"] == "moved"
    )
    request = MailRequest(people[0][0]["id"], "moved", 1, sending=sending, statuses=frozenset(), option=None)
    deliver(stack, request)
    wait_until_queues_are_empty(stack)

    for _, address in people:
        _, moved = stack.wait_for_mails(to=address, count=2)
        assert "We now meet in Kuggen <2>." in moved.text
        assert moved.html is not None
        assert "Kuggen &lt;2&gt;" in moved.html
        assert f"{stack.api_url}/my?t=v1." in moved.text


def test_dead_letters__are_listed_unconsumed_and_redriven_once(stack: DeployedStack, manager: Staff) -> None:
    response, address = registered(stack)
    copy = MailRequest(response["id"], MailKind.CONFIRMED, 1, copy=1)
    deliver(stack, copy, queue="mail_dead_letters_url")
    deliver(stack, MailRequest(response["id"], MailKind.WAITLISTED, 1), queue="mail_dead_letters_url")

    for _ in range(2):
        failed = json.loads(manager.done("mail", "failed", "--json", "message,reference,kind,why").out)
        assert {(line["reference"], line["kind"], line["why"]) for line in failed if line["message"]} == {
            (response["reference"], "confirmed", "never attempted: see the log of notify"),
            (response["reference"], "waitlisted", "it is now confirmed: nobody will be mailed"),
        }
    chosen = next(line["message"] for line in failed if line["kind"] == "confirmed")
    manager.done("mail", "redrive", chosen[:8], "--yes")
    stack.wait_for_mails(to=address, count=2)
    done = manager.done("mail", "redrive", "--all", "--yes")
    assert done.err.endswith("Queued 1 mail for 1 of 1 dead letter.\n")
    deliver(stack, copy, queue="mail_dead_letters_url")
    manager.done("mail", "redrive", "--all", "--yes")

    wait_until_queues_are_empty(stack)
    stack.wait_for_mails(to=address, count=2)
    assert manager.done("mail", "redrive", "--all", "--yes").err.endswith("There are no dead letters.\n")


def test_dead_letters__of_the_stream_become_the_mails_due(stack: DeployedStack, manager: Staff) -> None:
    """Lambda writes them when dispatch failed. Here dispatch worked, so the test removes its records first."""
    response, address = registered(stack)
    key = {"pk": {"S": f"SUB#{response['id']}"}, "sk": {"S": "MAIL#confirmed#1"}}
    wait_until(
        lambda: (
            stack.client("dynamodb")
            .delete_item(TableName=stack.table, Key=key, ReturnValues="ALL_OLD")
            .get("Attributes")
        ),
        what="the note of the first mail",
    )
    stack.client("sqs").send_message(
        QueueUrl=stack.outputs["stream_dead_letters_url"], MessageBody=json.dumps(pointer(stack, response["id"]))
    )

    done = manager.done("mail", "redrive", "--all", "--yes")

    assert done.err.endswith("Queued 2 mails for 1 of 1 dead letter.\n")
    stack.wait_for_mails(to=address, count=2)


@pytest.mark.needs("stream on-failure")
def test_dispatch__that_fails__leaves_dead_letters_to_redrive(stack: DeployedStack, manager: Staff) -> None:
    """Lambda itself writes the dead letter. The mail goes out once, after the cause is fixed."""
    answers = example("registration")
    with dispatch_without_a_queue(stack):
        assert send(stack, "registration", answers).status == 201
        wait_until(lambda: manager.json("mail", "failed", "--json", "message"), what="a dead letter of the stream")
    assert not stack.mails(to=answers["email"])

    manager.done("mail", "redrive", "--all", "--yes")

    stack.wait_for_mails(to=answers["email"])
    assert manager.done("mail", "redrive", "--all", "--yes").err.endswith("There are no dead letters.\n")


@contextmanager
def dispatch_without_a_queue(stack: DeployedStack) -> Iterator[None]:
    """Let dispatch fail at its first attempt, and its mapping make no second one."""
    functions, name = stack.client("lambda"), f"{stack.table}-dispatch"
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    (mapping,) = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]

    def change(attempts: int, variables: dict[str, str]) -> None:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        functions.update_event_source_mapping(UUID=mapping["UUID"], MaximumRetryAttempts=attempts)
        wait_until(
            lambda: functions.get_event_source_mapping(UUID=mapping["UUID"])["State"] == "Enabled", what="the mapping"
        )

    change(0, variables | {"MAIL_QUEUE_URL": f"{variables['MAIL_QUEUE_URL']}-missing"})
    try:
        yield
    finally:
        change(mapping["MaximumRetryAttempts"], variables)


def pointer(stack: DeployedStack, entry: str) -> dict[str, Any]:
    """Return where the stream holds a submission's change, as Lambda's OnFailure writes it."""
    streams = stack.client("dynamodbstreams")
    (stream,) = [each["StreamArn"] for each in streams.list_streams(TableName=stack.table)["Streams"]]
    (shard, *_) = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    while iterator:
        answer = streams.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            keys = record["dynamodb"]["Keys"]
            if (keys["pk"]["S"], keys["sk"]["S"]) == (f"SUB#{entry}", "SUB"):
                number, now = record["dynamodb"]["SequenceNumber"], datetime.now(UTC).isoformat()
                return {
                    "version": "1.0",
                    "requestContext": {"condition": "RetryAttemptsExhausted"},
                    "DDBStreamBatchInfo": {
                        "shardId": shard["ShardId"],
                        "startSequenceNumber": number,
                        "endSequenceNumber": number,
                        "approximateArrivalOfFirstRecord": now,
                        "approximateArrivalOfLastRecord": now,
                        "batchSize": 1,
                        "streamArn": stream,
                    },
                }
        iterator = answer.get("NextShardIterator") if answer["Records"] else None
    raise AssertionError("the stream does not tell of the entry")


@pytest.mark.needs("iam enforced")
def test_mail__by_a_reader_names_the_missing_permission(stack: DeployedStack, reader: Staff) -> None:
    response, _ = registered(stack)
    ran = reader("mail", "failed")
    assert (ran.code, "sqs:ReceiveMessage" in ran.err) == (4, True)
    ran = reader("mail", "resend", response["reference"], "--again", "--yes")
    assert (ran.code, "It lacks " in ran.err) == (4, True)


def test_unsuppress__by_a_manager_lifts_both_lists(stack: DeployedStack, manager: Staff) -> None:
    """The address leaves the stack's list and the account's, and the submission's history has it."""
    response, address = registered(stack)
    ses = stack.client("sesv2")
    ses.put_suppressed_destination(EmailAddress=address, Reason="BOUNCE")

    manager.done("mail", "unsuppress", response["reference"], "--yes")

    with pytest.raises(ses.exceptions.NotFoundException):
        ses.get_suppressed_destination(EmailAddress=address)
    assert "suppression lifted" in manager.done("show", response["reference"], "--json", "all").out
