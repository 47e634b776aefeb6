"""`rollcall local up` when things go wrong: one sentence, the right exit code, nothing left, and the next run works."""

from __future__ import annotations

import select
import shutil
import signal
import socket
import subprocess
import sys
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
def own(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace that nobody else uses, in a folder whose name is no plain word; whatever runs in it is stopped."""
    state = tmp_path / "stängd mapp"
    workspace = Workspace(
        root=ROOT, state=state, edge_port=free_port(), site_port=free_port(), mailbox_port=free_port()
    )
    yield workspace
    stack.down(workspace)


def up(workspace: Workspace, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run it to the end."""
    environment = environment_of(workspace) | changes
    command = [ROLLCALL, "local", "up"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def ports(workspace: Workspace) -> list[int]:
    return [workspace.edge_port, workspace.site_port, workspace.mailbox_port]


def nothing_listens(workspace: Workspace) -> bool:
    return not any(map(port_is_taken, ports(workspace)))


def test_up__interrupted_or_ended_half_way_leaves_nothing_and_the_next_run_works(own: Workspace) -> None:
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 130)):
        with subprocess.Popen(
            [ROLLCALL, "local", "up"], env=environment_of(own), stderr=subprocess.PIPE, text=True
        ) as running:
            state = own.state / "terraform" / "terraform.tfstate"
            wait_until(lambda: state.exists() or running.poll() is not None, what="Terraform at work")  # noqa: B023 - awaited here
            running.send_signal(number)
            _, told = running.communicate(timeout=60)
        assert running.returncode == code, told
        assert "Traceback" not in told
        assert nothing_listens(own)
    done = up(own)
    assert done.returncode == 0, done.stderr
    assert up(own).stderr.count("0 added, 0 changed, 0 destroyed") == 1


@pytest.mark.parametrize("index", [0, 1, 2], ids=["emulator", "site", "mailbox"])
def test_up__a_taken_port_is_named_and_nothing_is_left_running(own: Workspace, index: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports(own)[index]))
        other.listen()
        done = up(own)
    assert done.returncode == 1
    assert f"Port {ports(own)[index]}" in done.stderr
    assert "choose another port" in done.stderr
    assert nothing_listens(own)


def test_up__a_mistake_in_a_form_file_is_named_with_file_and_key(own: Workspace, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    ignored = shutil.ignore_patterns(
        ".git", ".local", ".mypy_cache", ".ruff_cache", ".pytest_cache", "dev", "bench", "uv"
    )
    shutil.copytree(ROOT, clone, ignore=ignored, symlinks=True)
    form = clone / "forms" / "contact" / "form.toml"
    form.write_text(form.read_text().replace('type = "email"', 'type = "emial"'))
    done = up(own, ROLLCALL_ROOT=str(clone))
    assert done.returncode == 1
    assert "forms/contact/form.toml" in done.stderr
    assert '"emial"' in done.stderr
    assert "email" in done.stderr


def test_up__half_written_files_of_an_earlier_run_are_no_obstacle(own: Workspace) -> None:
    own.state.mkdir(parents=True)
    for name in ("smtp-port", "deployer.json", "front.json"):
        (own.state / name).write_text('{"id": "AKI')
    done = up(own)
    assert done.returncode == 0, done.stderr


def test_up__uses_no_setting_or_credential_of_this_machine(own: Workspace) -> None:
    with socket.socket() as elsewhere:
        elsewhere.bind(("127.0.0.1", 0))
        elsewhere.listen()
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}"
        names = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_S3", "HTTP_PROXY", "HTTPS_PROXY")
        real = {"AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL", "AWS_SECRET_ACCESS_KEY": "x", "AWS_PROFILE": "production"}
        done = up(own, **dict.fromkeys(names, address), **real)
        asked, _, _ = select.select([elsewhere], [], [], 0)
        assert not asked, "somebody used what the environment names"
    assert done.returncode == 0, done.stderr
