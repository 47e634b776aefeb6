"""Terraform's working folder on one machine: a copy of infra/terraform, an override file, and a provider.

The shipped files are copied unchanged. One override file keeps the state here and uses path-style
bucket addresses. The provider is the stand-in, found through a file-system mirror, or the real one
with ROLLCALL_PROVIDER=registry.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rollcall_local.errors import TerraformFailedError
from rollcall_local.process import clean_environment, run_to_end

if TYPE_CHECKING:
    from rollcall_local.paths import Workspace

#: The version that the stand-in reports: the one whose schema it uses.
PROVIDER_VERSION = "6.69.1"

#: What the configuration consists of, besides a lock file, which holds the real provider's checksums.
COPIED = (".tf", ".tfvars", ".json", ".tftpl", ".tftest.hcl", ".yml", ".js")

#: The blocks that need another `terraform init` when they change.
NEEDS_INIT = re.compile(r"^(?:module|terraform)\b.*?^}", re.DOTALL | re.MULTILINE)

Provider = Literal["stand-in", "registry"]

OVERRIDE = """\
# Written by rollcall_local beside a copy of infra/terraform; the shipped files are unchanged.
terraform {{
  backend "local" {{
    path = {state}
  }}
}}

provider "aws" {{
  s3_use_path_style = true
}}
"""


def chosen_provider() -> Provider:
    """Return which AWS provider Terraform uses here; ROLLCALL_PROVIDER=registry chooses the real one."""
    return "registry" if os.environ.get("ROLLCALL_PROVIDER") == "registry" else "stand-in"


class Configuration:
    """The copied configuration of one local system."""

    def __init__(self, workspace: Workspace, provider: Provider) -> None:
        self._workspace = workspace
        self._provider = provider
        self._parent = workspace.state / "terraform"
        self.folder = self._parent / "configuration"

    @property
    def cli_configuration(self) -> Path | None:
        """The file for TF_CLI_CONFIG_FILE, or None if Terraform finds the provider itself."""
        return self._parent / "terraform.rc" if self._provider == "stand-in" else None

    @property
    def initialised(self) -> bool:
        """Return whether `terraform init` ran since its inputs last changed."""
        try:
            return self._mark.read_text(encoding="utf-8") == self._fingerprint()
        except FileNotFoundError:
            return False

    def mark_initialised(self) -> None:
        """Record that `terraform init` ran."""
        self._mark.write_text(self._fingerprint(), encoding="utf-8")

    def forget_initialisation(self) -> None:
        """Prepare for another `terraform init`, and write the file that leads it to the provider."""
        self._mark.unlink(missing_ok=True)
        shutil.rmtree(self.folder / ".terraform", ignore_errors=True)
        (self.folder / ".terraform.lock.hcl").unlink(missing_ok=True)
        if self.cli_configuration is not None:
            self._write_mirror(self.cli_configuration)

    @property
    def _mark(self) -> Path:
        return self._parent / "initialised"

    def copy(self) -> None:
        """Update the copy from the shipped files, and write the override."""
        source = self._workspace.root / "infra" / "terraform"
        sources = {
            path.relative_to(source) for path in source.rglob("*") if path.is_file() and path.name.endswith(COPIED)
        }
        for name in sources:
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or target.read_bytes() != (source / name).read_bytes():
                shutil.copyfile(source / name, target)
        state = json.dumps(str(self._parent / "terraform.tfstate"))
        (self.folder / "local_override.tf").write_text(OVERRIDE.format(state=state), encoding="utf-8")
        for path in (*self.folder.rglob("*.tf"), *self.folder.rglob("*.tftest.hcl")):
            name = path.relative_to(self.folder)
            if name not in sources and name.name != "local_override.tf" and ".terraform" not in name.parts:
                path.unlink()

    def _fingerprint(self) -> str:
        """Return a digest of what an initialisation depends on: modules, required providers, this machine's paths."""
        digest = hashlib.sha256(f"{self._provider} {self._launcher()}".encode())
        for path in sorted(self.folder.rglob("*.tf")):
            if ".terraform" not in path.parts:
                digest.update(str(path).encode() + b"\0")
                digest.update("".join(NEEDS_INIT.findall(path.read_text(encoding="utf-8"))).encode())
        return digest.hexdigest()

    def _launcher(self) -> str:
        root = self._workspace.root
        return (
            "#!/bin/sh\n"
            f'PYTHONPATH="{root / "localstack" / "terraform_provider"}" '
            f'exec "{self._workspace.emulator_python}" -m standin "$0" "$@"\n'
        )

    def _write_mirror(self, cli_configuration: Path) -> None:
        mirror = self._parent / "mirror"
        shutil.rmtree(mirror, ignore_errors=True)
        folder = mirror / _provider_address() / PROVIDER_VERSION / _platform()
        folder.mkdir(parents=True)
        launcher = folder / f"terraform-provider-aws_v{PROVIDER_VERSION}"
        launcher.write_text(self._launcher(), encoding="utf-8")
        launcher.chmod(0o755)
        cli_configuration.write_text(
            f"provider_installation {{\n  filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}\n}}\n",
            encoding="utf-8",
        )


def _provider_address() -> str:
    """Return Terraform's full address for hashicorp/aws; a mirror's folders are named after it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "main.tf").write_text(
            'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n',
            encoding="utf-8",
        )
        _, out, err = run_to_end(
            ["terraform", "providers"], Path(folder), clean_environment(TF_CLI_CONFIG_FILE=os.devnull)
        )
    address = re.search(r"provider\[([^\]]+)\]", out)
    if not address:
        raise TerraformFailedError(f"terraform providers failed:\n{err or out}", 1)
    return address[1]


def _platform() -> str:
    machine = platform.machine().lower()
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    return f"{sys.platform}_{architecture}"
