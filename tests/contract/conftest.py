"""Fixtures that run one suite against both repositories: in memory, and on an emulated table."""

from __future__ import annotations

import http.client
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from botocore_judge import judge_request
from contract.fakes import CountedRandomness, StoppedClock
from contract.manage_fake import InMemoryManagedRepository

from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.sigv4 import Credentials
from registration_core.adapters.dynamodb.table import Table
from registration_core.adapters.dynamodb.wire import wire_call
from rollcall_local.credentials import client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.domain.ports import ManagedRepository
    from rollcall_local.paths import Workspace

REGION = "eu-north-1"


@pytest.fixture(scope="session")
def emulator(bare_emulator: Workspace) -> str:
    """Start an emulator with nothing deployed and return its endpoint."""
    return bare_emulator.endpoint_url


@pytest.fixture(scope="session")
def dynamodb(bare_emulator: Workspace) -> Any:
    """Return a client that uses the emulator's root key."""
    return client("dynamodb", bare_emulator)


@pytest.fixture(autouse=True)
def botocore_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have botocore judge every request that our own client sends in these suites; boto3 sends its own by urllib3."""
    send = http.client.HTTPConnection.request

    def judged(self: Any, method: str, url: str, body: Any = None, headers: Any = None, **options: Any) -> None:
        by_name = {name.lower(): value for name, value in (headers or {}).items()}
        if "x-amz-target" in by_name:
            assert (method, url) == ("POST", "/")
            judge_request(f"http://{self.host}:{self.port}", by_name, body)
        send(self, method, url, body, headers or {}, **options)

    monkeypatch.setattr(http.client.HTTPConnection, "request", judged)


@contextmanager
def new_table(dynamodb: Any) -> Iterator[str]:
    """Create a table like the one in infra/terraform, and delete it at the end."""
    name = f"rollcall-{uuid.uuid4().hex[:12]}"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in ("pk", "sk", "month", "id", "email_key", "topic", "topic_id")
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "ALL"},
            }
            for index, key, sort in (
                ("by_month", "month", "id"),
                ("by_email", "email_key", "id"),
                ("by_topic", "topic", "topic_id"),
            )
        ],
    )
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def table(dynamodb: Any) -> Iterator[str]:
    """Create a table for one test."""
    with new_table(dynamodb) as name:
        yield name


@pytest.fixture
def clock() -> StoppedClock:
    """Return a clock that only the test moves."""
    return StoppedClock()


@pytest.fixture(params=["memory", "sdk", "wire"])
def repository(request: pytest.FixtureRequest, clock: StoppedClock) -> Iterator[ManagedRepository]:
    """Return each kind of repository in turn, empty."""
    if request.param == "memory":
        yield InMemoryManagedRepository(clock, CountedRandomness())
        return
    table = request.getfixturevalue("table")
    if request.param == "sdk":
        call = sdk_call(request.getfixturevalue("dynamodb"))
        yield ManagedDynamoRepository(Table(call, table), clock=clock, randomness=CountedRandomness(table))
        return
    wire = wire_call(request.getfixturevalue("emulator"), REGION, Credentials("test", "test"))
    yield ManagedDynamoRepository(Table(wire, table), clock=clock, randomness=CountedRandomness(table))
    wire.close()
