"""Delivery on an emulator in AWS's place: the roles are used as GitHub and CodeBuild use them, with IAM enforced."""

from __future__ import annotations

import base64
import json
import os
import shutil
import string
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from buildspecs import Buildspec
from clones import fresh_clone
from conftest import ROOT

from rollcall_local.credentials import ACCOUNT, client
from rollcall_local.emulators import emulator_of
from rollcall_local.paths import Workspace
from rollcall_local.process import clean_environment, free_port
from rollcall_local.terraform_configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STACK, REGION, STATE = "ci", "eu-north-1", "kuggen-terraform-state"
ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"

BUILDSPECS = ROOT / "infra" / "terraform" / "modules" / "delivery"

#: What reaches the package index on this machine.
INSTALLERS = ("PIP_", "UV_", "SSL_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")

VALUES = """
stack                = "ci"
region               = "eu-north-1"
sender               = "Robotics Academy <office@kuggen.se>"
alarm_email          = "operators@kuggen.se"
deletion_protection  = false
log_level            = "INFO"
tags                 = {{ ms-custom-id = "rollcall" }}
api_url              = "http://localhost:{port}/restapis/rollcall/v1/_user_request_"
plaintext_sources    = ["127.0.0.0/8"]
reserved_concurrency = {{ submit = 2, links = 1, sweep = 1, dispatch = 1, notify = 2, feedback = 1 }}
delivery             = {{ kind = "github", repository = "kuggen/ours", environment = "prod", state_bucket = "{state}" }}
"""

BACKEND = f"""
bucket         = "{STATE}"
key            = "rollcall/ci.tfstate"
region         = "eu-north-1"
use_lockfile   = true
use_path_style = true
"""

PIPELINE = (
    'delivery={kind="codepipeline",repository="kuggen/ours",product={repository="kuggen/rollcall",branch="release"},'
    f'approver="operators@kuggen.se",state_bucket="{STATE}"}}'
)

DEPLOYS = {"sub": "repo:kuggen/ours:environment:prod", "ref": "refs/heads/main"}
PLANS = {"sub": "repo:kuggen/ours:pull_request", "ref": "refs/pull/7/merge"}


def token(**claims: str) -> str:
    """Return a token as GitHub's, without a signature: the emulator checks none."""
    said = {"iss": f"https://{ISSUER}", "aud": "sts.amazonaws.com", **claims}
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, said)
    ]
    return ".".join([*parts, "x"])


