"""DynamoDB Local, AWS's own program, behind LocalStack: only where the user has it and names its folder.

Its terms are its vendor's, so nothing here downloads it or holds a part of it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from rollcall_local.emulators.emulator import Emulator
from rollcall_local.errors import EmulatorDiedError, LocalStackError
from rollcall_local.process import clean_environment, port_is_taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VARIABLE = "ROLLCALL_DYNAMODB_LOCAL"

_LAUNCHER = Path(__file__).with_name("LoopbackDynamoDB.java")


def chosen_folder() -> Path | None:
    """Return the folder that the user named, if any."""
    folder = os.environ.get(VARIABLE)
    return Path(folder).expanduser().resolve() if folder else None


class DynamoDBLocal(Emulator):
    """DynamoDB and its streams in one Java process, in memory."""

    name = "dynamodb-local"
    keeps_data = False
    health_path = "/"
    provider = "attached"

    def healthy(self) -> bool:
        """Return whether it listens: it answers no request without a signature."""
        return port_is_taken(self.workspace.edge_port)

    def start(self, *, smtp_port: int) -> bool:
        """Start it unless it runs."""
        try:
            return super().start(smtp_port=smtp_port)
        except EmulatorDiedError as error:
            raise LocalStackError(
                f"DynamoDB Local in {chosen_folder()} didn't start. Version 2 needs a JDK (not only a JRE), 17 or "
                f"newer. See {self.log}.",
            ) from error

    def _prepare(self) -> None:
        folder = chosen_folder()
        if folder is None or not (folder / "DynamoDBLocal.jar").is_file():
            raise LocalStackError(f"{VARIABLE} is {folder}, but there is no DynamoDBLocal.jar in that folder.")
        if shutil.which("java") is None:
            raise LocalStackError(
                "DynamoDB Local needs Java, and there is none on the PATH. Install a JDK, 17 or newer, or unset "
                f"{VARIABLE}.",
            )

    def _command(self) -> Sequence[str]:
        folder = chosen_folder() or Path()
        libraries = folder / "DynamoDBLocal_lib"
        return [
            shutil.which("java") or "java",
            "-XX:TieredStopAtLevel=1",  # with the next, it starts in half the time
            "-XX:+UseSerialGC",
            "-Djava.net.preferIPv4Stack=true",
            f"-Djava.io.tmpdir={self._temporary.resolve()}",
            f"-Djava.library.path={libraries}",
            "-cp",
            f"{folder / 'DynamoDBLocal.jar'}:{libraries / '*'}",
            str(_LAUNCHER),
            str(self.workspace.edge_port),
        ]

    def _environment(self, smtp_port: int) -> Mapping[str, str]:  # noqa: ARG002 - it relays no mail
        return clean_environment(DDB_LOCAL_TELEMETRY="0")
