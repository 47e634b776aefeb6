"""The operator's guide: its AWS commands are valid, and its documents agree."""

from __future__ import annotations

import json
import os
import re
import shlex
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from conftest import ROOT
from guide import OPERATORS as GUIDE
from guide import OPTIONS

from registration_core.domain.errors import MailerError
from rollcall_build.sources import VARIABLE

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")

#: Options that every AWS command accepts.
COMMON = {"region", "query", "output", "profile", "cli-binary-format"}

#: Services with another name, and commands that call nothing.
SERVICES = {"s3api": "s3"}
OWN = {"configure"}

#: What an administrator does before there is a deployer, or beside it. Everything else is for deployers or staff.
ADMINISTRATORS = {
    "acm", "backup", "budgets", "iam", "route53", "s3api", "service-quotas",
    "lambda get-account-settings", "secretsmanager delete-secret", "sts get-caller-identity",
    "sesv2 put-account-details", "sesv2 create-email-identity", "sesv2 get-account",
    "secretsmanager create-secret", "secretsmanager put-secret-value", "secretsmanager get-secret-value",
    "secretsmanager replicate-secret-to-regions", "cloudfront list-distributions",
    "dynamodb restore-table-to-point-in-time", "sqs receive-message", "sqs delete-message",
}  # fmt: skip


def blocks(language: str) -> list[str]:
    """Return the guide's blocks in one language, without the indentation of their list."""
    matches = re.findall(rf"^( *)```{language}\n(.*?)^ *```", GUIDE, re.DOTALL | re.MULTILINE)
    return ["\n".join(line.removeprefix(indent) for line in text.splitlines()) for indent, text in matches]


def commands() -> list[str]:
    """Return every AWS command in the blocks and in the sentences, of the guide and of the runbook."""
    lines = "\n".join([*blocks("sh"), *re.findall(r"^ *[$>] (.*)", RUNBOOK, re.MULTILINE)]).replace("\\\n", " ")
    quoted = r"'[^']*'|\"[^\"]*\"|[^'\"\n|`#]"
    inline = re.findall(r"`(aws [^`]+)`", GUIDE + RUNBOOK)
    return [one.strip() for one in [*re.findall(rf"^\s*(aws (?:{quoted})+)", lines, re.MULTILINE), *inline]]


@cache
def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(SERVICES.get(service, service))


def called(service: str, operation: str, words: list[str]) -> str:
    """Return the operation that a command calls; `wait` polls one."""
    if operation == "wait":
        waiters = botocore.session.get_session().get_waiter_model(SERVICES.get(service, service))
        (waiter,) = (one for one in waiters.waiter_names if xform_name(one, "-") == words[0])
        return str(waiters.get_waiter(waiter).operation)
    (name,) = (one for one in model(service).operation_names if xform_name(one, "-") == operation)
    return str(name)


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_command__is_one_that_aws_accepts(command: str) -> None:
    """The operation exists, knows every option, and gets all that it needs."""
    _, service, operation, *words = shlex.split(command)
    if service in OWN:
        return
    name = called(service, operation, words)
    shape = model(service).operation_model(name).input_shape
    members = {xform_name(member, "-"): member for member in shape.members} if shape else {}
    options = {word.removeprefix("--").partition("=")[0] for word in words if word.startswith("--")}
    used = {option.removeprefix("no-") for option in options} - COMMON

    assert used <= members.keys()
    assert {xform_name(member, "-") for member in (shape.required_members if shape else ())} <= used


def test_commands__are_found() -> None:
    assert len(commands()) > 20


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_command__is_an_administrators_or_allowed(command: str) -> None:
    """The deployer's policies allow what the guide asks a deployer to call."""
    _, service, operation, *words = shlex.split(command)
    if service in OWN or {service, f"{service} {operation}"} & ADMINISTRATORS:
        return
    name = called(service, operation, words)
    action = "lambda:InvokeFunction" if name == "Invoke" else f"{service.replace('sesv2', 'ses')}:{name}"
    allowed = [
        pattern
        for file in (ROOT / "infra" / "terraform" / "deployer").glob("*.json")
        for statement in json.loads(file.read_text(encoding="utf-8"))["Statement"]
        for pattern in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    ]

    assert any(fnmatchcase(action, pattern) for pattern in allowed), action


