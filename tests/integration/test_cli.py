"""The staff's command line on the deployed stack, with the staff's policies; as a process where that matters."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT, wait_until
from integration.api_requests import example, send

from admin_cli.aws.contexts import Context, add_local, context_file
from registration_core.domain.validation import validate
from rollcall_build.forms.files import compile_forms
from rollcall_local.desk_users import desk_users
from rollcall_local.emulators import emulator_of

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import DeployedStack
    from integration.staff import Staff

ROLLCALL = [sys.executable, "-m", "admin_cli"]


class Cli:
    """Runs `rollcall` against the deployed stack as a separate process."""

    def __init__(self, stack: DeployedStack) -> None:
        self._stack = stack
        self.environ = {"PATH": os.environ["PATH"], "TZ": "Asia/Tokyo"} | stack.env

    def __call__(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*ROLLCALL, *arguments],
            cwd=self._stack.workspace.state,
            env=self.environ | environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a line in bash with `rollcall` on the PATH."""
        function = f'rollcall() {{ {sys.executable} -m admin_cli "$@"; }}; set -o pipefail; '
        return subprocess.run(
            ["bash", "-c", function + script],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.fixture(scope="session")
def cli(deployed: DeployedStack) -> Cli:
    """A command line whose current context is the deployed stack."""
    workspace = deployed.workspace
    add_local(workspace.stack, workspace.region, workspace.endpoint_url, file=context_file(deployed.env))
    return Cli(deployed)


@pytest.fixture(scope="session")
def posted(cli: Cli) -> dict[str, str]:
    """A registration sent by the printed command: the API's answer, and its e-mail address."""
    address = f"cli-{uuid.uuid4().hex[:12]}@example.org"
    email = json.loads(cli("forms", "example", "registration").stdout)["email"]
    done = cli.shell(f"rollcall forms example registration --curl | sed s/{re.escape(email)}/{address}/ | sh")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout) | {"email": address}


def test_example__sent_with_curl_is_accepted(posted: dict[str, str]) -> None:
    """The command that `--curl` prints creates a submission."""
    assert posted["status"] == "confirmed"
    assert re.fullmatch(r"reg_[0-9A-HJKMNP-TV-Z]{26}", posted["id"])
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", posted["reference"])


def test_list__shows_a_new_submission(reader: Staff, posted: dict[str, str]) -> None:
    """Piped, it is one line: reference, ISO 8601 UTC, form, status, e-mail, ID, name, option."""
    done = reader("list", "--form", "registration", "--limit", "500")

    cells = [line.split("\t") for line in done.out.splitlines()]
    mine = next(row for row in cells if row[5] == posted["id"])
    assert (done.code, done.err) == (0, "")
    assert mine[:1] + mine[2:6] == [posted["reference"], "registration", "confirmed", posted["email"], posted["id"]]
    assert mine[6:] == ["Åsa Lindqvist", "line-followers"]
    assert abs(datetime.now(UTC) - datetime.fromisoformat(mine[1])) < timedelta(minutes=10)
    assert [row[1] for row in cells] == sorted((row[1] for row in cells), reverse=True)


def test_list__of_all_forms_is_newest_first(reader: Staff, deployed: DeployedStack, posted: dict[str, str]) -> None:
    """Entries of both forms are in one list, by time."""
    message = send(deployed, "contact", example("contact")).json

    entries = reader.json("list", "--limit", "500", "--json", "id,form,submitted_at")

    ids = [entry["id"] for entry in entries]
    assert ids.index(message["id"]) < ids.index(posted["id"])
    assert [entry["submitted_at"] for entry in entries] == sorted((e["submitted_at"] for e in entries), reverse=True)
    assert json.loads(reader.done("list", "--limit", "1", "--json", "id").out) == [{"id": ids[0]}]


def test_list__jsonl_is_an_object_a_line(reader: Staff, posted: dict[str, str]) -> None:
    """Each line is a whole submission."""
    lines = reader("list", "--jsonl", "--limit", "500").out.splitlines()

    mine = next(entry for entry in map(json.loads, lines) if entry["id"] == posted["id"])
    assert mine["answers"]["email"] == posted["email"]


