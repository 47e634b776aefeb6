"""`rollcall infra`: how it calls Terraform, whom it asks first, and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import guide
import pytest
from process.fake_terraform import TERRAFORM, VALUES, Iam
from shipped import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

    from process.fake_terraform import Terraform
    from unit.cli.fakes import CommandLine


def test_plan__has_the_stacks_values_state_and_credentials(
    prod: CommandLine, terraform: Terraform, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its output goes straight through; that of `init` is no data."""
    prod.environ["AWS_ACCESS_KEY_ID"] = "AKIAOTHER"

    ran = prod("infra", "plan", "-detailed-exitcode", "-refresh=false")

    assert ran.code == 0
    assert terraform.words == [
        terraform.init,
        ["plan", terraform.var_file, "-no-color", "-detailed-exitcode", "-refresh=false", "-out=plan"],
    ]
    assert {call[1] for call in terraform.calls} == {str(terraform.root / "infra" / "terraform")}
    assert terraform.calls[0][2] == {
        "AWS_PROFILE": "academy",
        "AWS_ACCESS_KEY_ID": None,
        "AWS_REGION": "eu-north-1",
        "TF_DATA_DIR": str(terraform.root / "build" / "terraform" / "prod"),
    }
    output = capfd.readouterr()
    assert (output.out, output.err) == ("terraform says plan\n", "terraform says init\n")


@pytest.mark.parametrize("code", [0, 1, 2])
def test_exit_code__is_terraforms(prod: CommandLine, terraform: Terraform, code: int) -> None:
    """2 for a plan with -detailed-exitcode: there is something to apply."""
    prod.environ["FAKE_EXIT"] = str(code)

    assert prod("infra", "plan", "-detailed-exitcode").code == code
    assert len(terraform.words) == 2


def test_init__failed__ends_the_command(prod: CommandLine, terraform: Terraform) -> None:
    """Nothing is planned on a state that could not be reached."""
    prod.environ["FAKE_INIT"] = "1"

    assert prod("infra", "plan").code == 1
    assert terraform.words == [terraform.init]


def test_output__takes_no_values(prod: CommandLine, terraform: Terraform) -> None:
    """`terraform output` has no -var-file."""
    assert prod("infra", "output", "-raw", "site_url").code == 0
    assert terraform.words[-1] == ["output", "-no-color", "-raw", "site_url"]


def test_state_and_import__change_the_stacks_own_state(prod: CommandLine, terraform: Terraform) -> None:
    """They run after init; `state` has no -var-file, and its subcommand takes the options."""
    removed = prod("infra", "state", "rm", "module.store.aws_dynamodb_table.this")
    imported = prod("infra", "import", "module.store.aws_dynamodb_table.this", "rollcall-prod-restored-1")

    assert (removed.code, imported.code) == (0, 0)
    assert "Stack prod, account 000000000000, eu-north-1" in removed.err
    assert terraform.words == [
        terraform.init,
        ["state", "rm", "-no-color", "module.store.aws_dynamodb_table.this"],
        terraform.init,
        ["import", terraform.var_file, "-no-color", "module.store.aws_dynamodb_table.this", "rollcall-prod-restored-1"],
    ]
    assert {call[2]["TF_DATA_DIR"] for call in terraform.calls} == {
        str(terraform.root / "build" / "terraform" / "prod")
    }


def test_unlock__needs_a_yes(prod: CommandLine, terraform: Terraform) -> None:
    """Terraform asks on a terminal; elsewhere somebody must have made sure that no other run goes on."""
    refused = prod("infra", "unlock", "6f3b")
    asked = prod("infra", "unlock", "6f3b", typed="")
    sure = prod("infra", "unlock", "6f3b", "--yes")

    assert (refused.code, asked.code, sure.code) == (2, 0, 0)
    assert [words for words in terraform.words if words[0] != "init"] == [
        ["force-unlock", "-no-color", "6f3b"],
        ["force-unlock", "-no-color", "-force", "6f3b"],
    ]


