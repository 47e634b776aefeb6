"""The whole local system: up, down, status. What builds the zip and the site is given by the caller."""

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

from rollcall_local import front, mailbox
from rollcall_local.credentials import client, deployer
from rollcall_local.emulator import NAME, Emulator
from rollcall_local.errors import LocalStackError, TerraformFailedError
from rollcall_local.paths import keep_ports, kept_ports, ports_of, write_whole
from rollcall_local.process import clean_environment, free_port, port_is_taken
from rollcall_local.terraform import LocalTerraform, require_terraform
from rollcall_local.terraform_configuration import chosen_provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rollcall_local.paths import Workspace


#: What Terraform says when the emulator holds what its state does not know of: one of them was killed at work.
OUT_OF_STEP = re.compile(r"already ?(?:exist|owned)|ConflictException|EntityAlreadyExists", re.IGNORECASE)

#: The ways to ask for an end: Ctrl-C (which a background job ignores by default), a cancelled job, a hang-up.
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

START_ANEW = (
    "If an earlier run was killed at work, the emulator and Terraform's state may be out of step. "
    "This starts anew, without the data: make down RESET=1 && make up"
)


class Builders(Protocol):
    """What the staff's command brings: it knows how the zip and the site are made."""

    def build_package(self, workspace: Workspace) -> str:
        """Write the functions' zip to `workspace.package`; say what changed."""

    def publish_forms(self, workspace: Workspace, outputs: dict[str, Any], dynamodb: Any) -> str:  # noqa: ANN401 - boto3
        """Store the compiled forms with the stack; say what changed."""

    def publish_site(self, workspace: Workspace, outputs: dict[str, Any], s3: Any) -> str:  # noqa: ANN401 - boto3
        """Build the site and put it into the stack's bucket; say what changed."""


@dataclass(frozen=True, slots=True)
class Status:
    """What runs, and where it answers."""

    running: bool
    site_url: str
    api_url: str
    endpoint_url: str
    mailbox_url: str
    table: str
    stack: str
    emulator: str
    provider: str


def up(workspace: Workspace, builders: Builders, say: Callable[[str], None]) -> Status:
    """Bring the system up, or up to date. Interrupted or asked to end, it stops what it started.

    Raises LocalStackError and its kinds.
    """
    require_terraform()
    with _one_at_a_time(workspace) as lock, _ending_as_interrupted():
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
    """Start what doesn't run, all of it or nothing; what was started is appended, to be stopped in reverse order."""
    _ensure_same_ports(workspace)
    emulator, smtp_port = Emulator(workspace), _smtp_port(workspace)
    keep_ports(workspace)
    if emulator.died():
        say("The emulator had died; it goes on from what it last saved.")
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
            say(f"emulator   {NAME} runs on {workspace.endpoint_url}")
        else:
            started.append(emulator.stop)
            emulator.start(smtp_port=smtp_port)
            say(f"emulator   {NAME} started on {workspace.endpoint_url}")
    except LocalStackError:
        _stop(started)
        raise


def _ensure_same_ports(workspace: Workspace) -> None:
    """Raise LocalStackError where the system runs on other ports: it must not be mixed up with a neighbour's."""
    kept = kept_ports(workspace.state)
    if kept is not None and kept != ports_of(workspace) and _anything_runs(workspace):
        raise LocalStackError(
            f"The local system in {workspace.state} runs on the ports {kept.edge}, {kept.site} and {kept.mailbox}. "
            "Leave them as they are, or stop it first: make down",
        )


def _everything_runs(workspace: Workspace) -> bool:
    return Emulator(workspace).alive() and front.background(workspace).alive() and mailbox.background(workspace).alive()


def _anything_runs(workspace: Workspace) -> bool:
    return Emulator(workspace).alive() or front.background(workspace).alive() or mailbox.background(workspace).alive()


def _deploy(workspace: Workspace, builders: Builders, say: Callable[[str], None]) -> None:
    credentials = deployer(workspace)
    say(f"functions  {builders.build_package(workspace)}")
    terraform = LocalTerraform(workspace, credentials)
    terraform.prepare()
    try:
        say(f"terraform  {terraform.apply()} ({chosen_provider()} provider)")
    except TerraformFailedError as error:
        if OUT_OF_STEP.search(str(error)):
            raise TerraformFailedError(f"{error}\n\n{START_ANEW}", error.exit_code) from error
        raise
    made = terraform.output()
    front.write_target(workspace.state / "front.json", made["distribution_domain"])
    write_whole(_outputs_file(workspace), json.dumps(made, indent=2))
    say(f"forms      {builders.publish_forms(workspace, made, client('dynamodb', workspace, credentials))}")
    say(f"site       {builders.publish_site(workspace, made, client('s3', workspace, credentials))}")


def _stop(started: list[Callable[[], object]]) -> None:
    while started:
        started.pop()()


@contextlib.contextmanager
def _ending_as_interrupted() -> Iterator[None]:
    """Treat every way of being asked to end like Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.default_int_handler) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def down(workspace: Workspace, *, reset: bool = False) -> bool:
    """Stop everything; with `reset`, drop the data too. Answers whether anything ran."""
    with _one_at_a_time(workspace):
        ran = Emulator(workspace).stop()
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
    """Tell what runs, without starting anything."""
    return Status(
        running=_everything_runs(workspace) and _outputs_file(workspace).exists(),
        site_url=workspace.site_url,
        api_url=workspace.api_url,
        endpoint_url=workspace.endpoint_url,
        mailbox_url=workspace.mailbox_url,
        table=workspace.table,
        stack=workspace.stack,
        emulator=NAME,
        provider=chosen_provider(),
    )


def outputs(workspace: Workspace) -> dict[str, Any]:
    """Give what Terraform made and how it is named, as the last `up` found it.

    Raises LocalStackError where nothing was brought up.
    """
    file = _outputs_file(workspace)
    if not file.exists():
        raise LocalStackError("The local system was not brought up yet. Run: make up")
    made: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return made


def _outputs_file(workspace: Workspace) -> Path:
    return workspace.state / "outputs.json"


@contextlib.contextmanager
def _one_at_a_time(workspace: Workspace) -> Iterator[int]:
    """Hold the system for one command; the kernel lets go of it however the command ends."""
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
    """Keep to one port for the mail's way from emulator to mailbox, for as long as one of them runs with it."""
    file = workspace.state / "smtp-port"
    try:
        kept = int(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        kept = 0
    in_use = Emulator(workspace).alive() or mailbox.background(workspace).alive()
    if kept and (in_use or not port_is_taken(kept)):
        return kept
    port = free_port()
    write_whole(file, str(port))
    return port
