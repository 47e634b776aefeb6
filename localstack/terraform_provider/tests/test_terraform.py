"""The stand-in as a process of the real Terraform's: handshake, a whole life of a resource, refusals, and its end."""

from __future__ import annotations

import json
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from standin.facts import facts

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = pathlib.Path(__file__).parents[3]
EMULATOR_PYTHON = ROOT / ".venvs" / "emulator" / "bin" / "python"
DEADLINE_S = 60.0

CONFIGURATION = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.0" }
  }
}

provider "aws" {
  default_tags { tags = { Project = "rollcall" } }
}

variable "part" { default = "site" }

resource "aws_s3_bucket" "this" {
  bucket        = "rollcall-by-terraform"
  force_destroy = true
  tags          = { Part = var.part }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.this.json
}

data "aws_iam_policy_document" "this" {
  statement {
    effect    = "Deny"
    actions   = ["s3:DeleteBucket"]
    resources = [aws_s3_bucket.this.arn]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::000000000000:user/nobody"]
    }
  }
}

output "arn" { value = aws_s3_bucket.this.arn }
"""


@dataclass
class Terraform:
    """Terraform in a folder of its own, with the stand-in in a mirror beside it."""

    folder: pathlib.Path
    endpoint: str
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        mirror, machine = self.folder / "mirror", {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
        version = facts().version
        host = mirror / self._address() / version / f"{sys.platform}_{machine}"
        host.mkdir(parents=True)
        launcher = host / f"terraform-provider-aws_v{version}"
        launcher.write_text(
            f'#!/bin/sh\necho $$ >> "{self.folder}/started"\n'
            f'PYTHONPATH="{ROOT / "localstack" / "terraform_provider"}" exec "{EMULATOR_PYTHON}" -m standin "$0" "$@"\n'
        )
        launcher.chmod(0o755)
        rc = self.folder / "terraform.rc"
        rc.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "TF_CLI_CONFIG_FILE": str(rc),
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_ARGS": "-no-color",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "eu-north-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def _address(self) -> str:
        """How Terraform spells hashicorp/aws in full."""
        self.environment = {"PATH": os.environ["PATH"], "TF_CLI_CONFIG_FILE": os.devnull}
        found = re.search(r"provider\[([^\]]+)\]", self.run("providers")[1])
        assert found, "terraform providers names no provider"
        return found[1]

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            ["terraform", *words],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str) -> tuple[int, str]:
        """Run a command; return its exit code and what it said."""
        process = self.start(*words)
        said, _ = process.communicate(timeout=DEADLINE_S)
        return process.returncode, said

    def providers(self) -> list[int]:
        """The processes of the stand-in that still run."""
        started = self.folder / "started"
        numbers = [int(line) for line in started.read_text().split()] if started.exists() else []
        return [number for number in numbers if _runs(number)]


def _runs(number: int) -> bool:
    """Return whether a process is running; one that ended and isn't collected yet doesn't."""
    try:
        state = pathlib.Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _await(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


@pytest.fixture
def initialised(tmp_path: pathlib.Path, provider_emulator: str) -> Terraform:
    """A configuration, initialised from the mirror."""
    assert shutil.which("terraform"), "Terraform is not on the PATH, and these tests are about its provider."
    (tmp_path / "main.tf").write_text(CONFIGURATION)
    terraform = Terraform(tmp_path, provider_emulator)
    code, said = terraform.run("init")
    assert code == 0, said
    return terraform


def test_terraform__creates_updates_imports_and_destroys(initialised: Terraform, aws: Callable[[str], Any]) -> None:
    terraform, bucket = initialised, "rollcall-by-terraform"
    code, said = terraform.run("apply", "-auto-approve")
    assert code == 0, said
    assert "2 added" in said
    assert aws("s3").get_bucket_tagging(Bucket=bucket)["TagSet"] == [
        {"Key": "Part", "Value": "site"},
        {"Key": "Project", "Value": "rollcall"},
    ]
    assert json.loads(terraform.run("output", "-json")[1])["arn"]["value"] == f"arn:aws:s3:::{bucket}"
    code, said = terraform.run("plan", "-detailed-exitcode")
    assert code == 0, said

    code, said = terraform.run("apply", "-auto-approve", "-var", "part=other")
    assert "0 added, 1 changed, 0 destroyed" in said, said

    aws("s3").delete_bucket_policy(Bucket=bucket)
    code, said = terraform.run("plan", "-detailed-exitcode", "-var", "part=other")
    assert code == 2
    assert "aws_s3_bucket_policy.this will be created" in said

    (terraform.folder / "terraform.tfstate").unlink()
    code, said = terraform.run("import", "aws_s3_bucket.this", bucket)
    assert code == 0, said
    code, said = terraform.run("plan", "-detailed-exitcode", "-var", "part=other", "-target=aws_s3_bucket.this")
    # The provider's own wish comes back from no import, with AWS's provider neither.
    assert [line.split()[1] for line in said.splitlines() if line.startswith("      ~ ")] == ["force_destroy"], said

    code, said = terraform.run("destroy", "-auto-approve")
    assert code == 0, said
    assert bucket not in [found["Name"] for found in aws("s3").list_buckets()["Buckets"]]
    assert terraform.providers() == []


def test_terraform__argument_that_is_not_carried_out_fails_validation(initialised: Terraform) -> None:
    (initialised.folder / "more.tf").write_text(
        'resource "aws_s3_bucket_lifecycle_configuration" "x" {\n  bucket = "x"\n  rule {\n    id = "a"\n'
        '    status = "Enabled"\n    transition {\n      days = 1\n      storage_class = "GLACIER"\n    }\n  }\n}\n'
    )

    code, said = initialised.run("validate")

    assert code == 1
    assert "doesn't carry out the argument\n" in said or "doesn't carry out the argument rule.transition" in said
    assert "more.tf line 7" in said


@pytest.mark.parametrize("endpoint", [None, "https://s3.eu-north-1.amazonaws.com"])
def test_terraform__without_a_local_endpoint_nothing_runs(initialised: Terraform, endpoint: str | None) -> None:
    initialised.environment.pop("AWS_ENDPOINT_URL")
    if endpoint:
        initialised.environment["AWS_ENDPOINT_URL"] = endpoint

    code, said = initialised.run("plan")

    assert code == 1
    assert "AWS_ENDPOINT_URL is" in said
    assert "on this machine" in " ".join(said.split())


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_terraform__no_provider_outlives_it(initialised: Terraform, ending: signal.Signals) -> None:
    let_go = initialised.folder / "let-go"
    # The bucket waits for this, and so its provider runs.
    (initialised.folder / "wait.tf").write_text(
        'resource "terraform_data" "wait" {\n  provisioner "local-exec" {\n'
        f'    command = "until [ -e {let_go} ]; do sleep 0.05; done"\n  }}\n}}\n'
    )
    main = initialised.folder / "main.tf"
    main.write_text(main.read_text().replace("force_destroy = true", "depends_on = [terraform_data.wait]"))
    process = initialised.start("apply", "-auto-approve")
    applying = 3  # one provider gives the schema, one validates, one applies
    started = initialised.folder / "started"
    try:
        _await(lambda: started.exists() and len(started.read_text().split()) > applying, "the apply to begin")
        _await(initialised.providers, "its provider")

        process.send_signal(ending)

        _await(lambda: process.poll() is not None, "Terraform to end")
        _await(lambda: not initialised.providers(), "its provider to end")
    finally:
        let_go.touch()
        process.communicate(timeout=DEADLINE_S)
