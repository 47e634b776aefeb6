"""`rollcall site publish` after a form was removed: the deployer has every right it needs, and counts first."""

from __future__ import annotations

import json
import os
import string
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT
from contract.fakes import PlainSigner
from shipped import SOURCES
from unit.cli.fakes import DESCRIPTION, CommandLine
from unit.core.builders import a_field, a_form

from admin_cli.aws.contexts import Context, ContextFile
from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.stored_forms import StoredForms
from registration_core.adapters.dynamodb.table import Table
from registration_core.bootstrap import query_service
from registration_core.services.submit import SubmitService
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

REMOVED = replace(a_form(a_field("email", "email", required=True)), name="workshop")
SHIPPED = compile_forms(SOURCES.forms)
PLACE = {"account": "111122223333", "region": "eu-north-1", "stack": "prod", "partition": "aws"}
TABLE = "arn:aws:dynamodb:eu-north-1:111122223333:table/rollcall-prod"


class Bucket:
    """An empty bucket and its distribution, which record their calls."""

    def __init__(self, calls: list[tuple[str, str, set[str]]]) -> None:
        self._calls = calls

    def list_objects_v2(self, **_request: Any) -> dict[str, Any]:
        self._calls.append(("s3:ListBucket", "arn:aws:s3:::rollcall-prod-site-111122223333", set()))
        return {"Contents": [{"Key": "workshop", "ETag": "0"}]}

    def put_object(self, *, Key: str, **_request: Any) -> None:  # noqa: N803 - S3's word
        self._calls.append(("s3:PutObject", f"arn:aws:s3:::rollcall-prod-site-111122223333/{Key}", set()))

    def delete_objects(self, **_request: Any) -> dict[str, Any]:
        where = "arn:aws:s3:::rollcall-prod-site-111122223333/workshop"
        self._calls.append(("s3:DeleteObject", where, set()))
        return {}

    def create_invalidation(self, **_request: Any) -> None:
        where = "arn:aws:cloudfront::111122223333:distribution/E1"
        self._calls.append(("cloudfront:CreateInvalidation", where, set()))


def noted(dynamodb: Any, calls: list[tuple[str, str, set[str]]]) -> None:
    """Make a client record its calls: action, resource and partitions."""

    def note(params: dict[str, Any], model: Any, **_more: Any) -> None:
        keys = [params[part]["pk"]["S"] for part in ("Key", "Item") if part in params]
        keys += [key["pk"]["S"] for asked in params.get("RequestItems", {}).values() for key in asked["Keys"]]
        keys += [value["S"] for name, value in params.get("ExpressionAttributeValues", {}).items() if name == ":pk"]
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        calls.append((f"dynamodb:{model.name}", TABLE + index, set(keys)))

    dynamodb.meta.events.register("provide-client-params.dynamodb", note)


def is_allowed(action: str, resource: str, keys: set[str]) -> bool:
    """Return whether one statement of the deployer's policies allows a call."""

    def leading(statement: dict[str, Any]) -> list[str]:
        condition = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
        return list(condition.get("dynamodb:LeadingKeys", ["*"]))

    return any(
        any(fnmatchcase(action, pattern) for pattern in listed(statement["Action"]))
        and any(fnmatchcase(resource, pattern) for pattern in listed(statement["Resource"]))
        and all(any(fnmatchcase(key, pattern) for pattern in leading(statement)) for key in keys)
        for file in (ROOT / "infra" / "terraform" / "deployer").glob("*.json")
        for statement in json.loads(string.Template(file.read_text(encoding="utf-8")).substitute(PLACE))["Statement"]
    )


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.fixture
def calls() -> list[tuple[str, str, set[str]]]:
    return []


@pytest.fixture
def line(tmp_path: Path, dynamodb: Any, table: str, calls: list[tuple[str, str, set[str]]]) -> CommandLine:
    """Run the command line on a stack with a submission of a form whose folder is gone."""
    repository = ManagedDynamoRepository(Table(sdk_call(dynamodb), table), clock=SystemClock())
    submit = SubmitService(repository=repository, signer=PlainSigner(), clock=SystemClock(), randomness=os.urandom)
    submit.submit(REMOVED, {"email": "robin@example.org"}, key="robin", language="en")
    forms = {**SHIPPED, REMOVED.name: REMOVED}
    StoredForms(Table(sdk_call(dynamodb), table)).store({REMOVED.name: REMOVED})
    noted(dynamodb, calls)
    contexts = ContextFile(tmp_path / "contexts.json")
    contexts.write(contexts.read().with_entry(Context("prod", "prod", "eu-north-1")).using("prod"))
    bucket = Bucket(calls)
    return CommandLine(
        contexts,
        queries=query_service(dynamodb, table, forms),
        forms=forms,
        clients={"dynamodb": dynamodb, "s3": bucket, "cloudfront": bucket},
        description=replace(DESCRIPTION, table=table),
    )


def test_publish__after_a_form_is_removed__counts_first(
    line: CommandLine, calls: list[tuple[str, str, set[str]]], tmp_path: Path
) -> None:
    """Without the right to count, a deployer would stop half way: pages published, forms not."""
    ran = line("site", "publish", "--out", str(tmp_path / "site"))

    assert ran.code == 0, ran.err
    assert "the form workshop is retired" in ran.err
    actions = [action for action, _, _ in calls]
    assert {"s3:PutObject", "s3:DeleteObject", "cloudfront:CreateInvalidation", "dynamodb:PutItem"} <= set(actions)
    assert [call for call in calls if not is_allowed(*call)] == []
    last_count = max(at for at, action in enumerate(actions) if action == "dynamodb:Query")
    assert last_count < actions.index("s3:PutObject")
