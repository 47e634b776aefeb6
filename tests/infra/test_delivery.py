"""Delivery as planned: who may deploy, what they may do, and the everything."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from buildspecs import Buildspec
from conftest import ROOT
from infra.options import GITHUB, PIPELINE
from infra.planned import Plan, block
from infra.test_configuration import VALID, values_file
from shipped import SOURCES

from admin_cli.catalogue import COMMANDS
from admin_cli.organisation.values import ValuesError, read_values
from rollcall_local.credentials import ACCOUNT

if TYPE_CHECKING:
    from pathlib import Path


ISSUER = "token.actions.githubusercontent.com"
INLINE_LIMIT = 10240
"""Characters of all policies inside a role together: IAM and STS quotas."""

INSIDE = {"delivery", "delivery-token", "files"}
"""Files of rights that are inside the deploy role; the others are managed policies."""
MOST_MANAGED = 10
"""Managed policies that a role may hold, unless AWS was asked for more."""

READS = re.compile(r"^([a-z0-9-]+:(BatchGet|Describe|Get|List|View)[A-Za-z*]*|apigateway:GET)$")


def trust(plan: Plan, role: str) -> dict[str, Any]:
    document = json.loads(plan.one(f'module.delivery_role["{role}"].aws_iam_role.this')["assume_role_policy"])
    (statement,) = document["Statement"]
    return dict(statement)


def inline(plan: Plan, role: str) -> dict[str, str]:
    """Return the policies inside a role, by name."""
    address = f'module.delivery_role["{role}"].aws_iam_role_policy.this['
    policies = plan.all("aws_iam_role_policy")
    return {one["name"]: one["policy"] for where, one in policies.items() if where.startswith(address)}


def statements(plan: Plan, role: str) -> list[dict[str, Any]]:
    """Return what a role may do by all of its own policies, inside it and managed."""
    address = f'module.delivery_role["{role}"].aws_iam_policy.this['
    managed = [one["policy"] for where, one in plan.all("aws_iam_policy").items() if where.startswith(address)]
    return [
        statement
        for policy in [*inline(plan, role).values(), *managed]
        for statement in json.loads(policy)["Statement"]
    ]


def test_github__deploys_from_this_branch_and_environment_only(alternatives: Plan) -> None:
    """A job with an environment is named after it, so the branch is a condition of its own."""
    trusted = trust(alternatives, "deploy")

    assert trusted["Principal"] == {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"}
    assert trusted["Condition"] == {
        "StringEquals": {
            f"{ISSUER}:aud": "sts.amazonaws.com",
            f"{ISSUER}:sub": "repo:academy@42/ours@4711:environment:prod",
            f"{ISSUER}:ref": "refs/heads/main",
        }
    }


def test_github__plans_pull_requests_with_a_role_that_reads(alternatives: Plan) -> None:
    assert trust(alternatives, "plan")["Condition"]["StringEquals"][f"{ISSUER}:sub"] == (
        "repo:academy@42/ours@4711:pull_request"
    )

    actions = [
        action
        for one in statements(alternatives, "plan")
        for action in one["Action"]
        if isinstance(one["Action"], list)
    ]
    assert {"dynamodb:DescribeTable", "budgets:ViewBudget"} <= set(actions)
    assert [action for action in actions if not READS.match(action)] == []


def test_plan_role__reads_no_submission_page_or_key(alternatives: Plan) -> None:
    """A pull request runs the code of whoever wrote it."""
    for one in statements(alternatives, "plan"):
        for action in one["Action"] if isinstance(one["Action"], list) else [one["Action"]]:
            assert not re.match(r"dynamodb:(Get|BatchGet|Query|Scan|GetRecords)", action), action
            if action == "s3:GetObject":
                assert one["Resource"].startswith("arn:aws:s3:::academy-state/rollcall/local.tfstate")
            if action == "secretsmanager:GetSecretValue":
                assert one["Resource"].endswith(":secret:rollcall/local-??????")


def test_deploy_role__has_the_deployers_rights_and_the_state(alternatives: Plan, configuration: Path) -> None:
    managed = {
        one["name"]: one["policy"] for one in alternatives.all("aws_iam_policy").values() if one["path"] == "/delivery/"
    }

    options = {file.stem for file in (configuration / "deployer" / "options").glob("*.json")}
    parts = {file.stem for file in (configuration / "deployer").glob("*.json")} | options - INSIDE
    assert set(managed) == {f"rollcall-local-deploy-{part}" for part in parts} | {"rollcall-local-plan-reads"}
    assert set(inline(alternatives, "deploy")) == {"delivery", "files", "state"}
    (state,) = [one for one in statements(alternatives, "deploy") if one["Sid"] == "State"]
    assert state["Action"] == ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]


@pytest.mark.parametrize("role", ["deploy", "plan"])
def test_rights__fit_into_a_role(alternatives: Plan, role: str) -> None:
    """Each managed policy is a file, which test_deployer_policy measures; here is what is inside the role."""
    assert sum(len(policy) for policy in inline(alternatives, role).values()) < INLINE_LIMIT * 0.75


def test_policies__are_no_more_than_a_role_may_hold(configuration: Path) -> None:
    """With every option in use, and the reader's."""
    files = [*(configuration / "deployer").glob("*.json"), *(configuration / "deployer" / "options").glob("*.json")]

    assert len([file for file in files if file.stem not in INSIDE]) + 1 <= MOST_MANAGED


