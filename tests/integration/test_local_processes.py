"""The local system's processes, as the operator of one machine meets them: no Terraform, a folder of their own."""

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
from rollcall_local.emulator import Emulator
from rollcall_local.errors import LocalStackError, PortTakenError, TerraformMissingError
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port
from rollcall_local.terraform import require_terraform

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace that nobody else uses; whatever runs in it is stopped."""
    workspace = Workspace(
        root=ROOT, state=tmp_path, edge_port=free_port(), site_port=free_port(), mailbox_port=free_port()
    )
    yield workspace
    Emulator(workspace).stop()


def pid_of(workspace: Workspace) -> int:
    return int((workspace.state / "emulator" / "emulator.pid").read_text())


def test_emulator__keeps_its_data_over_a_stop_and_drops_it_on_reset(own: Workspace) -> None:
    emulator = Emulator(own)
    assert emulator.start(smtp_port=free_port())
    assert not emulator.start(smtp_port=free_port()), "a second start finds it running"
    client("sqs", own).create_queue(QueueName="kept")
    assert emulator.stop()
    assert not emulator.alive()

    emulator.start(smtp_port=free_port())
    assert client("sqs", own).list_queues()["QueueUrls"][0].endswith("/kept")
    emulator.reset()

    emulator.start(smtp_port=free_port())
    assert not client("sqs", own).list_queues().get("QueueUrls")


def test_emulator__killed_goes_on_from_what_it_saved(own: Workspace) -> None:
    emulator = Emulator(own)
    emulator.start(smtp_port=free_port())
    client("sqs", own).create_queue(QueueName="saved")
    saved = own.state / "emulator" / "state" / "sqs.json"
    wait_until(lambda: saved.exists() and "saved" in saved.read_text(), what="the queue in the saved state")
    os.kill(pid_of(own), signal.SIGKILL)
    wait_until(lambda: not emulator.alive(), what="the end of the killed emulator")
    assert emulator.died()

    emulator.start(smtp_port=free_port())
    assert not emulator.died()
    assert client("sqs", own).list_queues()["QueueUrls"][0].endswith("/saved")


def test_emulator__a_taken_port_is_named_and_nothing_is_left_running(own: Workspace) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", own.edge_port))
        other.listen()
        with pytest.raises(PortTakenError, match=rf"Port {own.edge_port}.*EDGE_PORT=<port> make up"):
            Emulator(own).start(smtp_port=free_port())
    assert not Emulator(own).alive()


def test_emulator__gets_no_credentials_of_this_machine(own: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-to-be-seen")
    monkeypatch.setenv("AWS_PROFILE", "production")
    Emulator(own).start(smtp_port=free_port())
    environment = Path(f"/proc/{pid_of(own)}/environ").read_bytes()
    assert b"REALREAL" not in environment
    assert b"not-to-be-seen" not in environment
    assert b"production" not in environment


def test_deployer__is_no_root_and_is_found_again(own: Workspace) -> None:
    Emulator(own).start(smtp_port=free_port())
    credentials = deployer(own)
    identity = client("sts", own, credentials).get_caller_identity()
    assert identity["Arn"].endswith(":user/rollcall-deployer")
    assert deployer(own) == credentials
    assert (own.state / "deployer.json").stat().st_mode & 0o077 == 0
    with pytest.raises(Exception, match=r"AccessDenied|not authorized"):
        client("iam", own, credentials).create_user(UserName="somebody-else")


def test_emulator__of_a_folder_that_is_moved_ends_and_loses_nothing(own: Workspace) -> None:
    """What was stored just before lies in the moved folder, and nothing comes into being where that was."""
    before = replace(own, state=own.state / "before")
    after = replace(own, state=own.state / "after")
    Emulator(before).start(smtp_port=free_port())
    client("sqs", before).create_queue(QueueName="moved")
    before.state.rename(after.state)
    wait_until(lambda: not Emulator(after).alive(), what="the end of the emulator in the moved folder")
    assert not before.state.exists()

    Emulator(after).start(smtp_port=free_port())
    assert client("sqs", after).list_queues()["QueueUrls"][0].endswith("/moved")
    assert Emulator(after).stop()


def test_emulator__saves_no_log_and_nothing_that_is_as_it_was(own: Workspace) -> None:
    """A busy system's logs would be most of what is saved, and nobody misses them."""
    emulator = Emulator(own)
    emulator.start(smtp_port=free_port())
    logs, queues = client("logs", own), client("sqs", own)
    logs.create_log_group(logGroupName="/aws/lambda/x")
    logs.create_log_stream(logGroupName="/aws/lambda/x", logStreamName="s")
    events = [{"timestamp": 1_790_000_000_000, "message": "not to be kept"}]
    logs.put_log_events(logGroupName="/aws/lambda/x", logStreamName="s", logEvents=events)
    queues.create_queue(QueueName="first")
    saved = own.state / "emulator" / "state"
    wait_until((saved / "sqs.json").exists, what="the saved queue")
    written = (saved / "sqs.json").stat().st_ino
    client("sns", own).list_topics()
    emulator.stop()
    assert (saved / "sqs.json").stat().st_ino == written
    assert "/aws/lambda/x" in (saved / "cloudwatch_logs.json").read_text()
    assert "not to be kept" not in (saved / "cloudwatch_logs.json").read_text()


@pytest.mark.parametrize(
    ("version", "sentence"),
    [(None, "not on the PATH"), ("1.4.6", r"Terraform 1\.4 is too old"), ("", "gave no version")],
)
def test_require_terraform__missing_or_old_is_one_sentence_that_says_what_to_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str | None,
    sentence: str,
) -> None:
    if version is not None:
        fake = tmp_path / "terraform"
        told = json.dumps({"terraform_version": version} if version else {})
        fake.write_text(f"#!/bin/sh\necho '{told}'\n")
        fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TerraformMissingError, match=sentence):
        require_terraform()


def test_guard__a_test_cannot_leave_this_machine() -> None:
    with socket.socket() as outward, pytest.raises(AssertionError, match="this machine only"):
        outward.connect(("198.51.100.1", 80))


def test_local_system__an_emulator_that_is_not_installed_is_said(own: Workspace, tmp_path: Path) -> None:
    elsewhere = Workspace(root=tmp_path, state=own.state, edge_port=own.edge_port)
    with pytest.raises(LocalStackError, match="Run: make dev"):
        Emulator(elsewhere).start(smtp_port=free_port())