def test_lock_file__is_the_organisations(prod: CommandLine, terraform: Terraform) -> None:
    """It is stored with the values, so that another tag of the product leaves it alone."""
    there = terraform.root / "infra" / "terraform" / ".terraform.lock.hcl"
    there.write_text("an older one")
    prod("infra", "output")
    left = there.read_text()
    (terraform.values / ".terraform.lock.hcl").write_text("ours")

    prod("infra", "output")

    assert (left, there.read_text()) == ("an older one", "ours")


def test_apply__names_stack_and_account_and_asks(prod: CommandLine, terraform: Terraform) -> None:
    """On a terminal; with --yes nobody is asked. What was shown is what is applied."""
    declined = prod("infra", "apply", typed="n\n", terminal=True)
    asked = prod("infra", "apply", "-parallelism=2", "-var=log_level=DEBUG", typed="y\n", terminal=True)
    sure = prod("infra", "apply", "--yes")
    sure_too = prod("infra", "apply", "-auto-approve", typed="")

    assert (declined.code, asked.code, sure.code, sure_too.code) == (1, 0, 0, 0)
    assert asked.err.startswith("Stack prod, account 000000000000, eu-north-1\n")
    assert "Apply this plan to the stack prod?" in asked.err
    planned = ["plan", terraform.var_file]
    assert [words for words in terraform.words if words[0] != "init"] == [
        [*planned, "-out=plan"],
        [*planned, "-parallelism=2", "-var=log_level=DEBUG", "-out=plan"],
        ["apply", "-parallelism=2", "plan"],
        *[[*planned, "-no-color", "-out=plan"], ["apply", "-no-color", "plan"]] * 2,
    ]


def test_apply__of_a_plan_that_changes_nothing_asks_nothing(prod: CommandLine, terraform: Terraform) -> None:
    prod.environ["FAKE_PLAN"] = '{"applyable": false}'

    assert prod("infra", "apply", typed="").code == 0
    assert terraform.words[-1][0] == "plan"


def deleting(*actions: str, kind: str = "aws_sesv2_email_identity", **before: str) -> str:
    """Return a plan with one change, as Terraform describes it to programs."""
    return json.dumps({"resource_changes": [{"type": kind, "change": {"actions": actions, "before": before}}]})


@pytest.mark.parametrize("actions", [("delete",), ("delete", "create"), ("create", "delete")])
def test_plan__that_would_stop_mail_says_so(prod: CommandLine, terraform: Terraform, actions: tuple[str, ...]) -> None:
    """As after a change of sender_domain, or of existing_identity on a stack that made its own."""
    prod.environ["FAKE_PLAN"] = deleting(*actions, email_identity="kuggen.se")

    ran = prod("infra", "plan", "-out", "next.plan")

    assert ran.code == 0
    assert "holds data or sends mail:\n  - the SES identity kuggen.se: everything that" in ran.err
    assert terraform.words[-1][-1].endswith("/next.plan")


def test_apply__of_values_with_a_mistyped_name_is_refused(prod: CommandLine, terraform: Terraform) -> None:
    """Terraform drops the name, and an apply would carry out something else than the values say."""
    declared = 'variable "backup" {\n  type = object({\n    keep_days = optional(number, 90)\n  })\n}\n'
    (terraform.root / "infra" / "terraform" / "variables_recovery.tf").write_text(declared)
    prod.environ["FAKE_PLAN"] = json.dumps({"variables": {"backup": {"value": {"keepdays": 30}}}})

    planned, applied = prod("infra", "plan"), prod("infra", "apply", "--yes")

    assert (planned.code, applied.code) == (1, 1)
    assert "backup has no keepdays. It has keep_days." in applied.err
    assert "Correct" in planned.err
    assert [words[0] for words in terraform.words if words[0] != "init"] == ["plan", "plan"]


def test_plan__that_keeps_everything_says_nothing(prod: CommandLine, terraform: Terraform) -> None:
    """A change in place, a role, and what Terraform only forgets."""
    assert terraform
    for plan in (deleting("update"), deleting("forget"), deleting("delete", kind="aws_iam_role")):
        prod.environ["FAKE_PLAN"] = plan
        assert "holds data" not in prod("infra", "plan").err