def test_options__are_each_known_to_delivery(configuration: Path) -> None:
    """A file of rights that delivery doesn't know would be missing from the role that deploys."""
    text = (configuration / "delivery.tf").read_text(encoding="utf-8")
    (known,) = re.findall(r"deployer_options = \{\n(.*?)\n  \}", text, re.DOTALL)

    files = {file.stem for file in (configuration / "deployer" / "options").glob("*.json")}
    assert set(re.findall(r"^ +([\w-]+) += ", known, re.MULTILINE)) == files


def test_pipeline__plans_asks_deploys_and_publishes(everything: Plan) -> None:
    made = everything.one("module.delivery[0].aws_codepipeline.this")

    assert (made["name"], made["pipeline_type"]) == ("rollcall-local", "V2")
    assert [stage["name"] for stage in made["stage"]] == ["source", "plan", "approve", "deploy", "publish"]
    sources = made["stage"][0]["action"]
    assert {one["name"]: one["output_artifacts"] for one in sources} == {"ours": ["ours"], "product": ["product"]}
    approve = block(made["stage"][2], "action")
    assert (approve["category"], approve["provider"]) == ("Approval", "Manual")
    subscription = everything.one("module.delivery[0].aws_sns_topic_subscription.approver")
    assert (subscription["protocol"], subscription["endpoint"]) == ("email", "operators@kuggen.se")


def test_pipeline__keeps_artifacts_private_and_not_for_ever(everything: Plan) -> None:
    settings = "module.delivery[0].module.artifacts"

    rule = block(everything.one(f"{settings}.aws_s3_bucket_lifecycle_configuration.this"), "rule")
    assert block(rule, "expiration")["days"] == 30
    assert everything.one(f"{settings}.aws_s3_bucket_public_access_block.this")["restrict_public_buckets"]
    groups = everything.all("aws_cloudwatch_log_group")
    kept = {one["retention_in_days"] for where, one in groups.items() if where.startswith("module.delivery[0]")}
    assert kept == {everything.variables["log_retention_days"]}


def test_pipeline__uses_the_stacks_key_for_its_topic_only(everything: Plan) -> None:
    rights = everything.policies["module.delivery[0].data.aws_iam_policy_document.pipeline"]

    (uses,) = [one for one in rights if any(action.startswith("kms:") for action in one.actions)]
    assert uses.conditions == {("StringEquals", "kms:ViaService"): ["sns.eu-north-1.amazonaws.com"]}


