"""Terraform's commands on one machine: the shipped configuration, pointed at the emulator.

Endpoints and credentials come from the environment variables that every AWS tool knows.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from python_terraform import IsFlagged, Terraform

from rollcall_build.forms.embedding import embed_on_of
from rollcall_build.forms.files import compile_forms
from rollcall_local.credentials import ACCOUNT
from rollcall_local.emulators import emulator_of
from rollcall_local.errors import TerraformFailedError, TerraformMissingError
from rollcall_local.process import clean_environment, run_to_end
from rollcall_local.terraform_configuration import Configuration, Provider, chosen_provider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rollcall_local.credentials import Credentials
    from rollcall_local.paths import Workspace

OLDEST = (1, 11)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of Terraform: its arguments, its folder, and its whole environment."""

    words: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]


class LocalTerraform:
    """Terraform's commands on the copied configuration of one local system."""

    def __init__(self, workspace: Workspace, credentials: Credentials, *, provider: Provider | None = None) -> None:
        self._workspace = workspace
        self._credentials = credentials
        self._provider = provider or chosen_provider()
        self._configuration = Configuration(workspace, self._provider)

    @property
    def configuration(self) -> Path:
        """The folder with the copied configuration."""
        return self._configuration.folder

    def prepare(self) -> None:
        """Copy the configuration, point it at this machine, and initialise it if needed.

        Raises TerraformMissingError, TerraformFailedError.
        """
        require_terraform()
        self._configuration.copy()
        if not self._configuration.initialised:
            self._configuration.forget_initialisation()
            self.run("init", input=False, reconfigure=IsFlagged)
            self._configuration.mark_initialised()

    def apply(self) -> str:
        """Apply the configuration to the emulator, and return Terraform's summary."""
        out = self.run("apply", input=False, auto_approve=IsFlagged, **self.inputs())
        return _summary(out)

    def output(self) -> dict[str, Any]:
        """Return the root's outputs, or nothing if nothing was applied."""
        described = json.loads(self.run("output", json=IsFlagged))
        return {name: one["value"] for name, one in described.items()}

    def run(self, command: str, *arguments: str, **options: Any) -> str:  # noqa: ANN401 - python-terraform's options
        """Run one command and return its output. Raises TerraformFailedError with its error."""
        with self.invocation(command, *arguments, no_color=IsFlagged, **options) as one:
            code, out, err = run_to_end(one.words, one.folder, one.environment)
        if code != 0:
            raise TerraformFailedError(f"terraform {command} failed:\n{(err or out).strip()}", code)
        return out

    @contextlib.contextmanager
    def invocation(self, command: str, *arguments: str, **options: Any) -> Iterator[Invocation]:  # noqa: ANN401
        """Yield the call for a command; its input files exist until the block ends."""
        commander = Terraform(working_dir=str(self._configuration.folder))
        words = commander.generate_cmd_string(command, *arguments, **options)
        try:
            yield Invocation(tuple(words), self._configuration.folder, self._environment())
        finally:
            commander.temp_var_files.clean_up()

    def inputs(self, values: Path | None = None, **variables: Any) -> dict[str, Any]:  # noqa: ANN401 - Terraform's types
        """Return the options that plan and apply take.

        values: a file with variables; None for this machine's. variables: values that take
        precedence over those.
        """
        workspace = self._workspace
        if values is not None:
            return {"var_file": str(values), "var": {"package_path": str(workspace.package)} | variables}
        options = {
            "stack": workspace.stack,
            "region": workspace.region,
            "site_url": workspace.site_url,
            "api_url": workspace.api_url,
            "staff_auth": emulator_of(workspace).staff_auth,
            "webhooks": {},
            "files": {"url": f"{workspace.endpoint_url}/rollcall-{workspace.stack}-files-{ACCOUNT}"},
            "package_path": str(workspace.package),
            "forms": sorted(path.parent.name for path in workspace.sources.forms.glob("*/form.toml")),
            "embed_on": embed_on_of(compile_forms(workspace.sources.forms)) or None,
        }
        return {"var_file": "local.tfvars", "var": options | variables}

    def _environment(self) -> dict[str, str]:
        environment = clean_environment(
            AWS_ENDPOINT_URL=f"http://127.0.0.1:{self._workspace.edge_port}",
            AWS_REGION=self._workspace.region,
            AWS_ACCESS_KEY_ID=self._credentials.access_key_id,
            AWS_SECRET_ACCESS_KEY=self._credentials.secret_access_key,
            CHECKPOINT_DISABLE="1",
            GOGC="400",  # less collecting of garbage: a tenth less time, a little more memory
            TF_IN_AUTOMATION="1",
            TF_INPUT="0",
        )
        if self._configuration.cli_configuration is not None:
            environment["TF_CLI_CONFIG_FILE"] = str(self._configuration.cli_configuration)
        return environment


def require_terraform() -> str:
    """Return Terraform's version, such as `1.11`. Raises TerraformMissingError if it is missing or too old."""
    oldest = ".".join(map(str, OLDEST))
    if shutil.which("terraform") is None:
        raise TerraformMissingError(f"Terraform is not on the PATH. Install Terraform {oldest} or newer and try again.")
    answer = subprocess.run(
        ["terraform", "version", "-json"],
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(CHECKPOINT_DISABLE="1", TF_CLI_CONFIG_FILE=os.devnull),
    )
    version = re.search(r'"terraform_version":\s*"(\d+)\.(\d+)', answer.stdout)
    if not version:
        raise TerraformMissingError(
            f"`terraform version` printed no version: {answer.stderr.strip() or answer.stdout.strip()}"
        )
    if (int(version[1]), int(version[2])) < OLDEST:
        raise TerraformMissingError(
            f"Terraform {version[1]}.{version[2]} is too old. Install Terraform {oldest} or newer and try again.",
        )
    return f"{version[1]}.{version[2]}"


def _summary(out: str) -> str:
    summary = re.search(r"Apply complete! Resources: (.*)\.", out)
    return summary[1] if summary else out.strip().splitlines()[-1]
