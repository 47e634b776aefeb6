"""moto, an emulator for tests only: another opinion on the table and on what Terraform makes.

It runs no function, sends no mail and enforces no IAM, so it can't serve the whole system.
docs/decisions/0066-moto.md says where it differs from AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipped import ROOT

from rollcall_local.credentials import ACCOUNT
from rollcall_local.emulators.emulator import Emulator
from rollcall_local.errors import LocalStackError
from rollcall_local.process import clean_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PYTHON = ROOT / ".venvs" / "moto" / "bin" / "python"


class Moto(Emulator):
    """moto's server with its bridges, in one process on loopback. It keeps nothing."""

    name = "moto"
    keeps_data = False
    health_path = "/moto-api/"

    def _prepare(self) -> None:
        if not PYTHON.exists():
            raise LocalStackError("moto is not installed in this clone. Run: make test-moto")

    def _command(self) -> Sequence[str]:
        return [str(PYTHON), "-P", "-m", "bridged_moto", "--host=127.0.0.1", f"--port={self.workspace.edge_port}"]

    def _environment(self, smtp_port: int) -> Mapping[str, str]:  # noqa: ARG002 - it relays no mail
        temporary = self._temporary.resolve()
        return clean_environment(
            PYTHONPATH=str(ROOT / "tests"),
            MOTO_ACCOUNT_ID=ACCOUNT,
            TMPDIR=str(temporary),
            DOCKER_HOST=f"unix://{temporary / 'no-docker'}",  # otherwise it downloads images to run functions in
        )
