"""The default emulator, ministack: started, awaited, stopped and reset, with IAM enforced and its data kept.

What it does and doesn't is told in docs/decisions/; where it differs from AWS, the difference is bridged here.
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

#: Starts a program in a folder, whose data it names from there: in a clone that is moved they are moved with it.
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
        """What the emulator and the functions in it printed."""
        return self._process.log

    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process.alive()

    def running(self) -> bool:
        """Whether it runs and answers."""
        return self.alive() and self.healthy()

    def died(self) -> bool:
        """Whether it was started and neither runs nor was stopped."""
        return self._running_mark.exists() and not self.alive()

    def healthy(self) -> bool:
        """Whether it answers."""
        return answers(self._workspace.edge_port, "/_ministack/health")

    def start(self, *, smtp_port: int) -> bool:
        """Start it, unless it runs; answers whether it was started. Mail is relayed to `smtp_port`.

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
        """Stop it so that it keeps its data; answers whether it ran."""
        ran = self._process.stop()
        self._running_mark.unlink(missing_ok=True)
        shutil.rmtree(self._folder / "tmp", ignore_errors=True)
        return ran

    def reset(self) -> None:
        """Stop it and drop its data."""
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
    """Let the stream mappings begin at the horizon: a saved position outlives the records it points into.

    Without this, a mapping found again after a restart stalls without a word (ministack 1.5.33).
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