@dataclass(frozen=True, slots=True)
class Account:
    """An account with a state bucket, and an organisation that deploys to it."""

    workspace: Workspace
    ours: Path
    environment: dict[str, str]

    def aws(self, service: str) -> Any:
        return client(service, self.workspace)

    def user(self, name: str, policies: dict[str, str]) -> dict[str, str]:
        """Return the keys of a new user with these policies and no others."""
        iam = self.aws("iam")
        iam.create_user(UserName=name)
        for policy, document in policies.items():
            iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def deployer(self, name: str, *options: str) -> dict[str, str]:
        """Return the keys of a user with the deployer's rights, those for some options, and the state."""
        rights = ROOT / "infra" / "terraform" / "deployer"
        names = {"account": ACCOUNT, "region": REGION, "stack": STACK, "partition": "aws"}
        state = {"Effect": "Allow", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{STATE}", f"arn:aws:s3:::{STATE}/*"]}
        files = [*rights.glob("*.json"), *(rights / "options" / f"{option}.json" for option in options)]
        return self.user(
            name,
            {file.stem: string.Template(file.read_text(encoding="utf-8")).substitute(names) for file in files}
            | {"state": json.dumps({"Version": "2012-10-17", "Statement": [state]})},
        )

    def publisher(self) -> dict[str, str]:
        """Return the keys of a user with the rights of the role that publishes: only CodeBuild may use that itself."""
        iam, role = self.aws("iam"), f"rollcall-{STACK}-publish"
        (reader,) = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        version = iam.get_policy_version(PolicyArn=reader["PolicyArn"], VersionId="v1")["PolicyVersion"]
        site = iam.get_role_policy(RoleName=role, PolicyName="site")
        return self.user(
            "publisher", {"site": json.dumps(site["PolicyDocument"]), "reader": json.dumps(version["Document"])}
        )

    def signed_in(self, role: str, **claims: str) -> dict[str, str]:
        """Return the keys that GitHub's token gets for a role."""
        answer = self.aws("sts").assume_role_with_web_identity(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/rollcall-{STACK}-{role}",
            RoleSessionName="delivery",
            WebIdentityToken=token(**claims),
        )["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
            "AWS_SESSION_TOKEN": answer["SessionToken"],
        }

    def runs(self, folder: Path, keys: dict[str, str], *lines: str) -> tuple[int, str]:
        """Run lines in a clone; return the exit code and what they printed."""
        ran = subprocess.run(
            ["bash", "-e"],
            cwd=folder,
            env=self.environment | keys,
            input="\n".join(lines) + "\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout

    def level(self) -> str:
        """Return the log level of a deployed function."""
        name = f"rollcall-{STACK}-submit"
        answer = self.aws("lambda").get_function_configuration(FunctionName=name)
        return str(answer["Environment"]["Variables"]["LOG_LEVEL"])


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("delivery")
    workspace = Workspace(root=ROOT, state=folder / "emulator", edge_port=free_port(), mailbox_port=free_port())
    provider = Configuration(workspace, "stand-in")
    provider.forget_initialisation()
    ours = folder / "ours"
    shutil.copytree(ROOT / "example", ours)
    for file in ours.rglob("form.toml"):
        file.write_text(
            file.read_text(encoding="utf-8").replace("robotics-academy.example", "kuggen.se"), encoding="utf-8"
        )
    for file in [*ours.glob("site/*.toml"), *ours.rglob("mail/*.j2")]:
        file.write_text(
            file.read_text(encoding="utf-8").replace("robotics-academy.example", "kuggen.se"), encoding="utf-8"
        )
    for file in (ours / "values").iterdir():
        file.unlink()
    values = VALUES.format(port=workspace.edge_port, state=STATE)
    (ours / "values" / f"{STACK}.tfvars").write_text(values, encoding="utf-8")
    (ours / "values" / f"{STACK}.s3.tfbackend").write_text(BACKEND, encoding="utf-8")
    installers = {name: value for name, value in os.environ.items() if name.upper().startswith(INSTALLERS)}
    environment = clean_environment(
        **installers,
        PATH=os.environ["PATH"],
        STACK=STACK,
        AWS_REGION=REGION,
        AWS_ENDPOINT_URL=f"http://localhost:{workspace.edge_port}",
        TF_CLI_CONFIG_FILE=str(provider.cli_configuration),
        ROLLCALL_CONFIG_DIR=str(folder / "contexts"),
        CODEBUILD_SRC_DIR_ours=str(ours),
        CODEBUILD_SRC_DIR_plan=str(folder / "plan"),
        CHECKPOINT_DISABLE="1",
        TF_IN_AUTOMATION="1",
    )
    emulator = emulator_of(workspace)
    try:
        emulator.start(smtp_port=free_port())
        yield Account(workspace, ours, environment)
    finally:
        emulator.stop()


@pytest.mark.full
@pytest.mark.needs("iam enforced")
def test_delivery__plans_deploys_and_publishes(account: Account, tmp_path: Path) -> None:
    """From an empty account: a first apply by hand, then each stage's commands in a fresh clone, as its role."""
    clone, prepare = fresh_clone(tmp_path / "product"), ["make dev", 'export PATH="$PWD/.venvs/dev/bin:$PATH"']
    account.aws("s3").create_bucket(Bucket=STATE, CreateBucketConfiguration={"LocationConstraint": REGION})
    account.aws("iam").create_open_id_connect_provider(Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"])
    ours = f'export ROLLCALL_ORGANISATION="{account.ours}"'
    mirror = f"{account.workspace.state}/terraform/mirror"
    lock = [
        f'make -s provider-lock MIRROR="{mirror}" PLATFORMS="$(ls "{mirror}"/*/*/*/*)"',
        f'mv infra/terraform/.terraform.lock.hcl "{account.ours}/values/"',
    ]
    first = [f"rollcall context add {STACK} --stack {STACK} --region {REGION}", "rollcall infra apply --yes"]

    code, printed = account.runs(clone, account.deployer("without-delivery"), *prepare, *lock, ours, *first)

    assert code != 0
    assert "iam:CreatePolicy" in printed  # the missing right is named, and the second apply finishes what it left
    administrator = account.deployer("administrator", "delivery")
    code, printed = account.runs(clone, administrator, prepare[1], ours, first[1])
    assert code == 0, printed
    assert account.level() == "INFO"

    for role, claims in [
        ("deploy", DEPLOYS | {"ref": "refs/heads/a-branch"}),
        ("deploy", DEPLOYS | {"sub": "repo:kuggen/ours:environment:staging"}),
        ("deploy", DEPLOYS | {"sub": "repo:mallory/ours:environment:prod"}),
        ("deploy", DEPLOYS | {"aud": "somebody"}),
        ("deploy", PLANS),
        ("plan", DEPLOYS),
    ]:
        with pytest.raises(ClientError, match="AccessDenied"):
            account.signed_in(role, **claims)

    values = account.ours / "values" / f"{STACK}.tfvars"
    values.write_text(values.read_text(encoding="utf-8").replace('"INFO"', '"WARNING"'), encoding="utf-8")
    plans, artifact = account.signed_in("plan", **PLANS), account.ours.parent / "plan"

    built = Buildspec.read(BUILDSPECS / "buildspec-plan.yml").run(
        fresh_clone(tmp_path / "plans"), account.environment | plans, artifact
    )

    assert built.code == 0, built.log
    assert built.exported["PLAN"].startswith("Plan: 0 to add, ")
    assert account.level() == "INFO"

    deploying = fresh_clone(tmp_path / "deploys")
    spec = Buildspec.read(BUILDSPECS / "buildspec-deploy.yml")
    refused = spec.run(deploying, account.environment | plans)
    assert refused.code != 0, "the role that plans must not apply"
    assert account.level() == "INFO"
    built = spec.run(deploying, account.environment | account.signed_in("deploy", **DEPLOYS))
    assert built.code == 0, built.log
    assert account.level() == "WARNING"

    only_the_role = f"rollcall infra apply --yes -var '{PIPELINE}' '-target=module.delivery_role[\"publish\"]'"
    code, printed = account.runs(clone, administrator, prepare[1], ours, only_the_role)
    assert code == 0, printed
    built = Buildspec.read(BUILDSPECS / "buildspec-publish.yml").run(
        deploying, account.environment | account.publisher()
    )
    assert built.code == 0, built.log
    pages = account.aws("s3").list_objects_v2(Bucket=f"rollcall-{STACK}-site-{ACCOUNT}")["Contents"]
    assert "index.html" in {page["Key"] for page in pages}