@pytest.mark.parametrize("key", ["id", "reference"])
def test_show__by_id_and_by_reference(reader: Staff, posted: dict[str, str], key: str) -> None:
    """Both show the whole submission, with the answers as stored."""
    sent = json.loads(reader("forms", "example", "registration").out) | {"email": posted["email"]}
    form = compile_forms(ROOT / "example" / "forms")["registration"]

    shown = reader.json("show", posted[key], "--json", "all")

    assert shown["id"] == posted["id"]
    assert shown["answers"] == validate(form, sent, "en", today=datetime.now(UTC).date())
    assert [event["what"] for event in shown["history"]][:1] == ["submitted"]


def test_show__lists_the_mails_sent(reader: Staff, posted: dict[str, str]) -> None:
    """Both mails of a registration are recorded as sent."""
    wait_until(
        lambda: (
            {mail["kind"]: mail["state"] for mail in reader.json("show", posted["id"], "--json", "mails")["mails"]}
            == {"confirmed": "sent", "staff": "sent"}
        ),
        what="both mails noted as sent",
    )


def test_show__accepts_a_reference_as_people_write_it(reader: Staff, posted: dict[str, str]) -> None:
    """Small letters, and a space for the dash."""
    done = reader("show", posted["reference"].lower().replace("-", " "))

    assert f"id\t{posted['id']}\n" in done.out


@pytest.mark.parametrize(
    ("reference", "next_step"),
    [
        ("reg_01KJM2N0S0ABCDEFGHJKMNPQRS", "rollcall list"),
        ("AAAA-AAAA", "rollcall search"),
        ("nonsense", "rollcall search"),
    ],
)
def test_show__unknown_is_not_found(reader: Staff, reference: str, next_step: str) -> None:
    """Exit code 3, nothing on stdout, and one message with the next step."""
    done = reader("show", reference)

    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("error: ")
    assert next_step in done.err


def test_list__into_head_is_quiet(cli: Cli, posted: dict[str, str]) -> None:
    """A reader that has enough is no failure."""
    assert posted
    done = cli.shell("rollcall list --jsonl --limit 500 | head -c 1")

    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")


def test_list__on_a_terminal_is_a_table(cli: Cli, reader: Staff, posted: dict[str, str]) -> None:
    """A person sees a header, colours and local time; with NO_COLOR no escape sequences."""
    script = shutil.which("script")
    if script is None:
        pytest.fail("script (util-linux) is missing: it gives a command a terminal")

    def seen(**environ: str) -> str:
        environ = cli.environ | {"TERM": "xterm-256color", "COLUMNS": "150"} | environ
        command = f"{sys.executable} -m admin_cli list --form registration --limit 500"
        return subprocess.run(
            [script, "-qec", command, "/dev/null"], env=environ, capture_output=True, text=True, check=True, timeout=60
        ).stdout

    plain, coloured = seen(NO_COLOR="1"), seen()

    header, *lines = plain.splitlines()
    mine = next(line for line in lines if posted["id"] in line)
    submitted = reader.json("show", posted["id"], "--json", "submitted_at")["submitted_at"]
    assert header.split() == ["NAME", "OPTION", "STATUS", "RANK", "REFERENCE", "SUBMITTED", "E-MAIL", "ID"]
    assert submitted[:16].replace("T", " ") not in mine
    assert posted["reference"] in mine
    assert "\x1b" not in plain
    assert "\x1b[32mconfirmed" in coloured


def test_list__interrupted_ends_with_130(cli: Cli, deployed: DeployedStack) -> None:
    """Ctrl-C leaves nothing on stderr, even while the emulator accepts the call and never answers."""
    import socket  # noqa: PLC0415 - only this test listens

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        port = listener.getsockname()[1]
        file = context_file(deployed.env)
        file.write(file.read().with_entry(Context("silent", "local", "eu-north-1", f"http://localhost:{port}")))
        process = subprocess.Popen(
            [*ROLLCALL, "list", "--context", "silent"],
            env=cli.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        connection, _ = listener.accept()
        with connection:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)

    assert (process.returncode, out, err) == (130, "", "")


