"""Changes of a stack that runs, as AWS would carry them out: what visitors and staff meet after the apply."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from infra.old_states import REPLACEABLE, addresses
from integration.api_requests import ask
from python_terraform import IsFlagged

from rollcall_local.errors import TerraformFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.applied import Applied
    from infra.planned import Plan

EDITS = {
    "modules/api/routes.tf": [
        ('Access-Control-Max-Age       = "600"', 'Access-Control-Max-Age       = "60"'),
        ("get  = { x-amazon-apigateway-integration = local.links }", "get  = local.preflight.forms"),
    ],
    "modules/api/errors.tf": [("There is nothing at this address", "Nothing is here")],
    "functions.tf": [("memory_mb   = 512", "memory_mb   = 768")],
    # IAM can't change a description, and won't delete a policy that staff hold: a replacement would fail.
    "modules/staff/main.tf": [('"CountDeadLetters"', '"CountThem"'), ("with rollcall.", "in other words.")],
}
"""What a new version might change: a header, an integration, an error's words, memory, a policy's words."""

NOT_IN_A_SNAPSHOT = {"aws_api_gateway_deployment", "aws_api_gateway_method_settings", "aws_api_gateway_stage"}
"""Types of API Gateway's that are live without a deployment."""

UNNAMED = {"aws_api_gateway_deployment", "aws_api_gateway_rest_api", "aws_cognito_user_pool"}
"""Types of which AWS accepts two at a time: their names are their own IDs."""


@contextlib.contextmanager
def edited(applied: Applied, edits: dict[str, list[tuple[str, str]]]) -> Iterator[None]:
    """Change the words of the configuration, and restore them at the end."""
    before = {}
    for name, changes in edits.items():
        file = applied.terraform.configuration / name
        text = before[file] = file.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"{name} no longer has {old}"
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        for file, text in before.items():
            file.write_text(text, encoding="utf-8")


def apply(applied: Applied, **values: Any) -> None:
    """Apply with other values."""
    applied.terraform.run("apply", input=False, auto_approve=IsFlagged, **applied.terraform.inputs(**values))


def policy_of(applied: Applied, arn: str) -> str:
    """Return the default version of a managed policy."""
    iam = applied.aws("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return json.dumps(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def test_changes__are_served_and_taken_back(applied: Applied) -> None:
    """A form is renamed, then removed: its address must not stay in the stage's snapshot and answer 5xx.

    A stage serves its deployment: an edit that Terraform doesn't deploy anew isn't live.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
    """
    api_url, iam = applied.terraform.output()["api_url"], applied.aws("iam")
    reader = applied.terraform.output()["reader_policy_arn"]
    iam.create_user(UserName="reader")
    iam.attach_user_policy(UserName="reader", PolicyArn=reader)

    def live() -> dict[str, Any]:
        preflight = ask(f"{api_url}/contact", None, method="OPTIONS")
        forms = ("contact", "registration", "workshop")
        return {
            "forms": [form for form in forms if ask(f"{api_url}/{form}", None, method="OPTIONS").status == 204],
            "header": preflight.headers["Access-Control-Max-Age"],
            "integration": ask(f"{api_url}/my", None, method="GET").status == 204,
            "error": ask(f"{api_url}/unknown/path", b"{}").json["detail"].split(",")[0].split(".")[0],
            "memory": applied.aws("lambda").get_function_configuration(FunctionName="rollcall-local-submit")[
                "MemorySize"
            ],
            "policy": "CountThem" in policy_of(applied, reader),
            "attached": [one["UserName"] for one in iam.list_entities_for_policy(PolicyArn=reader)["PolicyUsers"]],
        }

    before = live()
    with edited(applied, EDITS):
        apply(applied, forms=["contact", "workshop"])
    after = live()
    apply(applied)
    again = live()
    iam.detach_user_policy(UserName="reader", PolicyArn=reader)
    iam.delete_user(UserName="reader")

    assert before == {
        "forms": ["contact", "registration"],
        "header": "600",
        "integration": False,
        "error": "There is nothing at this address",
        "memory": 512,
        "policy": False,
        "attached": ["reader"],
    }
    assert after == {
        "forms": ["contact", "workshop"],
        "header": "60",
        "integration": True,
        "error": "Nothing is here",
        "memory": 768,
        "policy": True,
        "attached": ["reader"],
    }
    assert again == before


def test_deployment__is_made_anew_for_every_part_of_the_api(plans: dict[str, Plan]) -> None:
    """A part that its triggers leave out would not be live after an apply that changes this part alone."""
    plan, module = plans["local"], "module.api."
    triggers = plan.references(f"{module}aws_api_gateway_deployment.this", "triggers")

    parts = {
        address.removeprefix(module).split("[")[0]
        for address in plan.addresses
        if address.startswith(f"{module}aws_api_gateway_") and address.split(".")[2] not in NOT_IN_A_SNAPSHOT
    }
    assert parts == {"aws_api_gateway_rest_api.this"}
    assert parts < set(triggers)
    assert "aws_api_gateway_rest_api.this.body" in triggers


def test_create_before_destroy__spreads_to_nothing_with_a_name(applied: Applied) -> None:
    """Terraform spreads it to all that such a resource depends on; AWS refuses a second thing of the same name.

    The state says where it spread to.
    https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle
    """
    state = json.loads((applied.workspace.state / "terraform" / "terraform.tfstate").read_text(encoding="utf-8"))

    spread = {
        resource["type"]
        for resource in state["resources"]
        for instance in resource["instances"]
        if instance.get("create_before_destroy")
    }

    assert spread == UNNAMED & {resource["type"] for resource in state["resources"]}


@pytest.mark.full
def test_replacement__of_everything_that_holds_no_data(applied: Applied) -> None:
    """Each has an order and a name with which AWS accepts its replacement; the next plan is empty."""
    state = json.loads((applied.workspace.state / "terraform" / "terraform.tfstate").read_text(encoding="utf-8"))
    managed = [one for one in state["resources"] if one["mode"] == "managed" and one["type"] in REPLACEABLE]

    applied.terraform.run(
        "apply",
        input=False,
        auto_approve=IsFlagged,
        replace=sorted(addresses(managed)),
        **applied.terraform.inputs(),
    )

    assert applied.terraform.apply() == "0 added, 0 changed, 0 destroyed"


@pytest.mark.full
def test_access__is_limited_moved_and_opened_again(applied: Applied) -> None:
    """Each policy is deployed to the stage, and leaving the option out over one that limits is refused."""
    url = f"{applied.terraform.output()['api_url']}/my"

    def apply_to_api(access: dict[str, Any] | None) -> None:
        inputs = applied.terraform.inputs(access=access)
        applied.terraform.run("apply", input=False, auto_approve=IsFlagged, target="module.api", **inputs)

    apply_to_api({"addresses": ["192.0.2.0/24"]})
    elsewhere = ask(url, None, method="GET")
    with pytest.raises(TerraformFailedError, match=r"access = \{\}"):
        apply_to_api(None)
    still = ask(url, None, method="GET")
    apply_to_api({"addresses": ["192.0.2.0/24", "127.0.0.0/8"]})
    here = ask(url, None, method="GET")
    apply_to_api({})
    opened = ask(url, None, method="GET")
    apply_to_api(None)
    left_out = ask(url, None, method="GET")

    assert (elsewhere.status, elsewhere.json["code"]) == (still.status, still.json["code"]) == (403, "forbidden")
    assert here.status == opened.status == left_out.status != 403
