"""infra/bootstrap: the lines of the operator's guide, typed against an emulator."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from clones import fresh_clone
from conftest import ROOT

from rollcall_local.credentials import ACCOUNT, ROOT_KEY, client
from rollcall_local.process import clean_environment

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.paths import Workspace
    from rollcall_local.terraform import LocalTerraform

BUCKET = "academy-terraform-state"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"

BLOCK = re.compile(r"^```sh\n((?:(?!```).)*infra/bootstrap.*?)^```", re.DOTALL | re.MULTILINE)

REFUSED = {
    "region": '"Stockholm"',
    "state_bucket": '"example-terraform-state"',
    "api_gateway_logs": '{ role_name = "a role" }',
    "github_tokens": '{ audience = "everybody" }',
    "plaintext_sources": '["0.0.0.0/0"]',
}

#: What an emulator needs beside the guide's values, and the answers to Terraform's questions.
BESIDE = {
    "TF_VAR_plaintext_sources": '["127.0.0.0/8"]',
    "TF_VAR_github_tokens": "{}",
    "TF_CLI_ARGS_init": "-force-copy -backend-config=use_path_style=true",
    "TF_CLI_ARGS_apply": "-auto-approve",
    "TF_CLI_ARGS_destroy": "-auto-approve",
    "TF_IN_AUTOMATION": "1",
}


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody in a clone, whose account is the emulator."""

    clone: Path
    environment: dict[str, str]
    workspace: Workspace

    def tries(self, lines: str) -> tuple[int, str]:
        """Type lines into a shell; return the exit code of the first that failed, or 0, and what they printed."""
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e"],
            cwd=self.clone,
            env=self.environment,
            input=lines,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout

    def types(self, lines: str) -> str:
        """Type lines, all of which must succeed; return what they printed."""
        code, printed = self.tries(lines)
        assert code == 0, printed
        return printed

    def terraform(self, words: str) -> tuple[int, str]:
        return self.tries(f"terraform -chdir=infra/bootstrap {words}")

    def aws(self, service: str) -> Any:
        return client(service, self.workspace)


@pytest.fixture(scope="module")
def administrator(
    terraform: LocalTerraform, infra_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Administrator:
    clone = fresh_clone(tmp_path_factory.mktemp("bootstrap"), "infra")
    environment = clean_environment(
        PATH=os.environ["PATH"],
        AWS_ENDPOINT_URL=infra_workspace.endpoint_url,
        AWS_ACCESS_KEY_ID=ROOT_KEY,
        AWS_SECRET_ACCESS_KEY=ROOT_KEY,
        AWS_REGION="eu-north-1",
        TF_CLI_CONFIG_FILE=str(terraform.configuration.parent / "terraform.rc"),
        CHECKPOINT_DISABLE="1",
        **BESIDE,
    )
    return Administrator(clone, environment, infra_workspace)


def test_bootstrap__refuses_wrong_values(administrator: Administrator) -> None:
    """Each with a sentence, before anything is made."""
    values = "".join(f"{name} = {value}\n" for name, value in REFUSED.items())
    (administrator.clone / "refused.tfvars").write_text(values, encoding="utf-8")
    administrator.terraform("init")

    code, printed = administrator.terraform("plan -var-file=../../refused.tfvars")

    assert code != 0
    variables = (administrator.clone / "infra" / "bootstrap" / "variables.tf").read_text(encoding="utf-8")
    assert set(re.findall(r'^variable "(\w+)"', variables, re.MULTILINE)) == set(REFUSED)
    for name in REFUSED:
        assert f": {name} = " in re.sub(r"\x1b\[\d*m", "", printed), f"{name} was not refused"


@pytest.mark.full
def test_bootstrap__makes_what_an_account_needs_once(administrator: Administrator) -> None:
    """Applied with local state, moved into its own bucket, applied again without a change, removed at last."""
    make, move, remove = BLOCK.findall((ROOT / "docs" / "operator.md").read_text(encoding="utf-8"))
    s3, iam, gateway = (administrator.aws(service) for service in ("s3", "iam", "apigateway"))

    made = administrator.types(make)

    assert "terraform -chdir=infra/bootstrap init -migrate-state" in made
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values())
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert "Expiration" not in rule
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
    role = iam.get_role(RoleName="rollcall-api-gateway-logs-eu-north-1")["Role"]
    assert gateway.get_account()["cloudwatchRoleArn"] == role["Arn"]
    assert [one["Arn"] for one in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]] == [PROVIDER]

    administrator.types(move)
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == ["rollcall/bootstrap.tfstate"]
    assert administrator.terraform("plan -detailed-exitcode")[0] == 0
    assert "0 added, 0 changed, 0 destroyed" in administrator.terraform("apply")[1]
    for changed in ("destroy", "apply -var state_bucket=another-terraform-state"):
        code, printed = administrator.terraform(changed)
        assert code != 0, changed
        assert "prevent_destroy" in printed, changed
    assert s3.head_bucket(Bucket=BUCKET)

    administrator.types(remove)
    assert not gateway.get_account().get("cloudwatchRoleArn")
    assert not iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    listed = s3.list_object_versions(Bucket=BUCKET)
    for version in [*listed["Versions"], *listed.get("DeleteMarkers", [])]:
        s3.delete_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=BUCKET)
