"""Terraform on one machine: the shipped configuration, copied unchanged, pointed at the emulator.

Beside the copy lies one override file (state kept here, path-style buckets). Endpoints and credentials come by
the environment that every AWS tool knows. The provider is the stand-in, or with ROLLCALL_PROVIDER=registry the
real one.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from python_terraform import IsFlagged, Terraform

from rollcall_local.errors import TerraformFailedError, TerraformMissingError
from rollcall_local.process import clean_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollcall_local.credentials import Credentials
    from rollcall_local.paths import Workspace

OLDEST = (1, 11)

#: The version that the stand-in gives itself: the one its schema facts were taken from.
PROVIDER_VERSION = "6.69.1"

#: The blocks whose change calls for another `terraform init`.
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
    """Which AWS provider Terraform uses here; ROLLCALL_PROVIDER=registry asks for the real one."""
    return "registry" if os.environ.get("ROLLCALL_PROVIDER") == "registry" else "stand-in"


class LocalTerraform:
    """Terraform's commands on the copied configuration of one local system."""

    def __init__(self, workspace: Workspace, credentials: Credentials, *, provider: Provider | None = None) -> None:
        self._workspace = workspace
        self._credentials = credentials
        self._provider = provider or chosen_provider()
        self._folder = workspace.state / "terraform"
        self.configuration = self._folder / "configuration"

    def prepare(self) -> None:
        """Copy the configuration, write what points it here, and initialise it where that is due.

        Raises TerraformMissingError, TerraformFailedError.
        """
        require_terraform()
        self._copy()
        fingerprint = self._fingerprint()
        mark = self._folder / "initialised"
        if mark.exists() and mark.read_text(encoding="utf-8") == fingerprint:
            return
        mark.unlink(missing_ok=True)
        shutil.rmtree(self.configuration / ".terraform", ignore_errors=True)
        (self.configuration / ".terraform.lock.hcl").unlink(missing_ok=True)
        if self._provider == "stand-in":
            self._write_mirror()
        self.run("init", input=False, reconfigure=IsFlagged)
        mark.write_text(fingerprint, encoding="utf-8")

    def apply(self) -> str:
        """Make the emulator hold what the configuration says; answers Terraform's last words."""
        out = self.run("apply", input=False, auto_approve=IsFlagged, **self._inputs())
        return _last_words(out)

    def plan_is_empty(self) -> bool:
        """Whether nothing would change."""
        return self._command("plan", input=False, detailed_exitcode=IsFlagged, **self._inputs())[0] == 0

    def plan_as_json(self, var_file: str = "local.tfvars") -> dict[str, Any]:
        """Give a plan as Terraform describes it to programs."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            file = str(Path(folder) / "plan")
            self.run("plan", input=False, out=file, **self._inputs(var_file))
            described: dict[str, Any] = json.loads(self.run("show", file, json=IsFlagged))
            return described

    def destroy(self) -> None:
        """Remove everything that the configuration made."""
        self.run("destroy", input=False, auto_approve=IsFlagged, **self._inputs())

    def output(self) -> dict[str, Any]:
        """Give the root's outputs, or nothing where nothing was applied."""
        described = json.loads(self.run("output", json=IsFlagged))
        return {name: one["value"] for name, one in described.items()}

    def validate(self) -> None:
        """Raise TerraformFailedError where the configuration is wrong."""
        self.run("validate")

    def run(self, command: str, *arguments: str, **options: Any) -> str:  # noqa: ANN401 - python-terraform's options
        """Run one command and answer its output. Raises TerraformFailedError with its error."""
        code, out, err = self._command(command, *arguments, **options)
        if code != 0:
            raise TerraformFailedError(f"terraform {command} failed:\n{(err or out).strip()}", code)
        return out

    def _command(self, command: str, *arguments: str, **options: Any) -> tuple[int, str, str]:  # noqa: ANN401
        commander = Terraform(working_dir=str(self.configuration))
        words = commander.generate_cmd_string(command, *arguments, no_color=IsFlagged, **options)
        try:
            return _finish(words, self.configuration, self._environment())
        finally:
            commander.temp_var_files.clean_up()

    def _inputs(self, var_file: str = "local.tfvars") -> dict[str, Any]:
        workspace = self._workspace
        given = {
            "stack": workspace.stack,
            "region": workspace.region,
            "site_url": workspace.site_url,
            "api_url": workspace.api_url,
            "package_path": str(workspace.package),
        }
        if var_file != "local.tfvars":
            given = {"package_path": str(workspace.package)}
        return {"var_file": f"environments/{var_file}", "var": given}

    def _copy(self) -> None:
        source = self._workspace.root / "infra" / "terraform"
        wanted = {
            path.relative_to(source)
            for path in source.rglob("*")
            if path.is_file() and path.suffix in (".tf", ".tfvars", ".json", ".tftpl")
        }
        for name in wanted:
            target = self.configuration / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or target.read_bytes() != (source / name).read_bytes():
                shutil.copyfile(source / name, target)
        state = json.dumps(str(self._folder / "terraform.tfstate"))
        (self.configuration / "local_override.tf").write_text(OVERRIDE.format(state=state), encoding="utf-8")
        for path in self.configuration.rglob("*.tf"):
            name = path.relative_to(self.configuration)
            if name not in wanted and name.name != "local_override.tf" and ".terraform" not in name.parts:
                path.unlink()

    def _fingerprint(self) -> str:
        """Sum up what an initialisation depends on: modules, required providers, this machine's paths."""
        digest = hashlib.sha256(f"{self._provider} {self._launcher()}".encode())
        for path in sorted(self.configuration.rglob("*.tf")):
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

    def _write_mirror(self) -> None:
        mirror = self._folder / "mirror"
        shutil.rmtree(mirror, ignore_errors=True)
        folder = mirror / _provider_address() / PROVIDER_VERSION / _platform()
        folder.mkdir(parents=True)
        launcher = folder / f"terraform-provider-aws_v{PROVIDER_VERSION}"
        launcher.write_text(self._launcher(), encoding="utf-8")
        launcher.chmod(0o755)
        self._cli_configuration.write_text(
            f"provider_installation {{\n  filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}\n}}\n",
            encoding="utf-8",
        )

    @property
    def _cli_configuration(self) -> Path:
        return self._folder / "terraform.rc"

    def _environment(self) -> dict[str, str]:
        environment = clean_environment(
            AWS_ENDPOINT_URL=f"http://127.0.0.1:{self._workspace.edge_port}",
            AWS_REGION=self._workspace.region,
            AWS_ACCESS_KEY_ID=self._credentials.access_key_id,
            AWS_SECRET_ACCESS_KEY=self._credentials.secret_access_key,
            CHECKPOINT_DISABLE="1",
            TF_IN_AUTOMATION="1",
            TF_INPUT="0",
        )
        if self._provider == "stand-in":
            environment["TF_CLI_CONFIG_FILE"] = str(self._cli_configuration)
        return environment


