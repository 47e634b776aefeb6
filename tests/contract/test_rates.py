"""How many requests a sender made: counted up to the limit and never beyond, whoever counts."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.conftest import REGION
from contract.rate_counter import InMemoryRateCounter

from registration_core.adapters.dynamodb.rates import DynamoRateCounter
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.sigv4 import Credentials
from registration_core.adapters.dynamodb.table import Table
from registration_core.adapters.dynamodb.wire import wire_call
from registration_core.domain.errors import StorageUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.domain.ports import RateCounter

LATER = datetime(2027, 3, 1, 10, tzinfo=UTC)


@pytest.fixture(params=["memory", "sdk", "wire"])
def rates(request: pytest.FixtureRequest) -> Iterator[RateCounter]:
    """Return each counter in turn, empty."""
    if request.param == "memory":
        yield InMemoryRateCounter()
        return
    table = request.getfixturevalue("table")
    if request.param == "sdk":
        yield DynamoRateCounter(Table(sdk_call(request.getfixturevalue("dynamodb")), table))
        return
    wire = wire_call(request.getfixturevalue("emulator"), REGION, Credentials("test", "test"))
    yield DynamoRateCounter(Table(wire, table))
    wire.close()


def name_of(request: int) -> str:
    return hashlib.sha256(str(request).encode()).hexdigest()


def test_take__counts_up_to_the_limit(rates: RateCounter) -> None:
    answers = [rates.take("sender", "w1", most=3, expires_at=LATER) for _ in range(5)]
    assert answers == [True, True, True, False, False]


def test_take__counts_each_sender_and_window_separately(rates: RateCounter) -> None:
    assert rates.take("a", "w1", most=1, expires_at=LATER)
    assert not rates.take("a", "w1", most=1, expires_at=LATER)
    assert rates.take("a", "w2", most=1, expires_at=LATER)
    assert rates.take("b", "w1", most=1, expires_at=LATER)


def test_take__counts_a_repeated_request_once(rates: RateCounter) -> None:
    def take(request: int) -> bool:
        return rates.take("a", "w1", most=2, expires_at=LATER, request=name_of(request))

    assert [take(1), take(1), take(2), take(1), take(3), take(2), take(1)] == [
        True, True, True, True, False, True, True,
    ]  # fmt: skip


def test_take__never_exceeds_the_limit_under_load(emulator: str, table: str) -> None:
    def come(_number: int) -> bool:
        wire = wire_call(emulator, REGION, Credentials("test", "test"))
        try:
            return DynamoRateCounter(Table(wire, table)).take("a", "w1", most=7, expires_at=LATER)
        finally:
            wire.close()

    with ThreadPoolExecutor(12) as senders:
        assert sum(senders.map(come, range(40))) == 7


def test_take__stores_only_a_count_that_expires(dynamodb: Any, table: str) -> None:
    DynamoRateCounter(Table(sdk_call(dynamodb), table)).take("f1", "w1", most=3, expires_at=LATER)
    (item,) = dynamodb.scan(TableName=table)["Items"]
    expires = str(int((LATER - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)))
    assert item == {"pk": {"S": "RATE#f1#w1"}, "sk": {"S": "RATE"}, "count": {"N": "1"}, "expires_at": {"N": expires}}
    assert "192.0.2" not in json.dumps(item)


def test_take__raises_when_the_table_is_unavailable(dynamodb: Any) -> None:
    with pytest.raises(StorageUnavailableError):
        DynamoRateCounter(Table(sdk_call(dynamodb), "no-such-table")).take("a", "w1", most=1, expires_at=LATER)
