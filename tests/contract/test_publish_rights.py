"""`rollcall site publish` after a form was removed: the deployer has every right it needs, and counts first."""

from __future__ import annotations

import os
import string
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT
from contract.fakes import PlainSigner
from contract.identities import clients_of
from shipped import SOURCES
from unit.cli.fakes import DESCRIPTION, CommandLine
from unit.core.builders import a_field, a_form

from admin_cli.aws.contexts import Context, ContextFile
from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.stored_forms import StoredForms
from registration_core.adapters.dynamodb.table import Table
from registration_core.bootstrap.connections import staff_table
from registration_core.bootstrap.staff import query_service
from registration_core.services.submit import SubmitService
from rollcall_build.forms.files import compile_forms
from rollcall_local.credentials import ACCOUNT, client

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.paths import Workspace

REMOVED = replace(a_form(a_field("email", "email", required=True)), name="workshop")
SHIPPED = compile_forms(SOURCES.forms)


def policies(stack: str) -> dict[str, str]:
    """Return the deployer's policies for a stack."""
    names = {"account": ACCOUNT, "region": "eu-north-1", "stack": stack, "partition": "aws"}
    files = (ROOT / "infra" / "terraform" / "deployer").glob("*.json")
    return {file.stem: string.Template(file.read_text(encoding="utf-8")).substitute(names) for file in files}


def distribution(emulator: Workspace, stack: str) -> str:
    """Create a distribution with the stack's tag, and return its ID."""
    origin = {"Id": "site", "DomainName": "site.example.org", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    behaviour = {"TargetOriginId": "site", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": "x"}
    configuration = {
        "CallerReference": stack,
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behaviour,
    }
    tagged = {"DistributionConfig": configuration, "Tags": {"Items": [{"Key": "Stack", "Value": stack}]}}
    made = client("cloudfront", emulator).create_distribution_with_tags(DistributionConfigWithTags=tagged)
    return str(made["Distribution"]["Id"])


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def line(tmp_path: Path, bare_emulator: Workspace, dynamodb: Any, table: str, calls: list[str]) -> CommandLine:
    """Run the command line as the deployer of a stack with a submission of a form whose folder is gone."""
    repository = ManagedDynamoRepository(Table(sdk_call(dynamodb), table), clock=SystemClock())
    submit = SubmitService(repository=repository, signer=PlainSigner(), clock=SystemClock(), randomness=os.urandom)
    submit.submit(REMOVED, {"email": "robin@example.org"}, key="robin", language="en")
    forms = {**SHIPPED, REMOVED.name: REMOVED}
    StoredForms(Table(sdk_call(dynamodb), table)).store({REMOVED.name: REMOVED})
    stack = table.removeprefix("rollcall-")
    bucket, s3 = f"{table}-site-{ACCOUNT}", client("s3", bare_emulator)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    s3.put_object(Bucket=bucket, Key="workshop", Body=b"old")
    make = clients_of("deployer", bare_emulator, policies(stack))
    clients = {service: make(service) for service in ("dynamodb", "s3", "cloudfront")}
    for service, theirs in clients.items():
        theirs.meta.events.register(
            f"provide-client-params.{service}", lambda model, **_more: calls.append(f"{model.name}")
        )
    contexts = ContextFile(tmp_path / "contexts.json")
    contexts.write(contexts.read().with_entry(Context("prod", "prod", "eu-north-1")).using("prod"))
    return CommandLine(
        contexts,
        queries=query_service(staff_table(clients["dynamodb"], table), forms),
        forms=forms,
        clients=clients,
        description=replace(
            DESCRIPTION, table=table, site_bucket=bucket, distribution_id=distribution(bare_emulator, stack)
        ),
    )


@pytest.mark.needs("iam enforced")
def test_publish__after_a_form_is_removed__counts_first(line: CommandLine, calls: list[str], tmp_path: Path) -> None:
    """Without the right to count, a deployer would stop half way: pages published, forms not."""
    ran = line("site", "publish", "--out", str(tmp_path / "site"))

    assert ran.code == 0, ran.err
    assert "the form workshop is retired" in ran.err
    assert {"PutObject", "DeleteObjects", "CreateInvalidation", "PutItem"} <= set(calls)
    last_count = max(at for at, action in enumerate(calls) if action == "Query")
    assert last_count < calls.index("PutObject")
