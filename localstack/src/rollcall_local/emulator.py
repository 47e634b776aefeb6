"""The default emulator, ministack: start, wait, stop and reset, with IAM enforced and its data saved.

docs/decisions/ says what it can and can't do. The bridges in this package remove its differences
from AWS.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from rollcall_local.errors import LocalStackError
from rollcall_local.process import BackgroundProcess, answers, clean_environment

if TYPE_CHECKING:
    from rollcall_local.paths import Workspace

NAME = "ministack"

#: Starts a program in a folder, with relative paths to its data, so that a moved clone takes its data along.
_IN_FOLDER = ("/bin/sh", "-c", 'cd "$0" && exec "$@"')


class Emulator:
    """The AWS services of one local system, on one loopback port."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._folder = workspace.state / "emulator"
        self._process = BackgroundProcess(
            name="emulator",
            folder=self._folder,
            port=workspace.edge_port,
            ready=self.healthy,
            port_variable="EDGE_PORT",
        )

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
        return answers(self._workspace.edge_port, "/_ministack/health")

    def start(self, *, smtp_port: int) -> bool:
        """Start it unless it runs, and return whether it was started. It relays mail to `smtp_port`.

        Raises LocalStackError, PortTakenError, EmulatorDiedError.
        """
        if self.running():
            return False
        self._process.stop()
        python = self._workspace.emulator_python
        if not python.exists():
            raise LocalStackError("The emulator is not installed in this clone. Run: make dev")
        _forget_stream_positions(self._folder / "state" / "lambda.json")
        shutil.rmtree(self._folder / "tmp", ignore_errors=True)
        for name in ("state", "s3", "tmp"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        launcher = Path(__file__).with_name("bridged_ministack.py")
        command = [*_IN_FOLDER, str(self._folder.resolve()), str(python), "-P", str(launcher)]
        self._process.start(command, self._environment(smtp_port))
        self._running_mark.touch()
        return True

    def stop(self) -> bool:
        """Stop it after it has saved its data, and return whether it ran."""
        ran = self._process.stop()
        self._running_mark.unlink(missing_ok=True)
        shutil.rmtree(self._folder / "tmp", ignore_errors=True)
        return ran

    def reset(self) -> None:
        """Stop it and delete its data."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _running_mark(self) -> Path:
        return self._folder / "running"

    def _environment(self, smtp_port: int) -> dict[str, str]:
        return clean_environment(
            AUTH="true",
            BIND_HOST="127.0.0.1",
            GATEWAY_PORT=str(self._workspace.edge_port),
            MINISTACK_REGION=self._workspace.region,
            PERSIST_STATE="1",
            ROLLCALL_FOLDER=str(self._folder.resolve()),
            STATE_DIR="state",
            S3_PERSIST="1",
            S3_DATA_DIR="s3",
            TMPDIR=str(self._folder / "tmp"),
            SMTP_HOST=f"127.0.0.1:{smtp_port}",
            IOT_MTLS_ENABLED="0",
            SFTP_ENABLED="0",
            LOG_LEVEL="WARNING",
        )


def _forget_stream_positions(saved: Path) -> None:
    """Make stream mappings start from the oldest record: a saved position outlives the records that it points to.

    Without this, a mapping stalls silently after a restart (ministack 1.5.33).
    """
    if not saved.exists():
        return
    state = json.loads(saved.read_text(encoding="utf-8"))
    payload = state.get("payload", state)
    stale = [key for key in payload if "dynamodb_stream_pos" in key]
    for key in stale:
        del payload[key]
    if stale:
        saved.write_text(json.dumps(state), encoding="utf-8")
