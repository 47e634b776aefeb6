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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT, environment_of, wait_until

from rollcall_local import stack
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port, port_is_taken

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_S = 300

ROLLCALL = str(Path(sys.executable).with_name("rollcall"))


def new_workspace(folder: Path) -> Workspace:
    """A workspace that nobody else uses, in a folder with a space and an accent."""
    state = folder / "stängd mapp"
    return Workspace(root=ROOT, state=state, edge_port=free_port(), site_port=free_port(), mailbox_port=free_port())


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace for one test; whatever runs in it is stopped."""
    workspace = new_workspace(tmp_path)
    yield workspace
    stack.down(workspace)


def up(workspace: Workspace, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run `rollcall local up` to the end."""
    environment = environment_of(workspace) | changes
    command = [ROLLCALL, "local", "up"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)


def ports(workspace: Workspace) -> list[int]:
    return [workspace.edge_port, workspace.site_port, workspace.mailbox_port]


def nothing_listens(workspace: Workspace) -> bool:
    return not any(map(port_is_taken, ports(workspace)))


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A run that was interrupted. free: whether all its ports were free afterwards."""

    code: int
    stderr: str
    free: bool


@dataclass(frozen=True, slots=True)
class Life:
    """One system that was interrupted twice, found half-written files and an environment full of AWS settings.

    up: the run after all that; again: the next one. connections: those to the address that the environment names.
    """

    workspace: Workspace
    interrupted: list[Interrupted]
    up: subprocess.CompletedProcess[str]
    again: subprocess.CompletedProcess[str]
    connections: list[socket.socket]


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """The one system that the tests of a working `local up` share."""
    workspace = new_workspace(tmp_path_factory.mktemp("life"))
    try:
        interrupted = [interrupt(workspace, number) for number in (signal.SIGINT, signal.SIGTERM)]
        for name in ("smtp-port", "deployer.json", "front.json"):
            (workspace.state / name).write_text('{"id": "AKI')
        with socket.socket() as elsewhere:
            elsewhere.bind(("127.0.0.1", 0))
            elsewhere.listen()
            done = up(workspace, **foreign_settings(f"http://127.0.0.1:{elsewhere.getsockname()[1]}"))
            connections, _, _ = select.select([elsewhere], [], [], 0)
        yield Life(workspace, interrupted, done, up(workspace), connections)
    finally:
        stack.down(workspace)


def interrupt(workspace: Workspace, number: signal.Signals) -> Interrupted:
    """Start a run, and interrupt it while Terraform works."""
    command = [ROLLCALL, "local", "up"]
    state = workspace.state / "terraform" / "terraform.tfstate"
    before = state.stat().st_mtime_ns if state.exists() else None

    def terraform_works() -> bool:
        return state.exists() and state.stat().st_mtime_ns != before

    with subprocess.Popen(command, env=environment_of(workspace), stderr=subprocess.PIPE, text=True) as running:
        wait_until(lambda: terraform_works() or running.poll() is not None, what="Terraform at work")
        running.send_signal(number)
        _, stderr = running.communicate(timeout=TIMEOUT_S)
    return Interrupted(running.returncode, stderr, nothing_listens(workspace))


def foreign_settings(address: str) -> dict[str, str]:
    """AWS settings and credentials of the machine, which no command on a local stack may use."""
    names = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3", "HTTP_PROXY", "HTTPS_PROXY")
    credentials = {"AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL", "AWS_SECRET_ACCESS_KEY": "x"}
    return {**dict.fromkeys(names, address), **credentials, "AWS_PROFILE": "production"}


def test_up__interrupted_leaves_nothing_running(life: Life) -> None:
    assert [(run.code, run.free) for run in life.interrupted] == [(130, True), (130, True)]
    assert not [run.stderr for run in life.interrupted if "Traceback" in run.stderr]


def test_up__works_after_that_and_with_half_written_files(life: Life) -> None:
    assert life.up.returncode == 0, life.up.stderr
    assert life.again.stderr.count("0 added, 0 changed, 0 destroyed") == 1


def test_up__uses_no_setting_or_credential_of_this_machine(life: Life) -> None:
    assert life.up.returncode == 0, life.up.stderr
    assert not life.connections, "somebody used what the environment names"


def test_up__refuses_other_ports_than_it_runs_on(life: Life) -> None:
    done = up(replace(life.workspace, edge_port=free_port()))
    assert done.returncode == 1
    assert f"runs on ports {life.workspace.edge_port}" in done.stderr
    unnamed = {name: value for name, value in environment_of(life.workspace).items() if not name.endswith("_PORT")}
    status = subprocess.run([ROLLCALL, "local", "status"], env=unnamed, capture_output=True, text=True, check=False)
    assert status.returncode == 0, status.stderr
    assert life.workspace.site_url in status.stdout


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


def test_up__adds_a_form_from_its_folder_and_retires_it(life: Life, clone: Path) -> None:
    """Page and address come from the folder; stored submissions stay listed once the folder is gone."""
    shutil.copytree(clone / "example" / "forms" / "contact", clone / "example" / "forms" / "visit")
    form = clone / "example" / "forms" / "visit" / "form.toml"
    form.write_text(form.read_text().replace('id_prefix = "msg"', 'id_prefix = "vis"'))
    workspace = replace(life.workspace, root=clone)
    done = up(workspace)
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
        environment = environment_of(workspace)
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
    assert "visit: 1 confirmed" in rollcall(*older, "--dry-run").stderr
    rollcall(*older, "--yes")
    rollcall("site", "publish")
    assert "visit" not in rollcall("stats", "--json", "forms").stdout