def require_terraform() -> None:
    """Raise TerraformMissingError where Terraform is missing or too old."""
    oldest = ".".join(map(str, OLDEST))
    if shutil.which("terraform") is None:
        raise TerraformMissingError(f"Terraform is not on the PATH. Install Terraform {oldest} or newer and try again.")
    told = subprocess.run(
        ["terraform", "version", "-json"],
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(CHECKPOINT_DISABLE="1", TF_CLI_CONFIG_FILE=os.devnull),
    )
    found = re.search(r'"terraform_version":\s*"(\d+)\.(\d+)', told.stdout)
    if not found:
        raise TerraformMissingError(
            f"`terraform version` gave no version: {told.stderr.strip() or told.stdout.strip()}"
        )
    if (int(found[1]), int(found[2])) < OLDEST:
        raise TerraformMissingError(
            f"Terraform {found[1]}.{found[2]} is too old. Install Terraform {oldest} or newer and try again.",
        )


def _provider_address() -> str:
    """Ask Terraform how it spells hashicorp/aws in full; a mirror's folders are named so."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "main.tf").write_text(
            'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n',
            encoding="utf-8",
        )
        _, out, err = _finish(
            ["terraform", "providers"], Path(folder), clean_environment(TF_CLI_CONFIG_FILE=os.devnull)
        )
    found = re.search(r"provider\[([^\]]+)\]", out)
    if not found:
        raise TerraformFailedError(f"terraform providers failed:\n{err or out}", 1)
    return found[1]


def _platform() -> str:
    machine = platform.machine().lower()
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    return f"{sys.platform}_{architecture}"


def _finish(words: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Run to the end, also past Ctrl-C: Terraform is asked to stop, writes its state, and then we go on."""
    child = subprocess.Popen(
        words,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = child.communicate()
    except KeyboardInterrupt:
        child.send_signal(signal.SIGINT)
        child.communicate()
        raise
    return child.returncode, out, err


def _last_words(out: str) -> str:
    found = re.search(r"Apply complete! Resources: (.*)\.", out)
    return found[1] if found else out.strip().splitlines()[-1]