def test_list__of_a_missing_stack_names_the_others(reader: Staff, deployed: DeployedStack) -> None:
    """Exit code 3, with the right name."""
    file = context_file(deployed.env)
    file.write(file.read().with_entry(Context("other", "other", "eu-north-1", deployed.endpoint_url)))

    done = reader("list", "--context", "other")

    assert done.code == 3
    assert re.search(r"There is no stack 'other' at http://localhost:\d+\. There are: local\.", done.err)


def test_list__without_an_answer_says_so_soon(reader: Staff, deployed: DeployedStack) -> None:
    """The command reports a stopped emulator within seconds."""
    file = context_file(deployed.env)
    file.write(file.read().with_entry(Context("stopped", "local", "eu-north-1", "http://localhost:1")))
    begin = time.monotonic()

    done = reader("list", "--context", "stopped")

    assert (done.code, done.out) == (1, "")
    assert "Nothing answers at http://localhost:1" in done.err
    assert time.monotonic() - begin < 20


def test_list__without_aws_credentials_ends_with_4(cli: Cli, deployed: DeployedStack, tmp_path: Path) -> None:
    """It sends nothing and says how to sign in."""
    file = context_file(deployed.env)
    file.write(file.read().with_entry(Context("aws", "prod", "eu-north-1")))
    environ = {
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }

    done = cli("list", "--context", "aws", **environ)

    assert (done.returncode, done.stdout) == (4, "")
    assert "No AWS credentials were found." in done.stderr
    assert "rollcall login" in done.stderr


def test_local_status__names_every_address(reader: Staff, deployed: DeployedStack) -> None:
    """Scripts read this output."""
    emulator = emulator_of(deployed.workspace)

    status = reader.json("local", "status", "--json", "all")

    assert status == {
        "running": True,
        "site_url": deployed.site_url,
        "desk_url": f"{deployed.site_url}/desk/" if desk_users(deployed.workspace) else None,
        "api_url": deployed.api_url,
        "endpoint_url": deployed.endpoint_url,
        "mailbox_url": deployed.workspace.mailbox_url,
        "table": deployed.table,
        "stack": "local",
        "emulator": emulator.describe(),
        "keeps_data": emulator.keeps_data,
        "provider": status["provider"],
    }


def test_local_mail__shows_what_was_mailed(reader: Staff, deployed: DeployedStack, posted: dict[str, str]) -> None:
    """It shows the visitor's mail, and the staff's with Reply-To the visitor."""
    (mail,) = deployed.wait_for_mails(to=posted["email"])

    (listed,) = reader.json("local", "mail", "--to", posted["email"], "--json", "all")

    assert list(listed) == ["id", "at", "from", "to", "reply_to", "subject", "attachments", "text", "html"]
    assert listed["to"] == [posted["email"]]
    assert posted["reference"] in listed["text"]
    assert reader("local", "mail", listed["id"]).out.startswith(f"id\t{mail.id}\n")
    wait_until(
        lambda: any(mail["reply_to"] == posted["email"] for mail in reader.json("local", "mail", "--json", "all")),
        what="a mail to the staff",
    )


def test_site_publish__again_changes_nothing(deployer: Staff, deployed: DeployedStack, tmp_path: Path) -> None:
    """`make up` published the same files; the command names stack and account first."""
    assert deployed.outputs["site_bucket"]
    for arguments in (["--dry-run"], []):
        done = deployer("site", "publish", "--out", str(tmp_path / "site"), *arguments)

        assert (done.code, done.out) == (0, "")
        assert done.err.startswith(f"Stack local, account 000000000000, eu-north-1: {deployed.site_url}\n")


def test_site_build__writes_the_pages(reader: Staff, deployed: DeployedStack, tmp_path: Path) -> None:
    """Each page carries the stack's own API address."""
    done = reader("site", "build", "--out", str(tmp_path / "site"))

    assert done.code == 0
    assert "registration" in done.out.splitlines()
    page = (tmp_path / "site" / "registration.html").read_text(encoding="utf-8")
    assert f'action="{deployed.api_url}/registration?lang=en"' in page


def test_forms_check__needs_no_stack(reader: Staff) -> None:
    """The command finds the clone from the current folder."""
    done = reader("forms", "check", str(ROOT / "example" / "forms"))

    assert done.code == 0
    assert [line.split("\t")[0] for line in done.out.splitlines()] == ["contact", "registration"]
