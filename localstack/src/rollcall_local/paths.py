"""Where the local system finds its clone, keeps its state, and listens."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

from rollcall_build.files import replace_file, staff_package
from rollcall_build.sources import EXAMPLE, Sources, sources_of
from rollcall_local.errors import LocalStackError

#: A folder with all of these is a clone of Rollcall.
LANDMARKS = ("example", "infra/terraform", "localstack/terraform_provider", "shared", "site")

DEFAULT_EDGE_PORT = 4566
DEFAULT_SITE_PORT = 8080
DEFAULT_MAILBOX_PORT = 8025

PORTS_FILE = "ports.json"


class WorkspaceNotFoundError(LocalStackError):
    """There is no clone of Rollcall at or above this folder."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One local system: a clone, a folder for its state, and its loopback ports.

    root: the clone. state: everything that a run leaves behind; delete it to forget the system.
    organisation: whose forms and site it shows; None for the example's.
    """

    root: Path
    state: Path
    edge_port: int = DEFAULT_EDGE_PORT
    site_port: int = DEFAULT_SITE_PORT
    mailbox_port: int = DEFAULT_MAILBOX_PORT
    stack: str = "local"
    region: str = "eu-north-1"
    organisation: Path | None = None

    @property
    def sources(self) -> Sources:
        """The clone's files and the organisation's."""
        return Sources(self.root, self.organisation or self.root / EXAMPLE)

    @property
    def endpoint_url(self) -> str:
        """The address of every AWS service of the emulator."""
        return f"http://localhost:{self.edge_port}"

    @property
    def api_url(self) -> str:
        """The base URL that forms post to. A tag in infra/terraform/local.tfvars fixes the API's ID."""
        return f"{self.endpoint_url}/restapis/rollcall/v1/_user_request_"

    @property
    def site_url(self) -> str:
        """The site as a visitor sees it, through the distribution."""
        return f"http://localhost:{self.site_port}"

    @property
    def mailbox_url(self) -> str:
        """The page that shows the mails."""
        return f"http://localhost:{self.mailbox_port}/"

    @property
    def table(self) -> str:
        """The name of the stack's table in infra/terraform."""
        return f"rollcall-{self.stack}"

    @property
    def package(self) -> Path:
        """The functions' zip."""
        return self.state / "rollcall-lambda.zip"

    @property
    def staff_package(self) -> Path:
        """The zip of the function staff."""
        return staff_package(self.package)

    @property
    def emulator_python(self) -> Path:
        """The interpreter of the emulator's own environment, which make installs."""
        return self.root / ".venvs" / "emulator" / "bin" / "python"


def find_root(start: Path | None = None) -> Path:
    """Find the clone at or above `start` (default: the current folder). ROLLCALL_ROOT overrides it.

    Raises WorkspaceNotFoundError.
    """
    named = os.environ.get("ROLLCALL_ROOT")
    first = Path(named) if named else (start or Path.cwd())
    folders = [first.resolve()] if named else [first.resolve(), *first.resolve().parents]
    for folder in folders:
        if all((folder / landmark).is_dir() for landmark in LANDMARKS):
            return folder
    raise WorkspaceNotFoundError(
        f"{first} is not inside a clone of Rollcall. Change to the clone, or set ROLLCALL_ROOT to its folder.",
    )


def find_workspace(start: Path | None = None) -> Workspace:
    """Describe the local system of the clone at or above `start`.

    Ports come from EDGE_PORT, ROLLCALL_SITE_PORT and ROLLCALL_MAILBOX_PORT, else from the last
    `up`; the folder for state from ROLLCALL_STATE (default: .local in the clone). Raises
    WorkspaceNotFoundError, NoOrganisationError, or LocalStackError for invalid ports.
    """
    root = find_root(start)
    state = Path(os.environ.get("ROLLCALL_STATE") or root / ".local").resolve()
    saved = saved_ports(state) or Ports(DEFAULT_EDGE_PORT, DEFAULT_SITE_PORT, DEFAULT_MAILBOX_PORT)
    ports = Ports(
        edge=_port("EDGE_PORT", saved.edge),
        site=_port("ROLLCALL_SITE_PORT", saved.site),
        mailbox=_port("ROLLCALL_MAILBOX_PORT", saved.mailbox),
    )
    if len({ports.edge, ports.site, ports.mailbox}) < len(astuple(ports)):
        raise LocalStackError("EDGE_PORT, ROLLCALL_SITE_PORT and ROLLCALL_MAILBOX_PORT must be three different ports.")
    return Workspace(
        root,
        state,
        edge_port=ports.edge,
        site_port=ports.site,
        mailbox_port=ports.mailbox,
        organisation=sources_of(root, os.environ).organisation,
    )


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports of one local system."""

    edge: int
    site: int
    mailbox: int


def ports_of(workspace: Workspace) -> Ports:
    """Return the ports that a workspace should use."""
    return Ports(workspace.edge_port, workspace.site_port, workspace.mailbox_port)


def saved_ports(state: Path) -> Ports | None:
    """Return the ports of the last `up`, or None if there was none or its record can't be read."""
    try:
        return Ports(**json.loads((state / PORTS_FILE).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def save_ports(workspace: Workspace) -> None:
    """Record the ports, so that status, mail and down find the system by themselves."""
    replace_file(workspace.state / PORTS_FILE, json.dumps(asdict(ports_of(workspace))))


def _port(variable: str, default: int) -> int:
    value = os.environ.get(variable) or str(default)
    if value.isascii() and value.isdigit() and 0 < int(value) < 2**16:
        return int(value)
    raise LocalStackError(f"{variable} is {value!r}, but a port is a number from 1 to 65535.")
