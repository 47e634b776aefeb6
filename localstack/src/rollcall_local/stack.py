"""The whole local system: up, down, status. The caller provides the builders of zip and site."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from rollcall_build.files import replace_file
from rollcall_local import front, mailbox
from rollcall_local.credentials import client, deployer
from rollcall_local.desk_users import desk_users, make_desk_users
from rollcall_local.emulators import emulator_of, keep_emulator
from rollcall_local.errors import LocalStackError, TerraformFailedError
from rollcall_local.paths import ports_of, save_ports, saved_ports
from rollcall_local.process import clean_environment, free_port, port_is_taken
from rollcall_local.terraform import LocalTerraform, require_terraform
from rollcall_local.terraform_configuration import chosen_provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rollcall_local.emulators.emulator import Emulator
    from rollcall_local.paths import Workspace


#: Terraform's errors when the emulator holds resources that its state lacks: one of the two was killed.
OUT_OF_STEP = re.compile(r"already ?(?:exist|owned)|ConflictException|EntityAlreadyExists", re.IGNORECASE)

#: The ways to stop a command: Ctrl-C (which a background job ignores by default), a cancelled job, a hang-up.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

START_OVER = (
    "If an earlier run was killed, the emulator and Terraform's state may not match. "
    "To start over without the data, run: make down RESET=1 && make up"
)


class Builders(Protocol):
    """What the `rollcall` command provides: it knows how to build the zip and the site."""

    def build_package(self, workspace: Workspace) -> str:
        """Write the functions' zip to `workspace.package`, and return what changed."""

    def publish_forms(self, workspace: Workspace, outputs: dict[str, Any], dynamodb: Any) -> str:  # noqa: ANN401 - boto3
        """Store the compiled forms with the stack, and return what changed."""

    def publish_site(self, workspace: Workspace, outputs: dict[str, Any], s3: Any) -> str:  # noqa: ANN401 - boto3
        """Build the site, publish it to the stack's bucket, and return what changed."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is running, and at which address."""

    running: bool
    site_url: str
    api_url: str
    endpoint_url: str
    mailbox_url: str
    table: str
    stack: str
    emulator: str
    keeps_data: bool
    provider: str
    desk_url: str | None


def up(workspace: Workspace, builders: Builders, say: Callable[[str], None]) -> Status:
    """Bring the system up, or up to date. When interrupted, stop what was started.

    Raises LocalStackError and its subclasses.
    """
    require_terraform()
    with _one_at_a_time(workspace) as lock, _stopping_as_interrupted():
        started: list[Callable[[], object]] = []
        try:
            _start(workspace, started, say)
            os.set_inheritable(lock, True)  # noqa: FBT003 - os's signature; from here on, Terraform holds it too
            _deploy(workspace, builders, say)
        except KeyboardInterrupt:
            _stop(started)
            raise
    return status(workspace)


def _start(workspace: Workspace, started: list[Callable[[], object]], say: Callable[[str], None]) -> None:
    """Start everything that isn't running, or nothing. `started` gets each process, to be stopped in reverse order."""
    _ensure_same_ports(workspace)
    emulator, smtp_port = emulator_of(workspace), _smtp_port(workspace)
    keep_emulator(workspace)
    save_ports(workspace)
    if emulator.died():
        say(f"The emulator stopped unexpectedly. Starting it again {_from_where(emulator)}.")
    commands = (
        (mailbox.background(workspace), mailbox.command(workspace, smtp_port)),
        (front.background(workspace), front.command(workspace)),
    )
    try:
        for process, command in commands:
            if not (process.alive() and process.ready()):
                process.stop()
                started.append(process.stop)
                process.start([sys.executable, "-m", *command], clean_environment())
        if emulator.running():
            say(f"emulator   {emulator.describe()} runs on {workspace.endpoint_url}")
        else:
            if not emulator.keeps_data:
                _forget_deployment(workspace)
            started.append(emulator.stop)
            emulator.start(smtp_port=smtp_port)
            say(f"emulator   {emulator.describe()} started on {workspace.endpoint_url}")
    except LocalStackError:
        _stop(started)
        raise


def _from_where(emulator: Emulator) -> str:
    return "from its last save" if emulator.keeps_data else f"without its data: {emulator.name} saves none"


def _forget_deployment(workspace: Workspace) -> None:
    """Delete what describes resources that went with the emulator's data."""
    files = ("terraform/terraform.tfstate", "terraform/terraform.tfstate.backup", "outputs.json", "front.json")
    for name in (*files, "deployer.json"):
        (workspace.state / name).unlink(missing_ok=True)


