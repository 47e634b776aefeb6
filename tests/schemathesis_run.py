"""Schemathesis: requests made from docs/openapi.json, and answers checked against it. For the full tiers."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from shipped import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SCHEMATHESIS = ROOT / ".venvs" / "api-check" / "bin" / "schemathesis"
WITHIN_S = 600


def check_described(url: str, *options: str, folder: Path) -> None:
    """Send an API requests made from its description, and fail if an answer isn't as described.

    url: the API's base. folder: where schemathesis may leave files.
    """
    assert SCHEMATHESIS.is_file(), "schemathesis is not installed: make test-full installs it"
    command = [
        *(SCHEMATHESIS, "--config-file", ROOT / "tests" / "schemathesis.toml"),
        *("run", ROOT / "docs" / "openapi.json", "--url", url, *options),
        *("--seed", "1", "--max-examples", "15", "--phases", "coverage,fuzzing", "--continue-on-failure", "--no-color"),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False, cwd=folder)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-1000:]
