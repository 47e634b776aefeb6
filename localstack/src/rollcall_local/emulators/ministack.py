"""ministack, the default emulator: IAM enforced, and its data saved.

docs/decisions/ says what it can and can't do. The bridges in this package remove its differences
from AWS.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from rollcall_local.emulators.emulator import Emulator
from rollcall_local.errors import LocalStackError
from rollcall_local.process import clean_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Starts a program in a folder, with relative paths to its data, so that a moved clone takes its data along.
_IN_FOLDER = ("/bin/sh", "-c", 'cd "$0" && exec "$@"')

_LAUNCHER = Path(__file__).parents[1] / "bridged_ministack.py"


class Ministack(Emulator):
    """A Python package that holds every service in one process."""

    name = "ministack"
    keeps_data = True
    health_path = "/_ministack/health"

    @property
    def staff_auth(self) -> dict[str, str]:
        """Sign in with Cognito; its pages are at the emulator's own address."""
        return {"kind": "cognito", "sign_in_url": self.workspace.endpoint_url}

    def _prepare(self) -> None:
        if not self.workspace.emulator_python.exists():
            raise LocalStackError("The emulator is not installed in this clone. Run: make dev")
        _forget_stream_positions(self._folder / "state" / "lambda.json")
        shutil.rmtree(self._temporary, ignore_errors=True)
        for name in ("state", "s3", "tmp"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)

    def _command(self) -> Sequence[str]:
        python = str(self.workspace.emulator_python)
        return [*_IN_FOLDER, str(self._folder.resolve()), python, "-P", str(_LAUNCHER)]

    def _environment(self, smtp_port: int) -> Mapping[str, str]:
        return clean_environment(
            AUTH="true",
            BIND_HOST="127.0.0.1",
            GATEWAY_PORT=str(self.workspace.edge_port),
            MINISTACK_REGION=self.workspace.region,
            PERSIST_STATE="1",
            ROLLCALL_FOLDER=str(self._folder.resolve()),
            STATE_DIR="state",
            S3_PERSIST="1",
            S3_DATA_DIR="s3",
            TMPDIR=str(self._temporary),
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
