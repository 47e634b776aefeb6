"""One proof: init, validate, schema, apply, an empty plan, a change, destroy, with every call recorded."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from python_terraform import IsFlagged

from rollcall_local.credentials import ROOT, deployer
from rollcall_local.emulators import emulator_of
from rollcall_local.errors import LocalStackError, TerraformFailedError
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port, run_to_end
from rollcall_local.terraform import LocalTerraform
from standin.facts import SCHEMA_FILE

from .comparison import paths_that_differ
from .proxy import Record, fenced, recording_proxy
from .recordings import Recording, names_of
from .schemas import facts_of
from .timeline import planned_changes, problems, spans

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rollcall_local.terraform_configuration import Provider

#: What `terraform init` says when it gets no provider from the registry.
UNREACHABLE = re.compile(
    r"registry service is unreachable|Failed to (?:query|install|resolve)|could not (?:connect|query)"
)

#: A change that updates a resource of nearly every type in place.
CHANGE = {
    "log_retention_days": 14,
    "alarm_email": "operators@kuggen.se",
    "sender": "Kuggen Robotics Academy <kurser@kuggen.se>",
    "tags": {"ms-custom-id": "rollcall", "_custom_id_": "rollcall", "Proof": "changed"},
    "throttle": {"rate": 400, "burst": 900},
}


class ProofError(LocalStackError):
    """The proof can't be made. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What one run found. findings: plans that should have been empty. secrets: values that no file may hold."""

    recording: Recording
    findings: tuple[str, ...]
    schema: dict[str, Any]
    secrets: frozenset[str]


class Prover:
    """Terraform with one provider, on an emulator of its own, through the recording proxy."""

    def __init__(self, root: Path, folder: Path, provider: Provider, say: Callable[[str], None]) -> None:
        # The named ports are the default ones, so that every run has the same addresses in its policies.
        self._named = Workspace(root=root, state=folder)
        self._workspace = Workspace(root=root, state=folder, edge_port=free_port())
        self._provider: Provider = provider
        self._say = say

    def prove(self) -> Proof:
        """Make the whole run, and return what it found. Raises ProofError, TerraformFailedError, LocalStackError."""
        self._package()
        terraform = LocalTerraform(self._named, ROOT, provider=self._provider)
        self._init(terraform)
        terraform.run("validate")
        printed = json.loads(terraform.run("providers schema", json=IsFlagged))
        self._say("init, validate and the schema: done")
        emulator = emulator_of(self._workspace)
        try:
            emulator.start(smtp_port=free_port())
            with recording_proxy(f"http://127.0.0.1:{self._workspace.edge_port}") as (port, record):
                return self._recorded(port, record, printed, emulator.name)
        finally:
            emulator.stop()

    def _recorded(self, port: int, record: Record, printed: dict[str, Any], emulator: str) -> Proof:
        credentials = deployer(self._workspace)
        terraform = LocalTerraform(self._named, credentials, provider=self._provider)
        ports = {f":{port}": ":<port>", f":{self._workspace.edge_port}": ":<port>"}
        run = _Run(terraform, fenced(port), record, Recording(_version(terraform), emulator), ports, self._say)
        run.everything()
        signatures = {exchange.headers.get("authorization", "").rpartition("=")[2] for exchange in run.exchanges}
        tokens = {exchange.headers.get("x-amz-security-token", "") for exchange in run.exchanges}
        secrets = {credentials.access_key_id, credentials.secret_access_key, *signatures, *tokens} - {""}
        known = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
        return Proof(run.recording, tuple(run.findings), facts_of(printed, known), frozenset(secrets))

    def _init(self, terraform: LocalTerraform) -> None:
        try:
            terraform.prepare()
        except TerraformFailedError as error:
            if self._provider == "registry" and UNREACHABLE.search(str(error)):
                raise ProofError(
                    "This machine can't reach the Terraform registry, so nothing was recorded. "
                    "Run `make prove` on a machine where `terraform init` can download hashicorp/aws."
                ) from error
            raise

    def _package(self) -> None:
        """Write a small zip: the proof is about Terraform's calls, not about what the functions do."""
        self._workspace.state.mkdir(parents=True, exist_ok=True)
        for path in (self._named.package, self._named.staff_package):
            with zipfile.ZipFile(path, "w") as package:
                package.writestr(zipfile.ZipInfo("lambda_handlers/__init__.py"), "")


