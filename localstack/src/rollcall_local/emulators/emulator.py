"""What every emulator has in common: one process on one loopback port, and a folder for its files."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from rollcall_local.process import BackgroundProcess, answers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rollcall_local.paths import Workspace


class Emulator(ABC):
    """The AWS services of one local system, on one loopback port.

    keeps_data: whether the next start finds what the last stop left. start_s, stop_s: how long it
    may take to start, and to stop before it is killed.
    """

    name: ClassVar[str]
    keeps_data: ClassVar[bool]
    health_path: ClassVar[str]
    start_s: ClassVar[float] = 60
    stop_s: ClassVar[float] = 20

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._folder = workspace.state / "emulator"
        self._process = BackgroundProcess(
            name="emulator",
            folder=self._folder,
            port=workspace.edge_port,
            ready=self.healthy,
            port_variable="EDGE_PORT",
        )

    @property
    def staff_auth(self) -> dict[str, str]:
        """How staff sign in: the variable of infra/terraform. An emulator without Cognito has IAM."""
        return {"kind": "iam"}

    def describe(self) -> str:
        """Return its name, and what it relies on, for `up` and `status`."""
        return self.name

    def refusal(self) -> str | None:
        """Return why it can't run as the user chose, if it already runs in another way."""
        return None

    @property
    def log(self) -> Path:
        """The output of the emulator and its functions."""
        return self._process.log

    def alive(self) -> bool:
        """Return whether its process runs."""
        return self._process.alive()

    def running(self) -> bool:
        """Return whether it runs and answers."""
        return self.alive() and self.healthy()

    def died(self) -> bool:
        """Return whether it was started, no longer runs and was not stopped."""
        return self._running_mark.exists() and not self.alive()

    def healthy(self) -> bool:
        """Return whether it answers."""
        return answers(self.workspace.edge_port, self.health_path)

    def start(self, *, smtp_port: int) -> bool:
        """Start it unless it runs, and return whether it was started. It relays mail to `smtp_port`.

        Raises LocalStackError, PortTakenError, EmulatorDiedError.
        """
        if self.running():
            return False
        self._process.stop()
        self._temporary.mkdir(parents=True, exist_ok=True)
        self._prepare()
        self._process.start(self._command(), self._environment(smtp_port), timeout_s=self.start_s)
        self._running_mark.touch()
        return True

    def stop(self) -> bool:
        """Stop it after it has saved its data, if it can, and return whether it ran."""
        ran = self._process.stop(timeout_s=self.stop_s)
        self._running_mark.unlink(missing_ok=True)
        shutil.rmtree(self._temporary, ignore_errors=True)
        return ran

    def reset(self) -> None:
        """Stop it and delete its data."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @abstractmethod
    def _prepare(self) -> None:
        """Make its folders ready. Raises LocalStackError if the emulator is not installed."""

    @abstractmethod
    def _command(self) -> Sequence[str]:
        """Return the command that runs it."""

    @abstractmethod
    def _environment(self, smtp_port: int) -> Mapping[str, str]:
        """Return the whole environment of that command."""

    @property
    def _temporary(self) -> Path:
        return self._folder / "tmp"

    @property
    def _running_mark(self) -> Path:
        return self._folder / "running"
