"""`one_origin` on a stack that runs: the API answers at /api of the site's address, through the distribution."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT, DeployedStack, brought_up
from integration.api_requests import ask, example
from python_terraform import IsFlagged

from rollcall_local.credentials import ACCOUNT, DEPLOYER, client, deployer
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port
from rollcall_local.terraform import LocalTerraform

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.full, pytest.mark.needs("private buckets")]

RIGHTS = ROOT / "infra" / "terraform" / "deployer" / "options" / "domain.json"
POSTS = 2
"""How many posts one network address may send."""


@pytest.fixture(scope="module")
def one_origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedStack]:
    """A stack whose operator set one_origin, applied and published."""
    folder = tmp_path_factory.mktemp("one-origin")
    workspace = Workspace(
        root=ROOT, state=folder, edge_port=free_port(), site_port=free_port(), mailbox_port=free_port()
    )
    with brought_up(workspace) as made:
        terraform = LocalTerraform(workspace, deployer(workspace))
        names = {"account": ACCOUNT, "region": workspace.region, "stack": workspace.stack, "partition": "aws"}
        rights = Template(RIGHTS.read_text(encoding="utf-8")).substitute(names)
        client("iam", workspace).put_user_policy(UserName=DEPLOYER, PolicyName="domain", PolicyDocument=rights)
        limits = {"per_address": POSTS, "per_email": 0}
        inputs = terraform.inputs(one_origin={}, rate_limits=limits)
        terraform.run("apply", input=False, auto_approve=IsFlagged, **inputs)
        publish = [str(Path(sys.executable).with_name("rollcall")), "site", "publish"]
        subprocess.run(publish, env=made.env, capture_output=True, check=True)
        yield DeployedStack(workspace, terraform.output())


def post(stack: DeployedStack, path: str, *, host: str, source: str, **headers: str) -> int:
    """Post a contact form from a loopback address of one's own, and return the status."""
    edge = http.client.HTTPConnection("127.0.0.1", stack.workspace.edge_port, source_address=(source, 0), timeout=30)
    sent = {"Host": host, "Content-Type": "application/json", "X-Forwarded-Proto": "https", **headers}
    edge.request("POST", path, json.dumps(example("contact")), sent)
    status = edge.getresponse().status
    edge.close()
    return status


def test_pages__send_their_forms_to_their_own_address(one_origin: DeployedStack) -> None:
    page = ask(f"{one_origin.site_url}/contact", None, method="GET")
    sent = {"Content-Type": "application/json"}
    receipt = ask(f"{one_origin.site_url}/api/contact", json.dumps(example("contact")).encode(), headers=sent)

    assert one_origin.outputs["api_url"] == f"{one_origin.site_url}/api"
    assert f'action="{one_origin.site_url}/api/contact?' in page.body
    assert receipt.status == 201
    form = ask(f"{one_origin.site_url}/api/forms/registration?brief=en", None, method="GET")
    assert (form.status, form.headers["Cache-Control"]) == (200, "public, max-age=10")


def test_errors__of_the_api_and_of_the_site_stay_apart(one_origin: DeployedStack) -> None:
    refused = ask(f"{one_origin.site_url}/api/my?t=%20", None, method="GET")
    missing = ask(f"{one_origin.site_url}/nowhere", None, method="GET")

    assert (refused.status, refused.headers["X-Frame-Options"]) == (403, "DENY")
    assert refused.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in refused.headers["Content-Security-Policy"]
    assert missing.status == 404
    assert missing.body == ask(f"{one_origin.site_url}/not-found", None, method="GET").body


def test_old_address__still_answers(one_origin: DeployedStack) -> None:
    """Mails that were sent before name it."""
    answer = ask(f"{one_origin.api_url}/forms/contact", None, method="GET")

    assert answer.status == 200


def test_limit__counts_visitors_whatever_they_claim(one_origin: DeployedStack) -> None:
    """Neither a header nor a way around the distribution gives anybody a second address."""
    host = one_origin.outputs["distribution_domain"]
    gateway = "/restapis/rollcall/api/_user_request_/contact"

    def through(source: str, **headers: str) -> int:
        return post(one_origin, "/api/contact", host=host, source=source, **headers)

    def around(**headers: str) -> int:
        return post(one_origin, gateway, host="localhost", source="127.0.0.4", **headers)

    claims = {"X-Forwarded-For": "203.0.113.9", "X-Rollcall-Edge": "guessed"}
    assert [through("127.0.0.2") for _ in range(POSTS)] == [201] * POSTS
    assert through("127.0.0.2") == 429
    assert through("127.0.0.2", **claims) == 429
    assert through("127.0.0.3") == 201
    accepted = [around(**claims | {"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(POSTS + 1)]
    assert accepted[-1] == 429
