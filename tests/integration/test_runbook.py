"""docs/runbook.md, typed into one shell, line by line, on a stack in which each thing goes wrong in turn."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import boto3
import pytest
from conftest import ROOT
from integration.console import fits, reader, typed, unmarked

from rollcall_local.credentials import ACCOUNT, ROOT_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integration.console import Shell

GUIDE = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
OPERATORS = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
THEIRS = "111122223333"

NEW_SIGNING_KEY = re.findall(r"^```sh\n(secret=.*?)```", OPERATORS, re.DOTALL | re.MULTILINE)[0]
"""The operator's guide, Change the signing key."""

LOCK = {
    "ID": "6f3b2c1d-8a4e-4c57-9d12-0b7e5a9c4f21",
    "Operation": "OperationTypeApply",
    "Info": "",
    "Who": "robin@laptop",
    "Version": "1.11.4",
    "Created": "2026-11-29T02:58:11.000000000Z",
    "Path": "academy-terraform-state/rollcall/prod.tfstate",
}

VALUES = """
stack       = "prod"
region      = "eu-north-1"
sender      = "Robotics Academy <courses@kuggen.se>"
alarm_email = "operators@kuggen.se"
"""

BACKEND = """
bucket         = "academy-terraform-state"
key            = "rollcall/prod.tfstate"
region         = "eu-north-1"
use_lockfile   = true
use_path_style = true
"""


def addresses(stack: str) -> str:
    """Return what the emulator needs beside a stack's values: addresses that work without DNS, few processes."""
    return f"""
export TF_VAR_plaintext_sources='["127.0.0.0/8"]'
export TF_VAR_tags='{{ms-custom-id="{stack}"}}'
export TF_VAR_api_url="$AWS_ENDPOINT_URL/restapis/{stack}/v1/_user_request_"
export TF_VAR_reserved_concurrency='{{submit=4, links=2, sweep=1, dispatch=1, notify=2, feedback=1}}'
"""


SQS = """
aws() {
  if [ "$1" = sqs ]; then command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; else command aws "$@"; fi
}
"""
"""The AWS command line of version 1 has addresses of its own for SQS, which win over the environment's."""

START = f"""{SQS}
export AWS_ACCESS_KEY_ID={ROOT_KEY} AWS_SECRET_ACCESS_KEY={ROOT_KEY} AWS_DEFAULT_REGION=eu-north-1 AWS_REGION=eu-north-1
{addresses("prod")}
rollcall new ../ours && rm ../ours/values/*
grep -rl robotics-academy.example ../ours | xargs sed -i "s/[a-z]*@robotics-academy.example/courses@kuggen.se/"
cat > ../ours/values/prod.tfvars <<END{VALUES}END
cat > ../ours/values/prod.s3.tfbackend <<END{BACKEND}END
aws s3api create-bucket --bucket academy-terraform-state --create-bucket-configuration LocationConstraint=eu-north-1
rollcall context add prod --stack prod --region eu-north-1
"""

REGISTER = "rollcall forms example registration --curl | sh"

WRONG = {
    "An apply stopped half way": "aws iam create-role --role-name rollcall-prod-notify --assume-role-policy-document "
    """'{"Version": "2012-10-17", "Statement": []}'""",
    "The state stays locked": f"""cat > build/lock <<'END'
{json.dumps(LOCK)}
END
aws s3api put-object --bucket academy-terraform-state --key rollcall/prod.tfstate.tflock --body build/lock""",
    "Somebody changed something by hand": "aws lambda update-function-configuration --timeout 3 "
    "--function-name rollcall-prod-sweep",
    "Mails don't go out": f"""rollcall site publish
id=$({REGISTER} | grep -o 'reg_[0-9A-Za-z]*' | head -1)
reference=$(rollcall list --json reference | grep -o '[0-9A-Z]\\{{4\\}}-[0-9A-Z]\\{{4\\}}')
until rollcall show $reference | grep -q sent; do sleep 1; done
aws sqs send-message --queue-url "$(rollcall infra output -raw mail_dead_letters_url 2>/dev/null)" \\
  --message-body "{{\\"id\\": \\"$id\\", \\"kind\\": \\"confirmed\\", \\"version\\": 1}}" """,
    "A key leaked": f"""{NEW_SIGNING_KEY}
aws iam create-user --user-name robin && aws iam create-access-key --user-name robin""",
}
"""What the test does before a chapter: what goes wrong there."""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """The operator at a keyboard."""
    with reader(tmp_path) as shell:
        yield shell


def chapters() -> list[tuple[str, str]]:
    """Return each chapter with its heading, in order."""
    parts = re.split(r"^## (.*)\n", GUIDE, flags=re.MULTILINE)
    return [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]


ELSEWHERE = "--source-table-arn arn:aws:dynamodb:eu-north-1:$account:table/$from"
"""A table in another Region, which the emulator's restore doesn't look into."""


def twin(shell: Shell) -> None:
    """Put the table that $from names beside where it is restored: the emulator looks for it in that Region alone."""
    endpoint, name = (shell.types(f"echo {one}")[1].strip() for one in ("$AWS_ENDPOINT_URL", "$from"))
    here, there = (
        boto3.client(
            "dynamodb", region, endpoint_url=endpoint, aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY
        )
        for region in ("eu-north-1", "eu-west-1")
    )
    table = here.describe_table(TableName=name)["Table"]
    indexes = [
        {part: one[part] for part in ("IndexName", "KeySchema", "Projection")}
        for one in table["GlobalSecondaryIndexes"]
    ]
    there.create_table(
        TableName=name,
        KeySchema=table["KeySchema"],
        AttributeDefinitions=table["AttributeDefinitions"],
        GlobalSecondaryIndexes=indexes,
        BillingMode="PAY_PER_REQUEST",
    )
    for item in here.scan(TableName=name)["Items"]:
        there.put_item(TableName=name, Item=item)


def test_runbook__marks_every_line_that_needs_aws() -> None:
    """Each block that no test types has a paragraph before it that says so."""
    assert unmarked(GUIDE) == 0
    assert WRONG.keys() <= {heading for heading, _ in chapters()}


@pytest.mark.full
@pytest.mark.needs("iam enforced")
def test_runbook__prints_what_it_says(shell: Shell) -> None:
    """Every other line runs in order; a line whose output is an error fails, as the reader's did."""
    code, printed = shell.types(START)
    assert code == 0, printed
    for heading, chapter in chapters():
        code, printed = shell.types(WRONG.get(heading, ":"))
        assert code == 0, printed
        for command, expected in typed(chapter):
            shell.types(addresses("ireland" if "--context ireland" in command else "prod"))
            if ELSEWHERE in command:
                twin(shell)
            here = command.replace(ELSEWHERE, "--source-table-name $from").replace(THEIRS, ACCOUNT)
            code, printed = shell.types(here)
            fails = "Error: " in expected or "-detailed-exitcode" in command
            assert fails or code == 0, f"{command}\n{printed}"
            assert fits(expected, printed.replace(ACCOUNT, THEIRS)), f"{command}\n{printed}"