def test_builds__hold_no_credential_and_are_not_privileged(everything: Plan) -> None:
    for project in everything.all("aws_codebuild_project").values():
        environment = block(project, "environment")
        assert [variable["name"] for variable in environment["environment_variable"]] == ["STACK"]
        assert not environment.get("privileged_mode")


@pytest.mark.parametrize("role", ["deploy", "plan", "publish"])
def test_pipeline__runs_each_stage_as_a_role_of_its_own(everything: Plan, role: str) -> None:
    trusted = trust(everything, role)
    project = everything.one(f'module.delivery[0].aws_codebuild_project.this["{role}"]')

    assert trusted["Principal"] == {"Service": "codebuild.amazonaws.com"}
    source = f"arn:aws:codebuild:eu-north-1:{ACCOUNT}:project/{project['name']}"
    assert trusted["Condition"] == {"StringEquals": {"aws:SourceArn": source}}
    assert (ROOT / block(project, "source")["buildspec"]).is_file()


@pytest.mark.parametrize("stage", ["deploy", "plan", "publish"])
def test_buildspec__runs_what_the_product_has(stage: str) -> None:
    """tests/integration/test_delivery_runs.py runs the commands; here they exist."""
    spec = Buildspec.read(ROOT / "infra" / "terraform" / "modules" / "delivery" / f"buildspec-{stage}.yml")
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    text = "\n".join(spec.commands)
    assert set(re.findall(r"\bmake ([a-z-]+)", text)) <= set(targets)
    assert set(re.findall(r"\brollcall ([a-z]+)", text)) <= set(COMMANDS)
    assert [path for path in re.findall(r"\bbash (\S+)", text) if not (ROOT / path).is_file()] == []


def test_buildspecs__hand_the_plan_on(everything: Plan) -> None:
    """The approver reads the variable that the plan exports; the deployment applies the plan's artifact."""
    folder = ROOT / "infra" / "terraform" / "modules" / "delivery"
    plan, deploy = (Buildspec.read(folder / f"buildspec-{stage}.yml") for stage in ("plan", "deploy"))
    (exported,) = plan.described["env"]["exported-variables"]
    (artifact,) = plan.described["artifacts"]["files"]
    made = everything.one("module.delivery[0].aws_codepipeline.this")["stage"]

    assert f'rollcall infra apply "$CODEBUILD_SRC_DIR_plan/{artifact}"' in deploy.commands
    assert block(made[1], "action")["output_artifacts"] == ["plan"]
    assert "plan" in block(made[3], "action")["input_artifacts"]
    assert f"#{{plan.{exported}}}" in (folder / "main.tf").read_text(encoding="utf-8")


REFUSED = [
    (
        {
            "kind": "gitlab",
            "repository": "ours",
            "branch": "*",
            "state_bucket": "A",
            "environment": "prod",
            "token_secret": "t",
        },
        [
            "kind must be",
            "repository and",
            "branch and",
            "state_bucket must",
            "environment must",
            "token_secret are for",
            "token_secret must",
        ],
    ),
    (
        PIPELINE
        | {"product": None, "connection_arn": "arn:aws:iam::1:role/x", "token_secret": "rollcall/dev/github-token"},
        ["needs, if kind is codepipeline", "connection_arn must", "token_secret must"],
    ),
    (PIPELINE | {"approver": "nobody"}, ["needs, if kind is codepipeline"]),
    (GITHUB | {"repository": "academy@42/ours"}, ["repository and"]),
]


@pytest.mark.parametrize(("delivery", "sentences"), REFUSED)
def test_delivery__refuses_wrong_values(tmp_path: Path, delivery: dict[str, Any], sentences: list[str]) -> None:
    values = VALID | {"delivery": json.dumps({name: value for name, value in delivery.items() if value is not None})}

    with pytest.raises(ValuesError) as refusal:
        read_values(SOURCES, values_file(tmp_path, values))

    for sentence in sentences:
        assert sentence in str(refusal.value), sentence
    assert len(str(refusal.value).splitlines()) == len(sentences), str(refusal.value)