@pytest.mark.parametrize("saved", [True, False])
@pytest.mark.parametrize(
    ("arguments", "typed", "code", "message"),
    [
        ([], "prod\n", 0, "Type the stack's name"),
        ([], "y\n", 1, "not the stack's name. Nothing was changed."),
        (["--yes"], None, 1, "If you mean it, add --delete-data."),
        (["--yes", "--delete-data"], None, 0, "the table rollcall-prod: everything in it is lost"),
    ],
)
def test_apply__that_deletes_data_needs_more_than_yes(  # noqa: PLR0917 - what pytest gives
    prod: CommandLine,
    terraform: Terraform,
    tmp_path: Path,
    arguments: list[str],
    typed: str | None,
    code: int,
    message: str,
    *,
    saved: bool,
) -> None:
    """Of a saved plan as well: a pipeline must not delete a table because a name was mistyped."""
    (tmp_path / "prod.plan").write_text("kept")
    prod.environ["FAKE_PLAN"] = deleting("delete", kind="aws_dynamodb_table", name="rollcall-prod")

    ran = prod("infra", "apply", *arguments, *(["prod.plan"] if saved else []), typed=typed)

    assert ran.code == code
    assert message in ran.err
    assert [words[0] for words in terraform.words].count("apply") == (code == 0)


def test_apply__without_a_terminal_needs_yes_or_a_plan(prod: CommandLine, terraform: Terraform, tmp_path: Path) -> None:
    """A saved plan has its values and was reviewed; its path is relative to the current folder."""
    (tmp_path / "prod.plan").write_text("kept")

    refused = prod("infra", "apply")
    planned = prod("infra", "plan", "-out=next.plan")
    applied = prod("infra", "apply", "prod.plan")

    assert (refused.code, planned.code, applied.code) == (2, 0, 0)
    assert "--yes" in refused.err
    assert terraform.words[1][-1] == f"-out={tmp_path / 'next.plan'}"
    assert terraform.words[-1] == ["apply", "-no-color", str(tmp_path / "prod.plan")]


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "message"),
    [
        ([], "prod\n", 0, ""),
        ([], "dev\n", 1, "not the stack's name"),
        ([], "\n", 1, "not the stack's name"),
        ([], None, 2, "--stack NAME"),
        (["--yes"], None, 2, "--stack prod"),
        (["--yes", "--stack", "dev"], None, 1, "not 'dev'"),
        (["--yes", "--stack", "prod"], None, 0, ""),
    ],
)
def test_destroy__needs_the_stacks_name(  # noqa: PLR0917 - what pytest gives
    prod: CommandLine, terraform: Terraform, arguments: list[str], typed: str | None, code: int, message: str
) -> None:
    """Typed, or given with --yes; anything else calls nothing."""
    ran = prod("infra", "destroy", *arguments, "-var", "deletion_protection=false", typed=typed)

    assert ran.code == code
    assert message in ran.err
    gone = ["destroy", terraform.var_file, "-auto-approve", "-no-color"]
    gone += ["-var", "deletion_protection=false"]
    assert terraform.words == ([terraform.init, gone] if code == 0 else [])


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_deployment__with_example_addresses_is_refused(prod: CommandLine, terraform: Terraform, command: str) -> None:
    """Nobody would read the mails; Terraform does not even start."""
    shutil.copytree(SOURCES.forms, terraform.values.parent / "forms", dirs_exist_ok=True)

    ran = prod("infra", command, *(["--yes"] if command == "apply" else []))

    assert ran.code == 1
    assert "registration mails courses@robotics-academy.example" in ran.err
    assert terraform.words == []


