"""Races at the API of a deployed stack, with IAM enforced and 429 once all reserved runs are busy.

The rounds come last: thousands of mails are still on their way when they end.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from conftest import wait_until
from faults.clone import ROUNDS
from faults.seats import VISITORS, Gaps, check_round, posts_of
from faults.table_contents import read_books
from faults.visitors import ApiDoor, Post, all_at_once

from rollcall_local import mailbox
from rollcall_local.emulators import emulator_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import DeployedStack

CROWDS = [pytest.param(1, 150), *(pytest.param(n, VISITORS, marks=pytest.mark.full) for n in range(2, ROUNDS + 1))]
"""Rounds, and how many visitors come to each. tests/faults/test_seats.py always sends all of them."""

MAILS_DEADLINE_S = 180


@pytest.fixture
def door(racing_stack: DeployedStack) -> Iterator[ApiDoor]:
    door = ApiDoor(racing_stack.api_url, racing_stack.site_url)
    yield door
    door.close()


def message(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "email": f"{name}@example.org",
        "topic": "courses",
        "message": f"I am {name}, and write once.",
        "consent": True,
    }


def kept_mails(stack: DeployedStack) -> int:
    return sum(1 for _ in (stack.workspace.state / mailbox.FOLDER).glob("*.eml"))


def mails_once_all_are_out(stack: DeployedStack, count: int) -> Counter[str]:
    """Wait for this many mails in total; return how many went to each address."""
    wait_until(lambda: kept_mails(stack) >= count, what=f"{count} mails", deadline_s=MAILS_DEADLINE_S)
    wait_until_no_request_waits(stack)
    return Counter(address for mail in mailbox.messages(stack.workspace) for address in mail.to)


def wait_until_no_request_waits(stack: DeployedStack) -> None:
    """Wait until the queue is empty. A request that met another's lease comes again minutes later."""
    sqs, name = stack.client("sqs"), "ApproximateNumberOfMessages"

    def seen() -> bool:
        attributes = sqs.get_queue_attributes(QueueUrl=stack.outputs["mail_queue_url"], AttributeNames=[name])
        return int(attributes["Attributes"][name]) == 0

    wait_until(seen, what="a mail queue with nothing new", deadline_s=MAILS_DEADLINE_S)


def test_api__concurrent_repeats_make_one_entry_and_one_mail(racing_stack: DeployedStack, door: ApiDoor) -> None:
    """Three copies of one submission sent at once get the same answer."""
    posts = posts_of(ROUNDS + 1, 8)
    before = kept_mails(racing_stack)
    sent = posts * 3
    random.Random(1).shuffle(sent)  # noqa: S311 - an order, no secret

    outcome = all_at_once(door, sent)

    assert {answer.status for answer in outcome.answers} == {201}
    answers = {
        (post.key, tuple(sorted(answer.content.items()))) for post, answer in zip(sent, outcome.answers, strict=True)
    }
    assert len(answers) == len(posts)
    books = read_books(racing_stack.client("dynamodb"), racing_stack.table)
    stored = Counter(entry["answers"]["email"] for entry in books.entries)
    assert {stored[post.answers["email"]] for post in posts} == {1}
    mailed = mails_once_all_are_out(racing_stack, before + len(posts))
    assert {mailed[post.answers["email"]] for post in posts} == {1}


def test_stream__repeated_delivery_mails_once(racing_stack: DeployedStack, door: ApiDoor) -> None:
    response = door.send(Post("contact", message("redelivered")))
    functions, table = racing_stack.client("lambda"), racing_stack.client("dynamodb")
    key = {"pk": {"S": f"SUB#{response.content['id']}"}, "sk": {"S": "SUB"}}
    image = table.get_item(TableName=racing_stack.table, Key=key, ConsistentRead=True)["Item"]
    record = {"eventName": "INSERT", "eventID": "1", "dynamodb": {"Keys": key, "NewImage": image}}

    def deliver(_: int) -> Any:
        event = json.dumps({"Records": [record, record]})
        return functions.invoke(FunctionName=f"{racing_stack.table}-dispatch", Payload=event).get("FunctionError")

    with ThreadPoolExecutor(2) as stream:
        assert set(stream.map(deliver, range(4))) == {None}

    racing_stack.wait_for_mails(to="redelivered@example.org")
    wait_until_no_request_waits(racing_stack)
    racing_stack.wait_for_mails(to="redelivered@example.org", count=1)


def test_queue__repeated_delivery_mails_once(racing_stack: DeployedStack, door: ApiDoor) -> None:
    response = door.send(Post("contact", message("queued-twice")))
    body = json.dumps({"id": response.content["id"], "kind": "confirmed", "version": 1})
    for _ in range(5):
        racing_stack.client("sqs").send_message(QueueUrl=racing_stack.outputs["mail_queue_url"], MessageBody=body)

    wait_until(lambda: racing_stack.mails(to="queued-twice@example.org"), what="the mail")
    wait_until_no_request_waits(racing_stack)
    assert len(racing_stack.mails(to="queued-twice@example.org")) == 1


@pytest.mark.needs("state kept over a restart")
def test_api__repeats_the_first_answer_after_a_restart(racing_stack: DeployedStack, door: ApiDoor) -> None:
    posts = [Post("contact", message(f"restarted-{number}")) for number in range(3)]
    first = [door.send(post) for post in posts]

    restart(racing_stack)

    assert [answer.status for answer in first] == [201] * len(posts)
    assert [answer.content for answer in all_at_once(door, posts).answers] == [answer.content for answer in first]
    other = all_at_once(door, [Post("contact", message("other"), key=posts[0].key)])
    assert other.answers[0].content["code"] == "key_reused"


@pytest.mark.full
def test_api__mails_everyone_of_a_race_once(racing_stack: DeployedStack, door: ApiDoor) -> None:
    posts = posts_of(ROUNDS + 2)
    wait_until_no_request_waits(racing_stack)
    before = kept_mails(racing_stack)

    all_at_once(door, posts)

    mailed = mails_once_all_are_out(racing_stack, before + len(posts))
    assert {mailed[post.answers["email"]] for post in posts} == {1}


@pytest.mark.parametrize(("round_number", "visitors"), CROWDS)
def test_api__gives_each_seat_once_and_tickets_to_the_rest(
    racing_stack: DeployedStack, door: ApiDoor, round_number: int, visitors: int
) -> None:
    outcome = all_at_once(door, posts_of(round_number, visitors))

    failed_in_between = any(status == 0 or status >= 500 for status, _ in outcome.counts)
    books = read_books(racing_stack.client("dynamodb"), racing_stack.table)
    check_round(books, outcome, round_number, gaps=Gaps.OPEN if failed_in_between else Gaps.NONE)


def restart(stack: DeployedStack) -> None:
    """Stop the emulator and start it again, as `make down` and `make up` do."""
    emulator = emulator_of(stack.workspace)
    assert emulator.stop()
    assert emulator.start(smtp_port=int((stack.workspace.state / "smtp-port").read_text(encoding="utf-8")))
