"""LocalStack as an emulator: how it is installed, starts, listens and stops."""

from __future__ import annotations

import ipaddress
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from capabilities import create_table
from deadlines import wait_until
from shipped import ROOT

from rollcall_local.credentials import ACCOUNT, client
from rollcall_local.emulators import VARIABLE, dynamodb_local, keep_emulator
from rollcall_local.emulators.localstack import LocalStack
from rollcall_local.errors import LocalStackError
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOW = "show: ; @echo $(PYTHON_313)"


def make(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run make where this folder holds all the Pythons that there are, whichever this machine has."""
    tools = home / "tools"
    tools.mkdir()
    for name in ("bash", "cksum", "cut", "make", "sh"):
        (tools / name).symlink_to(str(shutil.which(name)))
    environment = {"PATH": f"{home / 'shims'}:{tools}", "HOME": str(home), "PYENV_ROOT": str(home / "pyenv")}
    return subprocess.run(
        ["make", "-s", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def program(path: Path, exit_code: int) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_python__is_looked_for_by_running_it(tmp_path: Path) -> None:
    """A shim that exists and fails is passed over for one that runs, wherever pyenv keeps it."""
    program(tmp_path / "shims" / "python3.13", 127)
    installed = program(tmp_path / "pyenv" / "versions" / "3.13.9" / "bin" / "python", 0)
    shown = make("--eval", SHOW, "show", "PYTHON=python3-that-is-not-there", home=tmp_path).stdout
    assert shown.strip() == str(installed)


def test_python__missing__says_what_to_install(tmp_path: Path) -> None:
    """No traceback of a package index, and a next step."""
    ran = make("python-313-is-there", "PYTHON_313=", home=tmp_path)
    assert ran.returncode != 0
    assert "LocalStack needs Python 3.13" in ran.stderr
    assert "make localstack PYTHON_313_BIN=/path/to/python3.13" in ran.stderr


def test_localstack__not_installed__says_how(tmp_path: Path) -> None:
    """Nothing starts in a clone without it."""
    workspace = Workspace(root=tmp_path, state=tmp_path, edge_port=free_port())
    with pytest.raises(LocalStackError, match="Run: make localstack"):
        LocalStack(workspace).start(smtp_port=free_port())


@pytest.fixture(params=["ministack", pytest.param("dynamodb-local", marks=pytest.mark.needs("dynamodb local"))])
def tables(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What serves DynamoDB behind LocalStack."""
    if request.param == "ministack":
        monkeypatch.delenv(dynamodb_local.VARIABLE, raising=False)
    return str(request.param)


@pytest.fixture
def localstack(tables: str, tmp_path: Path) -> Iterator[LocalStack]:  # noqa: ARG001 - its choice
    """LocalStack with nothing deployed."""
    emulator = LocalStack(Workspace(root=ROOT, state=tmp_path, edge_port=free_port()))
    yield emulator
    emulator.stop()


@pytest.mark.full
def test_localstack__listens_on_loopback_only_and_leaves_nothing(localstack: LocalStack) -> None:
    """None of its processes listens where another machine could reach it, and none outlives it."""
    localstack.start(smtp_port=free_port())
    client("dynamodb", localstack.workspace).list_tables()
    processes = of_the_run(localstack.workspace.state)
    addresses = listening(processes)

    assert len(processes) >= 2, "LocalStack and what serves DynamoDB"
    assert localstack.workspace.edge_port in {port for _, port in addresses}
    assert all(address.is_loopback for address, _ in addresses), addresses

    assert localstack.stop()
    assert not localstack.alive()
    wait_until(lambda: not of_the_run(localstack.workspace.state), what="the end of all processes")


@pytest.mark.full
def test_localstack__serves_tables_and_their_streams(tables: str, localstack: LocalStack) -> None:
    """Whatever holds the tables, one address serves them, with the region and account that AWS would name."""
    localstack.start(smtp_port=free_port())
    dynamodb, streams = (client(name, localstack.workspace) for name in ("dynamodb", "dynamodbstreams"))
    stream = create_table(
        dynamodb, "streamed", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    )["LatestStreamArn"]
    dynamodb.put_item(TableName="streamed", Item={"pk": {"S": "x"}})
    shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")

    records = streams.get_records(ShardIterator=start["ShardIterator"])["Records"]

    assert [record["dynamodb"]["NewImage"] for record in records] == [{"pk": {"S": "x"}}]
    assert stream.startswith(f"arn:aws:dynamodb:{localstack.workspace.region}:{ACCOUNT}:table/streamed/")
    assert LocalStack(localstack.workspace).describe() == f"localstack, with {tables} for DynamoDB"


@pytest.mark.full
def test_localstack__half_dead__is_started_anew_without_data(tables: str, localstack: LocalStack) -> None:
    """LocalStack without what serves its DynamoDB is of no use, and neither keeps data for the other."""
    localstack.start(smtp_port=free_port())
    client("sqs", localstack.workspace).create_queue(QueueName="gone")
    number = localstack.workspace.state / "emulator" / tables / "emulator" / "emulator.pid"
    os.kill(int(number.read_text()), 9)
    wait_until(localstack.died, what="the end of the killed process")

    assert localstack.start(smtp_port=free_port())
    assert not client("sqs", localstack.workspace).list_queues().get("QueueUrls")


@pytest.mark.full
@pytest.mark.parametrize("tables", ["ministack"], indirect=True)
def test_localstack__running__refuses_other_tables(
    localstack: LocalStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A choice that comes too late is refused, and not ignored."""
    monkeypatch.setenv(VARIABLE, LocalStack.name)
    keep_emulator(localstack.workspace)
    localstack.start(smtp_port=free_port())
    monkeypatch.setenv(dynamodb_local.VARIABLE, str(tmp_path))
    with pytest.raises(LocalStackError, match="already runs with ministack for DynamoDB"):
        keep_emulator(localstack.workspace)


def of_the_run(state: Path) -> set[int]:
    """Return the processes that work in this folder, or write to it."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            files = [str(link.readlink()) for link in (process / "fd").iterdir()]
        except OSError:
            continue
        if any(file.startswith(str(state)) for file in files):
            found.add(int(process.name))
    return found


def listening(processes: set[int]) -> list[tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]]:
    """Return the addresses on which these processes accept connections, as the kernel lists them."""
    sockets = {
        str(link.readlink()) for pid in processes for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()
    }
    addresses = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="utf-8").splitlines()[1:]:
            words = line.split()
            (host, _, port), (_, _, far_port) = words[1].partition(":"), words[2].partition(":")
            if f"socket:[{words[9]}]" in sockets and int(far_port, 16) == 0:
                addresses.append((_address(host), int(port, 16)))
    return addresses


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read an address as the kernel writes it: words of four bytes, each reversed."""
    return ipaddress.ip_address(b"".join(bytes.fromhex(text[at : at + 8])[::-1] for at in range(0, len(text), 8)))