def test_terraform_by_hand__uses_the_organisations_values() -> None:
    """The folder is the one that `rollcall new ../ours` makes, seen from `infra/terraform`."""
    lines = "\n".join(blocks("sh"))
    folders = {
        (ROOT / "infra" / "terraform" / path).resolve() for path in re.findall(r"^ *values=(\S+)", lines, re.MULTILINE)
    }

    assert folders == {ROOT.parent.resolve() / "ours" / "values"}
    assert "example/values" not in lines


def test_documents__are_valid_policies() -> None:
    (document,) = (json.loads(text) for text in blocks("json"))

    assert document["Version"] == "2012-10-17"


WORKFLOW = (ROOT / "example" / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8")


def test_workflow__uses_the_environment_and_branch_of_the_guide() -> None:
    """The roles trust what the guide's values name."""
    (values,) = (text for text in blocks("hcl") if "delivery = {" in text)
    delivery = dict(re.findall(r'(\w+) += "(.*?)"', values))

    assert re.findall(r"^ +environment: (\S+)$", WORKFLOW, re.MULTILINE) == [delivery["environment"]]
    assert re.findall(r"^    branches: \[(\S+)\]$", WORKFLOW, re.MULTILINE) == [delivery["branch"]]
    assert f"repo:{delivery['repository']}:environment:{delivery['environment']}" in GUIDE


def test_workflow__plans_with_the_role_that_reads() -> None:
    """Only the job behind the environment gets the role that changes the stack."""
    jobs = dict(re.findall(r"^  (\w+):\n    name: \1\n(.*?)(?=^  \w+:\n|\Z)", WORKFLOW, re.DOTALL | re.MULTILINE))

    roles = {name: re.findall(r"role/rollcall-\$\{\{ env.STACK \}\}-(\w+)", text) for name, text in jobs.items()}
    assert roles == {"plan": ["plan"], "comment": [], "deploy": ["deploy"]}
    assert "head.repo.full_name == github.repository" in jobs["plan"]
    assert "environment: " in jobs["deploy"]
    assert "checkout" not in jobs["comment"]


def test_workflow__finds_the_organisation_it_checked_out() -> None:
    """Product and organisation are beside each other, and the setting is relative to the folder where commands run."""
    checkouts = re.findall(r"uses: actions/checkout@.*\n +with: \{ (.*?) \}", WORKFLOW)
    product, ours, *others = [dict(re.findall(r"(\w+): ([^,\s]+)", one)) for one in checkouts]
    (folder,) = set(re.findall(r"defaults: \{ run: \{ working-directory: (\S+) \} \}", WORKFLOW))
    (named,) = re.findall(rf"{VARIABLE}: (\S+)", WORKFLOW)

    assert others == [product, ours]
    assert (product["path"], re.fullmatch(r"v\d+\.\d+\.\d+", product["ref"]) is not None) == (folder, True)
    assert "repository" not in ours
    assert os.path.normpath(Path(folder, named)) == ours["path"]


def test_identity__is_removed_from_state_before_a_new_one() -> None:
    """Setting existing_identity on a stack that made its own identity would delete that."""
    step = GUIDE[GUIDE.index("Name it with `existing_identity") : GUIDE.index("**4. The stack.**")]
    (address,) = re.findall(r"`rollcall infra state rm '(.*?)'`", step)
    _, _, kind, name = address.removesuffix("[0]").split(".")
    mail = (ROOT / "infra" / "terraform" / "modules" / "mail" / "main.tf").read_text(encoding="utf-8")

    assert "don't set it yet" in step
    assert f'resource "{kind}" "{name}"' in mail


def test_restoring__names_no_example_and_keeps_what_changed() -> None:
    """Hand-typed lines work on the organisation's own stack, in the state of rollcall infra."""
    chapter = RUNBOOK[RUNBOOK.index("\n## Restoring") : RUNBOOK.index("\n## Move a stack")]

    assert "example/values" not in GUIDE[GUIDE.index("## First deployment") :]
    assert re.findall(r"^ *terraform ", chapter, re.MULTILINE) == []
    since = re.findall(r"--restore-date-time (\S+)", chapter)
    assert set(re.findall(r"--since (\S+)", chapter)) == set(since)
    for export_command in ("rollcall export ", "rollcall history ", "rollcall mail list "):
        assert export_command in chapter


def test_deployer__gets_every_part_of_the_policies() -> None:
    parts = {file.stem for file in (ROOT / "infra" / "terraform" / "deployer").glob("*.json")}

    assert set(re.search(r"for part in (.*?); do", GUIDE)[1].split()) == parts  # type: ignore[index]


def test_profile__exists_from_the_first_command_on() -> None:
    """The context uses the same one."""
    first = "\n".join(blocks("sh"))
    (profile,) = re.findall(r"export AWS_PROFILE=(\w+)", first)

    assert first.index("export AWS_PROFILE") < min(first.index(f"aws {one}") for one in ("budgets", "sesv2"))
    assert set(re.findall(r"rollcall context add .* --profile (\w+)", first)) == {profile}


@pytest.mark.parametrize("error", [MailerError, *MailerError.__subclasses__()])
def test_dead_letters__explain_each_reason(error: type[MailerError]) -> None:
    """The column WHY of `rollcall mail failed` shows these codes."""
    chapter = GUIDE.partition("### Dead letters\n")[2].partition("\n#")[0]

    assert f"`{error.code}` (" in chapter


def test_costs__name_every_option() -> None:
    """An option is an object that is off, with its own file of variables; its description says the cost too."""
    table = OPTIONS.partition("\n## ")[0]
    files = (ROOT / "infra" / "terraform").glob("variables_*.tf")
    options = {
        name
        for file in files
        for name, block in re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', file.read_text(), re.DOTALL | re.MULTILINE)
        if "USD" in block or "Costs nothing" in block or "costs nothing" in block or "are free" in block
    }

    assert len(options) >= 12
    assert [name for name in sorted(options) if f"`{name}`" not in table] == []


def test_options__name_their_file_of_rights() -> None:
    """The same as delivery attaches to the role that deploys."""
    delivery = (ROOT / "infra" / "terraform" / "delivery.tf").read_text(encoding="utf-8")
    (known,) = re.findall(r"deployer_options = \{\n(.*?)\n  \}", delivery, re.DOTALL)
    used = {
        (file, option)
        for file, condition in re.findall(r"^ +([\w-]+) += (.*)$", known, re.MULTILINE)
        for option in re.findall(r"var\.(\w+)", condition)
    }
    rows = re.findall(r"^\| \[?`(\w+)`.*\| ([^|]+) \|$", OPTIONS.partition("\n## ")[0], re.MULTILINE)

    said = {(file, option) for option, files in rows for file in re.findall(r"`([\w-]+)`", files)}
    files = {file.stem for file in (ROOT / "infra" / "terraform" / "deployer" / "options").glob("*.json")}
    assert {one for one in said if one[0] in files} == used - {("watch", "api_access_logs")}


def test_named_files__exist() -> None:
    named = set(re.findall(r"`(infra/terraform/[\w./-]+?)/?`", GUIDE)) - {
        "infra/terraform/.terraform.lock.hcl",
        "infra/terraform/environments",  # earlier places: "Upgrading" says how to move them
    }

    assert named
    assert [name for name in sorted(named) if not Path(ROOT, name).exists()] == []
