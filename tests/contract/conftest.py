"""The two repositories under one suite: in memory, and a table in an emulator of our own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from contract.fakes import CountedRandomness, StoppedClock
from contract.managed_fake import InMemoryManagedRepository

from registration_core.adapters.dynamodb.managed import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.sigv4 import Credentials
from registration_core.adapters.dynamodb.wire import wire_call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.domain.ports import ManagedRepository

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-north-1"
START_DEADLINE_S = 30


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start an emulator on a free port, and stop it in the end; gives its endpoint."""
    python = ROOT / ".venvs" / "emulator" / "bin" / "python"
    if not python.exists():
        pytest.fail("The emulator environment is not installed: run make dev.")
    folder = tmp_path_factory.mktemp("emulator")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([python, "-m", "ministack"], cwd=folder, env=environ, stdout=log, stderr=log)
        try:
            _wait_until_healthy(f"http://127.0.0.1:{port}", process, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_until_healthy(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_DEADLINE_S
    while True:
        try:
            with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2) as answer:  # noqa: S310 - loopback
                json.load(answer)
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"The emulator did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)


@pytest.fixture(scope="session")
def dynamodb(emulator: str) -> Any:
    """Give a client with the emulator's root key."""
    return boto3.client(
        "dynamodb",
        endpoint_url=emulator,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"mode": "standard"}),
    )


@pytest.fixture
def table(dynamodb: Any) -> Iterator[str]:
    """Make a table as infra/terraform's is, for one test."""
    name = f"rollcall-{uuid.uuid4().hex[:12]}"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in ("pk", "sk", "month", "id", "email_key")
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "ALL"},
            }
            for index, key in (("by_month", "month"), ("by_email", "email_key"))
        ],
    )
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def clock() -> StoppedClock:
    """Give a clock that moves when the test says so."""
    return StoppedClock()


@pytest.fixture(params=["memory", "sdk", "wire"])
def repository(request: pytest.FixtureRequest, clock: StoppedClock) -> Iterator[ManagedRepository]:
    """Give each repository in turn, empty."""
    if request.param == "memory":
        yield InMemoryManagedRepository(clock, CountedRandomness())
        return
    table = request.getfixturevalue("table")
    if request.param == "sdk":
        call = sdk_call(request.getfixturevalue("dynamodb"))
        yield ManagedDynamoRepository(call, table, clock=clock, randomness=CountedRandomness(table))
        return
    wire = wire_call(request.getfixturevalue("emulator"), REGION, Credentials("test", "test"))
    yield ManagedDynamoRepository(wire, table, clock=clock, randomness=CountedRandomness(table))
    wire.close()
