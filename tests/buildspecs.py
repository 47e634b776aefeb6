"""CodeBuild on this machine: reads a buildspec, and runs the commands of its phases in order, in one shell.

Source: AWS CodeBuild User Guide, "Build specification reference for CodeBuild".
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollcall_local.process import clean_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PHASES = ("install", "pre_build", "build", "post_build")
_EXPORTED = "exported.txt"


@dataclass(frozen=True, slots=True)
class Built:
    """How a build ended. exported: the variables that later stages may use."""

    code: int
    log: str
    exported: dict[str, str]


@dataclass(frozen=True, slots=True)
class Buildspec:
    """What a buildspec holds."""

    described: dict[str, Any]

    @classmethod
    def read(cls, file: Path) -> Buildspec:
        """Read the file. Terraform parses the YAML, because no library here does."""
        with tempfile.TemporaryDirectory() as empty:
            parsed = subprocess.run(
                ["terraform", f"-chdir={empty}", "console"],
                input=f"jsonencode(yamldecode(file({json.dumps(str(file))})))\n",
                env=clean_environment(CHECKPOINT_DISABLE="1"),
                capture_output=True,
                text=True,
                check=True,
            )
        return cls(json.loads(json.loads(parsed.stdout)))

    @property
    def commands(self) -> list[str]:
        """The commands of all phases, in order."""
        phases = self.described["phases"]
        return [command for phase in PHASES for command in phases.get(phase, {}).get("commands", [])]

    def run(self, folder: Path, environment: Mapping[str, str], artifact: Path | None = None) -> Built:
        """Run the commands in a source's folder; each must succeed. artifact: where the artifact's files go."""
        variables = self.described["env"].get("variables", {})
        exported = self.described["env"].get("exported-variables", [])
        lines = [*self.commands, *(f'printf "%s=%s\\n" {name} "${name}" >> {_EXPORTED}' for name in exported)]
        ran = subprocess.run(
            [self.described["env"]["shell"], "-e"],
            cwd=folder,
            env={**environment, **variables, "CODEBUILD_SRC_DIR": str(folder)},
            input="\n".join(lines) + "\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if ran.returncode == 0 and artifact is not None:
            self._collect(folder, artifact)
        said = (folder / _EXPORTED).read_text(encoding="utf-8") if exported and ran.returncode == 0 else ""
        return Built(ran.returncode, ran.stdout, dict(line.split("=", 1) for line in said.splitlines()))

    def _collect(self, folder: Path, artifact: Path) -> None:
        artifact.mkdir()
        wanted = self.described["artifacts"]
        for name in wanted["files"]:
            shutil.copy(folder / wanted["base-directory"] / name, artifact / name)
