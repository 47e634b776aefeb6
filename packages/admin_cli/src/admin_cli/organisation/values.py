"""Checks an organisation's values with Terraform's variables; needs no provider and no account."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING, Any

from admin_cli.aws.value_types import DECLARED, unknown_names
from rollcall_local.process import clean_environment

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_build.sources import Sources

_UNKNOWN = "Value for undeclared variable"


class ValuesError(Exception):
    """Terraform does not accept a file of values. The message has one line per reason."""


def read_values(sources: Sources, file: Path) -> dict[str, Any]:
    """Return the variables with this file's values. Raises ValuesError."""
    with tempfile.TemporaryDirectory() as folder:
        for declared in (sources.root / "infra" / "terraform").glob(DECLARED):
            shutil.copy(declared, folder)
        lines = _terraform(folder, "plan", "-input=false", "-json", "-out=plan", f"-var-file={file.resolve()}")
        problems = [
            _sentence(line["diagnostic"])
            for line in map(json.loads, filter(None, lines))
            if line.get("type") == "diagnostic"
            and (line["diagnostic"]["severity"] == "error" or line["diagnostic"]["summary"] == _UNKNOWN)
        ]
        if problems:
            raise ValuesError("\n".join(problems))
        plan = json.loads("".join(_terraform(folder, "show", "-json", "plan")))
    values = {name: each.get("value") for name, each in plan["variables"].items()}
    if unknown := unknown_names(sources.root / "infra" / "terraform", values):
        raise ValuesError("\n".join(unknown))
    return values


def _terraform(folder: str, *arguments: str) -> list[str]:
    environment = clean_environment(CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1", TF_INPUT="0")
    done = subprocess.run(
        ["terraform", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.splitlines()


def _sentence(diagnostic: dict[str, Any]) -> str:
    """Return what Terraform says about a variable, as one line."""
    if diagnostic["summary"] == _UNKNOWN:
        name = re.search(r'variable named "([^"]+)"', diagnostic["detail"])
        return f"there is no variable {name[1] if name else ''}; infra/terraform/variables*.tf list them all"
    detail = diagnostic["detail"].partition("\n\nThis was checked by")[0] or diagnostic["summary"]
    detail = re.sub(r"^The given value is not suitable for var\.(\w+) declared at [^:]+:[\d,-]+:", r"\1:", detail)
    return " ".join(detail.split())
