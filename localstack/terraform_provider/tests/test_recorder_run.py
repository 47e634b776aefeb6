"""The whole proof, with the stand-in in the real provider's place; and a registry that can't be reached."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from shipped import ROOT

from recorder.comparison import report
from recorder.recordings import Recording
from rollcall_local.process import clean_environment
from standin.resource import RESOURCES
from standin.resources import load_all

if TYPE_CHECKING:
    import pathlib

load_all()
OF_OPTIONS = {
    *("aws_api_gateway_account", "aws_iam_openid_connect_provider", "aws_iam_role_policy_attachment"),
    *("aws_cloudfront_cache_policy", "aws_codebuild_project", "aws_codepipeline", "aws_kms_alias", "aws_kms_key"),
}
"""The types of options and of infra/bootstrap, which the smallest stack doesn't have."""


def recorder(*words: str, home: pathlib.Path) -> subprocess.CompletedProcess[str]:
    """Run the command behind `make prove`."""
    environment = clean_environment(HOME=str(home), ROLLCALL_ROOT=str(ROOT), TMPDIR=str(home))
    command = [sys.executable, "-m", "recorder", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def registry_of(folder: pathlib.Path) -> str:
    """Return the host where Terraform looks for providers."""
    (folder / "main.tf").write_text(
        'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
    )
    environment = clean_environment(TF_CLI_CONFIG_FILE=os.devnull, CHECKPOINT_DISABLE="1")
    done = subprocess.run(
        ["terraform", "providers"], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    address = re.search(r"provider\[([^/\]]+)/", done.stdout)
    assert address
    return address[1]


def test_unreachable_registry__is_one_sentence_and_leaves_nothing(tmp_path: pathlib.Path) -> None:
    """Without the real provider nothing is recorded, nothing is left, and the next step is named."""
    services = '{ "providers.v1" = "http://127.0.0.1:9/" }'
    (tmp_path / ".terraformrc").write_text(f'host "{registry_of(tmp_path)}" {{\n  services = {services}\n}}\n')
    (tmp_path / "main.tf").unlink()

    ran = recorder("--out", str(tmp_path / "recorded"), home=tmp_path)

    assert ran.returncode == 1
    assert ran.stderr == (
        "This machine can't reach the Terraform registry, so nothing was recorded. "
        "Run `make prove` on a machine where `terraform init` can download hashicorp/aws.\n"
    )
    assert [file.name for file in tmp_path.iterdir()] == [".terraformrc"]


@pytest.mark.full
def test_stand_in__recorded_twice_differs_nowhere(tmp_path: pathlib.Path) -> None:
    """Two runs are recorded alike, every type of the smallest stack is recorded, and a planted difference is found."""
    ran = recorder("--provider", "stand-in", "--out", str(tmp_path / "recorded"), home=tmp_path)

    assert ran.stdout.endswith("ministack: 0 differences\n"), ran.stdout + ran.stderr
    recording = Recording.read(tmp_path / "recorded" / "ministack.jsonl")
    assert set(RESOURCES) - {*recording.types} == OF_OPTIONS
    changed = [n for n, act in enumerate(recording.acts) if act.type == "aws_sqs_queue" and act.verb == "create"]
    planted = Recording(recording.provider, recording.emulator, list(recording.acts))
    create, *others = planted.acts[changed[0]].calls
    call = replace(create, parameters=create.parameters | {"QueueName": "another"})
    planted.acts[changed[0]] = replace(planted.acts[changed[0]], calls=(call, *others))
    (told,) = report(recording, planted, {})
    assert "aws_sqs_queue create: sqs.CreateQueue QueueName: " in told
