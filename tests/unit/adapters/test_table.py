"""The table client: values, pages, refusals and errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import pytest

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.table import Table, check, from_wire_item, put, update, wire_item
from registration_core.domain.errors import StorageUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

ITEM = {
    "pk": "a", "sk": "b", "whole": 3, "part": 1.5, "yes": True, "list": ["x", 1], "map": {"k": "v"},
    "numbers": frozenset({1, 2}), "texts": frozenset({"x", "y"}),
}  # fmt: skip


@dataclass
class Scripted:
    """Returns or raises its answers in turn, and records the calls."""

    answers: list[dict[str, Any] | AwsCallError]
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append((operation, dict(params)))
        answer = self.answers.pop(0)
        if isinstance(answer, AwsCallError):
            raise answer
        return answer


LEFT = {"UnprocessedKeys": {"t": {"Keys": [{"pk": {"S": "9"}, "sk": {"S": ""}}]}}}
"""An answer without the item of one key."""


class Clock:
    """A monotonic clock that only pauses move."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return sum(self.pauses)

    def sleep(self, pause_s: float) -> None:
        self.pauses.append(pause_s)


def table(*answers: dict[str, Any] | AwsCallError) -> tuple[Table, Scripted]:
    call = Scripted(list(answers))
    return Table(call, "t", retry_s=0), call


def refused(item: dict[str, Any] | None = None) -> AwsCallError:
    return AwsCallError("ConditionalCheckFailedException", "no", item=None if item is None else wire_item(item))


def test_values__survive_the_wire_format() -> None:
    assert from_wire_item(wire_item(ITEM)) == ITEM
    with pytest.raises(TypeError):
        wire_item({"pk": object()})
    with pytest.raises(TypeError):
        from_wire_item({"pk": {"B": "AA=="}})


def test_get__returns_the_item_or_none() -> None:
    client, call = table({"Item": wire_item(ITEM)}, {})

    assert [client.get(("a", "b")), client.get(("a", "c"))] == [ITEM, None]
    assert call.asked[0][1] == {"TableName": "t", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}, "ConsistentRead": True}


def test_query__reads_a_page_only_when_it_is_needed() -> None:
    pages = [{"Items": [wire_item({"n": n})], "LastEvaluatedKey": {"pk": {"S": str(n)}}} for n in range(3)]
    client, call = table(*pages)

    items = client.query("pk = :pk AND #status = :status", limits=count(1), pk="a", status="x")

    assert [item["n"] for item in islice(items, 2)] == [0, 1]
    assert [query["Limit"] for _, query in call.asked] == [1, 2]
    assert call.asked[1][1]["ExclusiveStartKey"] == {"pk": {"S": "0"}}
    assert call.asked[0][1]["ExpressionAttributeNames"] == {"#status": "status"}
    assert call.asked[0][1]["ExpressionAttributeValues"] == {":pk": {"S": "a"}, ":status": {"S": "x"}}


def test_batch_get__asks_again_for_what_was_left_out() -> None:
    """It asks for a hundred items at a time, and gives up on a table that never answers in full."""
    clock = Clock()
    call = Scripted([{"Responses": {"t": [wire_item({"n": 1})]}} | LEFT, {"Responses": {"t": [wire_item({"n": 2})]}}])
    client = Table(call, "t", sleep=clock.sleep, monotonic=clock)

    assert [item["n"] for item in client.batch_get([(str(n), "") for n in range(100)])] == [1, 2]
    assert [len(asked["RequestItems"]["t"]["Keys"]) for _, asked in call.asked] == [100, 1]
    assert len(clock.pauses) == 1


def test_batch_get__pauses_ever_longer_and_gives_up() -> None:
    """AWS asks for exponential backoff: a busy table leaves keys out, and more requests make it busier.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
    """
    clock = Clock()
    client = Table(lambda *_: LEFT, "t", retry_s=3.0, sleep=clock.sleep, monotonic=clock)

    with pytest.raises(StorageUnavailableError, match="only part of the data"):
        list(client.batch_get([("1", "")]))

    assert 2.6 <= sum(clock.pauses) <= 3.0
    assert clock.pauses[0] <= 0.02
    assert max(clock.pauses) > 0.1


def test_batch_get__is_not_hurried_by_its_reader() -> None:
    """Somebody who takes a minute per item still gets all of them."""
    answers = [{"Responses": {"t": [wire_item({"n": n})]}} | (LEFT if n == 1 else {}) for n in (1, 2)]
    clock = Clock()
    client = Table(Scripted(list(answers)), "t", sleep=clock.sleep, monotonic=clock)

    numbers = []
    for item in client.batch_get([("1", ""), ("9", "")]):
        clock.sleep(60)
        numbers.append(item["n"])

    assert numbers == [1, 2]


def test_writes__return_what_stood_in_the_way() -> None:
    client, call = table({}, refused(ITEM), refused(), {"Attributes": wire_item({"n": 2})}, refused({"n": 5}), {})

    assert client.put({"pk": "a"}, "attribute_not_exists(pk)") is None
    assert client.put({"pk": "a"}, "attribute_not_exists(pk)") == ITEM
    assert client.update(("a", "b"), "SET #n = :n", "attribute_exists(pk)", n=1) == {}
    assert client.update_and_get(("a", "b"), "ADD n :one", "n < :one", one=1) == (True, {"n": 2})
    assert client.update_and_get(("a", "b"), "ADD n :one", "n < :one", one=1) == (False, {"n": 5})
    client.delete(("a", "b"))
    assert [operation for operation, _ in call.asked] == [
        "PutItem", "PutItem", "UpdateItem", "UpdateItem", "UpdateItem", "DeleteItem",
    ]  # fmt: skip


def test_transact__says_which_write_stood_in_the_way() -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": wire_item(ITEM)},
               {"Code": "ConditionalCheckFailed"}]  # fmt: skip
    cancelled = AwsCallError("TransactionCanceledException", "no", reasons)
    client, call = table(cancelled, {})
    writes = {
        "entry": put({"pk": "a"}),
        "quota": update(("q", "q"), "ADD taken :one", "taken < #capacity", one=1),
        "guard": check(("g", "g"), "attribute_exists(pk)"),
    }

    assert client.transact(writes) == {"quota": ITEM, "guard": {}}
    assert client.transact(writes) == {}
    first, second = (params for _, params in call.asked)
    assert first["ClientRequestToken"] != second["ClientRequestToken"]
    assert {write["TableName"] for each in first["TransactItems"] for write in each.values()} == {"t"}


def test_transact__repeats_its_token_after_a_lost_answer() -> None:
    """So a write that was done already is not done twice."""
    call = Scripted([AwsCallError("ConnectionLost", "no answer"), {}])

    assert Table(call, "t", sleep=lambda _: None).transact({"entry": put({"pk": "a"})}) == {}
    assert call.asked[0] == call.asked[1]


def test_every_call__translates_the_error() -> None:
    lost = AwsCallError("InternalServerError", "oops")
    for ask in (
        lambda client: client.get(("a", "b")),
        lambda client: list(client.query("pk = :pk", pk="a")),
        lambda client: list(client.scan("begins_with(pk, :begin)", begin="a")),
        lambda client: list(client.batch_get([("a", "b")])),
        lambda client: client.put({"pk": "a"}),
        lambda client: client.update(("a", "b"), "SET n = :n", n=1),
        lambda client: client.delete(("a", "b")),
        lambda client: client.transact({"entry": put({"pk": "a"})}),
    ):
        kept, _ = table(lost)
        with pytest.raises(StorageUnavailableError, match='"t"') as raised:
            ask(kept)
        assert raised.value.__cause__ is lost