def test_destroy__detaches_the_staffs_policies_first(prod: CommandLine, terraform: Terraform) -> None:
    """Otherwise IAM would refuse to delete them after everything else is gone."""
    iam = Iam(reader=["course-staff"], manager=["course-staff", "head"])
    prod.clients = {"iam": iam}

    ran = prod("infra", "destroy", "--yes", "--stack", "prod")

    assert ran.code == 0
    assert iam.roles == {"reader": [], "manager": []}
    assert "Detached this stack's policies from the role course-staff." in ran.err
    assert "Detached this stack's policies from the role head." in ran.err
    assert terraform.words[-1][0] == "destroy"


def test_destroy__stops_if_a_permission_set_holds_them(prod: CommandLine, terraform: Terraform) -> None:
    """Only IAM Identity Center can change its roles; nothing is touched before that."""
    iam = Iam(reader=["AWSReservedSSO_Staff_0123456789abcdef"], manager=["head"])
    prod.clients = {"iam": iam}

    ran = prod("infra", "destroy", "--yes", "--stack", "prod")

    assert ran.code == 1
    assert "AWSReservedSSO_Staff_0123456789abcdef" in ran.err
    assert "rollcall-prod-reader and -manager from these permission sets" in ran.err
    assert iam.roles["manager"] == ["head"]
    assert terraform.words == []


def test_stack__without_values_lists_those_with_some(prod: CommandLine, terraform: Terraform) -> None:
    """Exit code 3, before anything is called."""
    prod("context", "add", "test", "--region", "eu-north-1")

    ran = prod("infra", "plan", "--context", "test")

    assert ran.code == 3
    assert "There are: prod." in ran.err
    assert terraform.calls == []


def test_stack__of_another_region_is_not_touched(prod: CommandLine, terraform: Terraform) -> None:
    """The values and the context must mean the same stack."""
    prod("context", "add", "prod", "--region", "eu-west-1")

    ran = prod("infra", "apply", "--yes")

    assert ran.code == 1
    assert "says region 'eu-north-1'" in ran.err
    assert terraform.calls == []


