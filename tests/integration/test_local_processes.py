"""The local system's processes, without Terraform, each in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT, wait_until

from rollcall_local.credentials import client, deployer
from rollcall_local.emulators import emulator_of
from rollcall_local.errors import LocalStackError, PortTakenError, TerraformMissingError
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port
from rollcall_local.terraform import require_terraform

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace that nobody else uses; whatever runs in it is stopped at the end."""
    workspace = Workspace(
        root=ROOT, state=tmp_path, edge_port=free_port(), site_port=free_port(), mailbox_port=free_port()
    )
    yield workspace
    emulator_of(workspace).stop()


def pid_of(workspace: Workspace) -> int:
    return int((workspace.state / "emulator" / "emulator.pid").read_text())


@pytest.mark.needs("state kept over a restart")
def test_emulator__keeps_its_data_until_a_reset(workspace: Workspace) -> None:
    emulator = emulator_of(workspace)
    assert emulator.start(smtp_port=free_port())
    assert not emulator.start(smtp_port=free_port()), "a second start finds it running"
    client("sqs", workspace).create_queue(QueueName="kept")
    assert emulator.stop()
    assert not emulator.alive()

    emulator.start(smtp_port=free_port())
    assert client("sqs", workspace).list_queues()["QueueUrls"][0].endswith("/kept")
    emulator.reset()

    emulator.start(smtp_port=free_port())
    assert not client("sqs", workspace).list_queues().get("QueueUrls")


@pytest.mark.needs("state kept over a restart")
def test_emulator__killed__continues_from_its_last_save(workspace: Workspace) -> None:
    emulator = emulator_of(workspace)
    emulator.start(smtp_port=free_port())
    client("sqs", workspace).create_queue(QueueName="saved")
    saved = workspace.state / "emulator" / "state" / "sqs.json"
    wait_until(lambda: saved.exists() and "saved" in saved.read_text(), what="the queue in the saved state")
    os.kill(pid_of(workspace), signal.SIGKILL)
    wait_until(lambda: not emulator.alive(), what="the end of the killed emulator")
    assert emulator.died()

    emulator.start(smtp_port=free_port())
    assert not emulator.died()
    assert client("sqs", workspace).list_queues()["QueueUrls"][0].endswith("/saved")


def test_emulator__names_a_taken_port_and_stops(workspace: Workspace) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", workspace.edge_port))
        other.listen()
        with pytest.raises(PortTakenError, match=rf"Port {workspace.edge_port}.*EDGE_PORT=<port> make up"):
            emulator_of(workspace).start(smtp_port=free_port())
    assert not emulator_of(workspace).alive()


def test_emulator__gets_no_credentials_of_this_machine(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-to-be-seen")
    monkeypatch.setenv("AWS_PROFILE", "production")
    emulator_of(workspace).start(smtp_port=free_port())
    environment = Path(f"/proc/{pid_of(workspace)}/environ").read_bytes()
    assert b"REALREAL" not in environment
    assert b"not-to-be-seen" not in environment
    assert b"production" not in environment


def test_deployer__is_not_root_and_is_reused(workspace: Workspace) -> None:
    emulator_of(workspace).start(smtp_port=free_port())
    credentials = deployer(workspace)
    identity = client("sts", workspace, credentials).get_caller_identity()
    assert identity["Arn"].endswith(":user/rollcall-deployer")
    assert deployer(workspace) == credentials
    assert (workspace.state / "deployer.json").stat().st_mode & 0o077 == 0


@pytest.mark.needs("iam enforced")
def test_deployer__may_do_nothing_but_deploy(workspace: Workspace) -> None:
    emulator_of(workspace).start(smtp_port=free_port())
    credentials = deployer(workspace)
    with pytest.raises(Exception, match=r"AccessDenied|not authorized"):
        client("iam", workspace, credentials).create_user(UserName="somebody-else")


@pytest.mark.needs("state kept over a restart")
def test_emulator__of_a_moved_folder__stops_and_loses_nothing(workspace: Workspace) -> None:
    """What was just stored is in the moved folder, and nothing is created in the old one."""
    before = replace(workspace, state=workspace.state / "before")
    after = replace(workspace, state=workspace.state / "after")
    emulator_of(before).start(smtp_port=free_port())
    client("sqs", before).create_queue(QueueName="moved")
    before.state.rename(after.state)
    wait_until(lambda: not emulator_of(after).alive(), what="the end of the emulator in the moved folder")
    assert not before.state.exists()

    emulator_of(after).start(smtp_port=free_port())
    assert client("sqs", after).list_queues()["QueueUrls"][0].endswith("/moved")
    assert emulator_of(after).stop()


@pytest.mark.needs("state kept over a restart")
def test_emulator__saves_no_logs_and_nothing_unchanged(workspace: Workspace) -> None:
    """The logs of a busy system would be most of the data, and nobody needs them."""
    emulator = emulator_of(workspace)
    emulator.start(smtp_port=free_port())
    logs, queues = client("logs", workspace), client("sqs", workspace)
    logs.create_log_group(logGroupName="/aws/lambda/x")
    logs.create_log_stream(logGroupName="/aws/lambda/x", logStreamName="s")
    events = [{"timestamp": 1_790_000_000_000, "message": "not to be kept"}]
    logs.put_log_events(logGroupName="/aws/lambda/x", logStreamName="s", logEvents=events)
    queues.create_queue(QueueName="first")
    saved = workspace.state / "emulator" / "state"
    wait_until((saved / "sqs.json").exists, what="the saved queue")
    written = (saved / "sqs.json").stat().st_ino
    client("sns", workspace).list_topics()
    emulator.stop()
    assert (saved / "sqs.json").stat().st_ino == written
    assert "/aws/lambda/x" in (saved / "cloudwatch_logs.json").read_text()
    assert "not to be kept" not in (saved / "cloudwatch_logs.json").read_text()


@pytest.mark.parametrize(
    ("version", "sentence"),
    [(None, "not on the PATH"), ("1.4.6", r"Terraform 1\.4 is too old"), ("", "printed no version")],
)
def test_require_terraform__explains_what_to_install(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str | None,
    sentence: str,
) -> None:
    """A missing or old Terraform gives one message that says what to do."""
    if version is not None:
        fake = tmp_path / "terraform"
        output = json.dumps({"terraform_version": version} if version else {})
        fake.write_text(f"#!/bin/sh\necho '{output}'\n")
        fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TerraformMissingError, match=sentence):
        require_terraform()


def test_guard__keeps_tests_on_this_machine() -> None:
    with socket.socket() as outward, pytest.raises(AssertionError, match="this machine only"):
        outward.connect(("198.51.100.1", 80))


def test_local_system__says_if_the_emulator_is_not_installed(workspace: Workspace, tmp_path: Path) -> None:
    elsewhere = Workspace(root=tmp_path, state=workspace.state, edge_port=workspace.edge_port)
    with pytest.raises(LocalStackError, match=r"is not installed in this clone\..* Run: make \w+"):
        emulator_of(elsewhere).start(smtp_port=free_port())
