"""What tests may reach: this machine, and an emulator with nothing deployed."""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
from moto_emulator import Moto
from shipped import ROOT, SOURCES

from rollcall_local.emulators import EMULATORS, emulator_of
from rollcall_local.paths import Workspace
from rollcall_local.process import clean_environment, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


EMULATORS[Moto.name] = Moto
"""ROLLCALL_EMULATOR=moto is for tests only."""


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, without a DNS lookup."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Iterator[None]:
    """Refuse every connection that would leave this machine, and ignore its AWS settings and its organisation."""
    connect = socket.socket.connect
    environment = os.environ.copy()

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(str(address[0])):
            raise AssertionError(f"A test tried to reach {address}; tests talk to this machine only.")
        connect(self, address)

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["ROLLCALL_ORGANISATION"] = str(
        SOURCES.organisation
    )  # this run's tests use the example, whatever organisation the clone uses
    os.environ |= {name: value for name, value in clean_environment().items() if name.startswith("AWS_")}
    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]
    os.environ.clear()
    os.environ.update(environment)


@pytest.fixture(scope="session")
def bare_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """An emulator with nothing deployed, for tests of single parts against AWS's interfaces."""
    workspace = Workspace(root=ROOT, state=tmp_path_factory.mktemp("emulator"), edge_port=free_port())
    emulator = emulator_of(workspace)
    try:
        emulator.start(smtp_port=free_port())
        yield workspace
    finally:
        emulator.stop()
