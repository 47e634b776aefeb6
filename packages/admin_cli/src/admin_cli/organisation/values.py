"""An organisation's values for Terraform, held against what its variables take; no provider and no account is asked."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollcall_local.process import clean_environment

if TYPE_CHECKING:
    from rollcall_build.sources import Sources

_DECLARED = "variables.tf"
_UNKNOWN = "Value for undeclared variable"


class ValuesError(Exception):
    """A file of values that Terraform does not take; every reason, a line each."""


def read_values(sources: Sources, file: Path) -> dict[str, Any]:
    """Return what the variables are with this file of values. Raises ValuesError."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(sources.root / "infra" / "terraform" / _DECLARED, Path(folder, _DECLARED))
        lines = _terraform(folder, "plan", "-input=false", "-json", "-out=plan", f"-var-file={file.resolve()}")
        problems = [
            _sentence(line["diagnostic"])
            for line in map(json.loads, filter(None, lines))
            if line.get("type") == "diagnostic"
            and (line["diagnostic"]["severity"] == "error" or line["diagnostic"]["summary"] == _UNKNOWN)
        ]
        if problems:
            raise ValuesError("\n".join(problems))
        told = json.loads("".join(_terraform(folder, "show", "-json", "plan")))
    return {name: each.get("value") for name, each in told["variables"].items()}


def _terraform(folder: str, *words: str) -> list[str]:
    environment = clean_environment(CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1", TF_INPUT="0")
    done = subprocess.run(
        ["terraform", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.splitlines()


def _sentence(diagnostic: dict[str, Any]) -> str:
    """Return what Terraform says of a variable, without the frame it draws around it."""
    if diagnostic["summary"] == _UNKNOWN:
        named = re.search(r'variable named "([^"]+)"', diagnostic["detail"])
        return f"there is no variable {named[1] if named else ''}; infra/terraform/variables.tf has them all"
    detail = diagnostic["detail"].partition("\n\nThis was checked by")[0] or diagnostic["summary"]
    return " ".join(detail.split())