def test_terraform__missing_or_too_old_is_reported(
    prod: CommandLine, terraform: Terraform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The message replaces a stack trace, or Terraform's complaint about new syntax."""
    terraform.set(FAKE_VERSION="1.5.7")
    monkeypatch.setattr("rollcall_local.terraform.clean_environment", lambda **_more: dict(os.environ))
    old = prod("infra", "plan")
    terraform.set(PATH=str(tmp_path))
    missing = prod("infra", "plan")

    assert "Terraform 1.5 is too old. Install Terraform 1.11" in old.err
    assert "Terraform is not on the PATH" in missing.err
    assert (old.code, missing.code) == (1, 1)


def test_local__plans_with_the_local_system(
    rollcall_local: CommandLine, terraform: Terraform, capfd: pytest.CaptureFixture[str]
) -> None:
    """Apply and destroy are `local up` and `local down --reset`, which also handle forms, pages and data."""
    assert rollcall_local("infra", "plan").code == 0
    assert terraform.words == [["plan", "-local", "-no-color"]]
    assert capfd.readouterr().out == "terraform says plan\n"

    applied, destroyed = rollcall_local("infra", "apply", "--yes"), rollcall_local("infra", "destroy", "--yes")
    assert (applied.code, destroyed.code) == (2, 2)
    assert "rollcall local up" in applied.err
    assert "rollcall local down --reset" in destroyed.err
    assert len(terraform.calls) == 1


def test_colour__is_only_for_a_terminal_that_wants_it(prod: CommandLine, terraform: Terraform) -> None:
    """Terraform checks neither its stdout nor NO_COLOR, so the command does."""
    prod("infra", "output", terminal=True)
    prod("infra", "output")
    prod.environ["NO_COLOR"] = "1"
    prod("infra", "output", terminal=True)

    assert ["-no-color" in words for words in terraform.words if words[0] == "output"] == [False, True, True]


def test_exit_code__after_a_signal_is_the_shells(prod: CommandLine, terraform: Terraform) -> None:
    """A closed pipe does that: `rollcall infra plan | head` must end with a number that people can look up."""
    program = terraform.root.parent / "bin" / "terraform"
    program.write_text(
        TERRAFORM.replace("sys.exit(int(", "if sys.argv[1] == 'plan': os.kill(os.getpid(), 9)\nsys.exit(int(")
    )

    assert prod("infra", "plan").code == 128 + signal.SIGKILL


def test_local__of_another_clone_is_reported(rollcall_local: CommandLine, terraform: Terraform) -> None:
    """The state of one clone says nothing about another's emulator."""
    rollcall_local("context", "add", "else", "--region", "eu-north-1", "--endpoint-url", "http://localhost:4999")

    ran = rollcall_local("infra", "plan", "--context", "else")

    assert ran.code == 1
    assert "at http://localhost:4999, but this clone's" in ran.err
    assert terraform.calls == []


OPERATORS_LINES = re.findall(
    r"^ *(?:- run: )?(rollcall infra [^#\n]+)", guide.OPERATORS.replace("\\\n", " "), re.MULTILINE
)


@pytest.mark.parametrize("line", [line for line in dict.fromkeys(OPERATORS_LINES) if " destroy" not in line])
def test_operators_guide__commands_run(prod: CommandLine, terraform: Terraform, line: str, tmp_path: Path) -> None:
    """Each line that a person types or CI runs: first deployment, upgrade, a lost Region."""
    prod("context", "add", "prod-b", "--region", "eu-central-1")
    prod("context", "use", "prod")
    (terraform.values / "prod-b.tfvars").write_text('stack = "prod-b"\n')
    (terraform.values / "prod-b.s3.tfbackend").touch()
    (tmp_path / "prod-b.plan").write_text("kept")
    (tmp_path / "prod.plan").write_text("kept")

    ran = prod(*shlex.split(line)[1:], typed="y\n")

    assert ran.code == 0, ran.err
    assert terraform.words[-1][0] == line.split()[2]


@pytest.mark.parametrize("line", guide.beyond("rollcall infra"))
def test_guide__commands_run(prod: CommandLine, terraform: Terraform, line: str) -> None:
    """Each line of the staff guide; the name that destroy asks for is typed."""
    prod("context", "add", "dev", "--region", "eu-north-1")
    (terraform.values / "dev.tfvars").write_text(VALUES.replace("prod", "dev"))
    (terraform.values / "dev.s3.tfbackend").touch()

    ran = prod(*shlex.split(line)[1:], typed=None if "--yes" in line else "y\n" if "apply" in line else "dev\n")

    assert ran.code == 0, ran.err
    assert terraform.words[-1][0] == {"unlock": "force-unlock"}.get(line.split()[2], line.split()[2])


#: Says that it works, waits for an interrupt, writes its state, and counts how often it was told to stop.
WORKING = """
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
print("working", flush=True)
told = 0
while signal.sigtimedwait([signal.SIGINT], 0.3 if told else 60):
    told += 1
print(f"state saved, told {told}", flush=True)
sys.exit(1)
"""
RUN = """
import os, sys
from pathlib import Path
from admin_cli.aws.terraform import run_through
from rollcall_local.terraform import Invocation
sys.exit(run_through(Invocation((sys.executable, "-c", sys.argv[1]), Path.cwd(), os.environ)))
"""


def test_interrupt__to_the_command_is_passed_on_and_awaited() -> None:
    """A cancelled pipeline does this: the state is complete, and the exit code says what happened."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, WORKING], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"

    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)

    assert (process.returncode, out) == (130, "state saved, told 1\n")


def test_interrupt__typed_at_a_terminal_reaches_terraform_once() -> None:
    """The terminal sends Ctrl-C to both; a second one would make Terraform drop everything."""
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", sys.executable, "-c", RUN, WORKING], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    watchdog = threading.Timer(30, process.kill)
    watchdog.start()
    output = b""
    try:
        while b"working" not in output:
            output += os.read(terminal, 1024)
        os.write(terminal, b"\x03")
        process.wait()
        with contextlib.suppress(OSError):  # the other side is closed
            while more := os.read(terminal, 1024):
                output += more
    finally:
        watchdog.cancel()
        os.close(terminal)

    assert b"state saved, told 1" in output
    assert process.returncode == 130