def _version(terraform: LocalTerraform) -> str:
    """Return which provider Terraform chose, such as `hashicorp/aws 6.69.1`."""
    selected = json.loads(terraform.run("version", json=IsFlagged))["provider_selections"]
    ((address, version),) = selected.items()
    return f"{'/'.join(address.split('/')[-2:])} {version}"


@dataclass
class _Run:
    """The commands of one proof, in order."""

    terraform: LocalTerraform
    fence: dict[str, str]
    record: Record
    recording: Recording
    ports: dict[str, str]
    say: Callable[[str], None]

    def __post_init__(self) -> None:
        self.exchanges = list(self.record.exchanges)
        self.findings: list[str] = []

    def everything(self) -> None:
        """Apply, find an empty plan, change, find an empty plan again, destroy."""
        planned = self._planned()
        self._step("apply", "apply", planned, auto_approve=IsFlagged)
        self._empty("plan", planned)
        self._step("change", "apply", planned, change=CHANGE, auto_approve=IsFlagged)
        self._empty("plan after the change", planned, change=CHANGE)
        self._step("destroy", "destroy", planned, change=CHANGE, auto_approve=IsFlagged)

    def _planned(self) -> dict[str, Any]:
        """Return the plan from nothing, with every value that the change adds."""
        file = str(self.terraform.configuration / "first.plan")
        self._run("plan", out=file, change=CHANGE)
        described: dict[str, Any] = json.loads(self.terraform.run("show", file, json=IsFlagged))
        self.record.exchanges.clear()
        return described

    def _empty(self, step: str, planned: dict[str, Any], **options: Any) -> None:  # noqa: ANN401 - Terraform's options
        file = str(self.terraform.configuration / "empty.plan")
        output = self._step(step, "plan", planned, out=file, **options)
        if planned_changes(output):
            described = json.loads(self.terraform.run("show", file, json=IsFlagged))
            self.findings += [f"the {step} is not empty: {change}" for change in changed_by(described)]

    def _step(self, step: str, command: str, planned: dict[str, Any], **options: Any) -> str:  # noqa: ANN401 - as above
        state = self._state()
        output = self._run(command, **options)
        names = names_of(state, planned) | names_of(self._state(), planned) | self.ports
        exchanges, self.record.exchanges = self.record.exchanges, []
        self.exchanges += exchanges
        self.recording.add(step, exchanges, spans(output), names)
        self.say(f"{step}: {len(exchanges)} calls")
        return output

    def _state(self) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.terraform.run("show", json=IsFlagged))
        return shown if "values" in shown else {"values": {"root_module": {}}}

    def _run(self, command: str, *, change: dict[str, Any] | None = None, **options: Any) -> str:  # noqa: ANN401 - as above
        inputs = self.terraform.inputs(**(change or {}))
        flags = {"input": False, "json": IsFlagged, "parallelism": 1, **inputs, **options}
        with self.terraform.invocation(command, no_color=IsFlagged, **flags) as one:
            code, output, err = run_to_end(one.words, one.folder, {**one.environment, **self.fence})
        if self.record.refused:
            raise ProofError(
                f"The provider tried to reach {', '.join(sorted(set(self.record.refused)))}. It was refused."
            )
        if code != 0:
            raise TerraformFailedError(f"terraform {command} failed:\n" + "\n".join(problems(output) or [err]), code)
        return output


def changed_by(plan: dict[str, Any]) -> list[str]:
    """Return what a plan changes: each resource, and the arguments that differ."""
    changes = [(one["address"], one["change"]) for one in plan["resource_changes"]]
    return [
        f"{'/'.join(change['actions'])} {address} "
        f"({', '.join(line.split(':')[0] for line in paths_that_differ(change['before'], change['after']))})"
        for address, change in changes
        if change["actions"] not in (["no-op"], ["read"])
    ]