def _ensure_same_ports(workspace: Workspace) -> None:
    """Raise LocalStackError if the system runs on other ports, so that it isn't mistaken for a neighbour's."""
    saved = saved_ports(workspace.state)
    if saved is not None and saved != ports_of(workspace) and _anything_runs(workspace):
        raise LocalStackError(
            f"The local system in {workspace.state} runs on ports {saved.edge}, {saved.site} and {saved.mailbox}. "
            "Keep these ports, or stop it first: make down",
        )


def _everything_runs(workspace: Workspace) -> bool:
    return (
        emulator_of(workspace).alive() and front.background(workspace).alive() and mailbox.background(workspace).alive()
    )


def _anything_runs(workspace: Workspace) -> bool:
    return (
        emulator_of(workspace).alive() or front.background(workspace).alive() or mailbox.background(workspace).alive()
    )


def _deploy(workspace: Workspace, builders: Builders, say: Callable[[str], None]) -> None:
    credentials = deployer(workspace)
    say(f"functions  {builders.build_package(workspace)}")
    terraform = LocalTerraform(workspace, credentials)
    terraform.prepare()
    try:
        say(f"terraform  {terraform.apply()} ({chosen_provider()} provider)")
    except TerraformFailedError as error:
        if OUT_OF_STEP.search(str(error)):
            raise TerraformFailedError(f"{error}\n\n{START_OVER}", error.exit_code) from error
        raise
    made = terraform.output()
    front.write_target(workspace.state / "front.json", made["distribution_domain"])
    replace_file(_outputs_file(workspace), json.dumps(made, indent=2))
    say(f"forms      {builders.publish_forms(workspace, made, client('dynamodb', workspace, credentials))}")
    say(f"site       {builders.publish_site(workspace, made, client('s3', workspace, credentials))}")
    if make_desk_users(workspace, (made.get("desk") or {}).get("user_pool_id")):
        say("desk       a manager and a reader made")


def _stop(started: list[Callable[[], object]]) -> None:
    while started:
        started.pop()()


@contextlib.contextmanager
def _stopping_as_interrupted() -> Iterator[None]:
    """Treat every request to stop like Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.default_int_handler) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def down(workspace: Workspace, *, reset: bool = False) -> bool:
    """Stop everything and, with `reset`, delete the data. Return whether anything was running."""
    with _one_at_a_time(workspace):
        ran = emulator_of(workspace).stop()
        ran = front.background(workspace).stop() or ran
        ran = mailbox.background(workspace).stop() or ran
        if reset:
            for path in workspace.state.iterdir():
                if path.is_dir():
                    shutil.rmtree(path)
                elif path.name != "lock":
                    path.unlink()
    return ran


def status(workspace: Workspace) -> Status:
    """Return what is running, without starting anything."""
    emulator = emulator_of(workspace)
    return Status(
        running=_everything_runs(workspace) and _outputs_file(workspace).exists(),
        site_url=workspace.site_url,
        api_url=workspace.api_url,
        endpoint_url=workspace.endpoint_url,
        mailbox_url=workspace.mailbox_url,
        table=workspace.table,
        stack=workspace.stack,
        emulator=emulator.describe(),
        keeps_data=emulator.keeps_data,
        provider=chosen_provider(),
        desk_url=f"{workspace.site_url}/desk/" if desk_users(workspace) else None,
    )


def outputs(workspace: Workspace) -> dict[str, Any]:
    """Return Terraform's outputs as of the last `up`.

    Raises LocalStackError if there was none.
    """
    file = _outputs_file(workspace)
    if not file.exists():
        raise LocalStackError("The local system is not set up yet. Run: make up")
    made: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return made


def _outputs_file(workspace: Workspace) -> Path:
    return workspace.state / "outputs.json"


@contextlib.contextmanager
def _one_at_a_time(workspace: Workspace) -> Iterator[int]:
    """Lock the system for one command; the kernel releases the lock however the command ends."""
    workspace.state.mkdir(parents=True, exist_ok=True)
    with (workspace.state / "lock").open("w") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LocalStackError(
                f"Another command is changing the local system in {workspace.state}. Wait for it and try again.",
            ) from error
        yield file.fileno()


def _smtp_port(workspace: Workspace) -> int:
    """Keep one port for mail from the emulator to the mailbox, for as long as either of them uses it."""
    file = workspace.state / "smtp-port"
    try:
        port = int(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        port = 0
    in_use = emulator_of(workspace).alive() or mailbox.background(workspace).alive()
    if port and (in_use or not port_is_taken(port)):
        return port
    port = free_port()
    replace_file(file, str(port))
    return port
