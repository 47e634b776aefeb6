"""`rollcall local up` when things go wrong: one message, the right exit code, nothing left, and the next run works."""

from __future__ import annotations

import json
import select
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT, environment_of, wait_until

from rollcall_local import stack
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port, port_is_taken

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLLCALL = str(Path(sys.executable).with_name("rollcall"))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace that nobody else uses, in a folder with a space and an accent; it is stopped at the end."""
    state = tmp_path / "stängd mapp"
    workspace = Workspace(
        root=ROOT, state=state, edge_port=free_port(), site_port=free_port(), mailbox_port=free_port()
    )
    yield workspace
    stack.down(workspace)


def up(workspace: Workspace, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run `rollcall local up` to the end."""
    environment = environment_of(workspace) | changes
    command = [ROLLCALL, "local", "up"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def ports(workspace: Workspace) -> list[int]:
    return [workspace.edge_port, workspace.site_port, workspace.mailbox_port]


def nothing_listens(workspace: Workspace) -> bool:
    return not any(map(port_is_taken, ports(workspace)))


def test_up__interrupted_leaves_nothing_and_can_run_again(workspace: Workspace) -> None:
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 130)):
        with subprocess.Popen(
            [ROLLCALL, "local", "up"], env=environment_of(workspace), stderr=subprocess.PIPE, text=True
        ) as running:
            state = workspace.state / "terraform" / "terraform.tfstate"
            wait_until(lambda: state.exists() or running.poll() is not None, what="Terraform at work")  # noqa: B023 - awaited here
            running.send_signal(number)
            _, stderr = running.communicate(timeout=60)
        assert running.returncode == code, stderr
        assert "Traceback" not in stderr
        assert nothing_listens(workspace)
    done = up(workspace)
    assert done.returncode == 0, done.stderr
    assert up(workspace).stderr.count("0 added, 0 changed, 0 destroyed") == 1


@pytest.mark.parametrize("index", [0, 1, 2], ids=["emulator", "site", "mailbox"])
def test_up__names_a_taken_port_and_leaves_nothing_running(workspace: Workspace, index: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports(workspace)[index]))
        other.listen()
        done = up(workspace)
    assert done.returncode == 1
    assert f"Port {ports(workspace)[index]}" in done.stderr
    assert "choose another port" in done.stderr
    assert nothing_listens(workspace)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone that the test may change, with the environments of this one."""
    copy = tmp_path / "clone"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "dist"), symlinks=True)
    (copy / ".venvs").symlink_to(ROOT / ".venvs")
    return copy


def test_up__names_file_and_key_of_a_mistake_in_a_form(workspace: Workspace, clone: Path) -> None:
    form = clone / "example" / "forms" / "contact" / "form.toml"
    form.write_text(form.read_text().replace('type = "email"', 'type = "emial"'))
    done = up(replace(workspace, root=clone))
    assert done.returncode == 1
    assert "forms/contact/form.toml" in done.stderr
    assert '"emial"' in done.stderr
    assert "email" in done.stderr


def test_up__ignores_half_written_files_of_an_earlier_run(workspace: Workspace) -> None:
    workspace.state.mkdir(parents=True)
    for name in ("smtp-port", "deployer.json", "front.json"):
        (workspace.state / name).write_text('{"id": "AKI')
    done = up(workspace)
    assert done.returncode == 0, done.stderr


def test_up__uses_no_setting_or_credential_of_this_machine(workspace: Workspace) -> None:
    with socket.socket() as elsewhere:
        elsewhere.bind(("127.0.0.1", 0))
        elsewhere.listen()
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}"
        names = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3", "HTTP_PROXY", "HTTPS_PROXY")
        real = {"AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL", "AWS_SECRET_ACCESS_KEY": "x", "AWS_PROFILE": "production"}
        done = up(workspace, **dict.fromkeys(names, address), **real)
        connections, _, _ = select.select([elsewhere], [], [], 0)
        assert not connections, "somebody used what the environment names"
    assert done.returncode == 0, done.stderr


def test_up__refuses_other_ports_than_it_runs_on(workspace: Workspace) -> None:
    assert up(workspace).returncode == 0
    elsewhere = replace(workspace, edge_port=free_port())
    done = up(elsewhere)
    assert done.returncode == 1
    assert f"runs on the ports {workspace.edge_port}" in done.stderr
    unnamed = {name: value for name, value in environment_of(workspace).items() if not name.endswith("_PORT")}
    status = subprocess.run([ROLLCALL, "local", "status"], env=unnamed, capture_output=True, text=True, check=False)
    assert status.returncode == 0, status.stderr
    assert workspace.site_url in status.stdout


def test_up__adds_a_form_from_its_folder_and_retires_it(workspace: Workspace, clone: Path) -> None:
    """Page and address come from the folder; stored submissions stay listed once the folder is gone."""
    shutil.copytree(clone / "example" / "forms" / "contact", clone / "example" / "forms" / "visit")
    form = clone / "example" / "forms" / "visit" / "form.toml"
    form.write_text(form.read_text().replace('id_prefix = "msg"', 'id_prefix = "vis"'))
    done = up(replace(workspace, root=clone))
    assert done.returncode == 0, done.stderr
    for address in (f"{workspace.site_url}/visit", f"{workspace.api_url}/visit"):
        body = b"{}" if address.startswith(workspace.api_url) else None
        request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})  # noqa: S310 - the stack's own addresses
        try:
            status = urllib.request.urlopen(request).status  # noqa: S310 - as above
        except urllib.error.HTTPError as error:
            status = error.code
            error.close()
        assert status == (422 if body else 200)

    def rollcall(*words: str) -> subprocess.CompletedProcess[str]:
        environment = environment_of(replace(workspace, root=clone))
        done = subprocess.run([ROLLCALL, *words], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done

    answers = rollcall("forms", "example", "contact").stdout.encode()
    url, headers = f"{workspace.api_url}/visit", {"Content-Type": "application/json"}
    sent = urllib.request.Request(url, data=answers, headers=headers)  # noqa: S310 - as above
    with urllib.request.urlopen(sent) as answer:  # noqa: S310 - as above
        reference = json.load(answer)["reference"]
    shutil.rmtree(form.parent)

    for _ in range(2):
        published = rollcall("site", "publish")
        assert f"{workspace.site_url}/visit" not in published.stdout
        assert reference in rollcall("list").stdout
        assert reference in rollcall("list", "--form", "visit").stdout
        assert reference in rollcall("search", reference).stdout
        assert "visit" in rollcall("stats", "--json", "forms").stdout
        assert reference in rollcall("export", "--form", "visit").stdout
    older = ("purge", "--older-than", "0d", "--form", "visit")
    assert "1 confirmed of visit" in rollcall(*older, "--dry-run").stderr
    rollcall(*older, "--yes")
    rollcall("site", "publish")
    assert "visit" not in rollcall("stats", "--json", "forms").stdout
