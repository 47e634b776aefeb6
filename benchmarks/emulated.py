"""A table as Terraform makes it, filled with submissions, on an emulator or another endpoint of this machine."""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from entries import ROOT, the_forms

from admin_cli.aws.sessions import DUMMY_CREDENTIAL
from admin_cli.stack import StackDescription
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.stored_forms import StoredForms
from registration_core.adapters.dynamodb.table import Table
from rollcall_local.emulators import emulator_of
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port

REGION = "eu-north-1"
STACK = "bench"
TABLE = "rollcall-bench"
_BATCH = 25


@contextmanager
def emulator(folder: Path) -> Iterator[str]:
    """Run ministack and return its endpoint."""
    workspace = Workspace(root=ROOT, state=folder, edge_port=free_port())
    running = emulator_of(workspace)
    running.start(smtp_port=free_port())
    try:
        yield workspace.endpoint_url
    finally:
        running.stop()


def client(endpoint: str, service: str = "dynamodb") -> Any:  # noqa: ANN401 - boto3 has no types
    """Create a client for an endpoint of this machine."""
    session = boto3.session.Session(DUMMY_CREDENTIAL, DUMMY_CREDENTIAL, region_name=REGION)
    return session.client(service, endpoint_url=endpoint, config=Config(proxies={}, max_pool_connections=8))


def make_table(endpoint: str) -> None:
    """Create the table of infra/terraform/modules/store, with the forms in it, unless it exists."""
    dynamodb = client(endpoint)
    keys = [("pk", "sk"), ("month", "id"), ("email_key", "id"), ("topic", "topic_id")]
    try:
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"}
                for name in sorted({each for pair in keys for each in pair})
            ],
            KeySchema=_schema(*keys[0]),
            GlobalSecondaryIndexes=[
                {"IndexName": name, "KeySchema": _schema(*pair), "Projection": {"ProjectionType": "ALL"}}
                for name, pair in zip(("by_month", "by_email", "by_topic"), keys[1:], strict=True)
            ],
        )
    except dynamodb.exceptions.ResourceInUseException:
        return
    dynamodb.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1})
    StoredForms(Table(sdk_call(dynamodb), TABLE)).store(the_forms())


def description() -> dict[str, str]:
    """Return a stack's description in which only the table is real."""
    values = {field.name: "http://localhost:1" for field in fields(StackDescription)}
    return values | {"stack": STACK, "region": REGION, "table": TABLE}


def describe(endpoint: str, **more: str) -> None:
    """Write the secret with the stack's description. more: values besides its table."""
    values = description() | more
    try:
        client(endpoint, "secretsmanager").create_secret(Name=f"rollcall/{STACK}", SecretString=json.dumps(values))
    except ClientError as error:
        if "Exists" not in error.response["Error"]["Code"]:
            raise


def fill(endpoint: str, items: Iterable[dict[str, Any]]) -> int:
    """Put the items into the table and return how many there were."""
    dynamodb = client(endpoint)
    left = iter(items)
    count = 0
    with ThreadPoolExecutor(4) as pool:
        while many := [list(islice(left, _BATCH)) for _ in range(40)]:
            batches = [batch for batch in many if batch]
            if not batches:
                break
            list(pool.map(lambda batch: _put(dynamodb, batch), batches))
            count += sum(map(len, batches))
    return count


def _put(
    dynamodb: Any,  # noqa: ANN401 - boto3 has no types
    batch: list[dict[str, Any]],
) -> None:
    left = {TABLE: [{"PutRequest": {"Item": item}} for item in batch]}
    while left:
        left = dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems")


def context(folder: Path, endpoint: str) -> dict[str, str]:
    """Write a context for the stack and return the environment in which commands find it."""
    settings = {"name": STACK, "stack": STACK, "region": REGION, "endpoint_url": endpoint}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "contexts.json").write_text(json.dumps({"current": STACK, "contexts": [settings]}), encoding="utf-8")
    return {"ROLLCALL_CONFIG_DIR": str(folder)}


def _schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
