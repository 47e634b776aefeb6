"""Where the local system finds its clone, keeps its state, and listens."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rollcall_local.errors import LocalStackError

#: A folder is a clone of Rollcall when it holds these.
LANDMARKS = ("forms", "infra/terraform", "localstack/terraform_provider", "site")

DEFAULT_EDGE_PORT = 4566
DEFAULT_SITE_PORT = 8080
DEFAULT_MAILBOX_PORT = 8025


class WorkspaceNotFoundError(LocalStackError):
    """No clone of Rollcall was found above the folder that was asked for."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One local system: a clone, a folder for its state, and the loopback ports it listens on.

    root: the clone. state: everything that a run leaves behind; removing it forgets the system.
    """

    root: Path
    state: Path
    edge_port: int = DEFAULT_EDGE_PORT
    site_port: int = DEFAULT_SITE_PORT
    mailbox_port: int = DEFAULT_MAILBOX_PORT
    stack: str = "local"
    region: str = "eu-north-1"

    @property
    def endpoint_url(self) -> str:
        """Where every AWS service of the emulator answers."""
        return f"http://localhost:{self.edge_port}"

    @property
    def api_url(self) -> str:
        """The base that a form posts to; the API's identifier is pinned by a tag in environments/local.tfvars."""
        return f"{self.endpoint_url}/restapis/rollcall/v1/_user_request_"

    @property
    def site_url(self) -> str:
        """The site as a visitor sees it, through the distribution."""
        return f"http://localhost:{self.site_port}"

    @property
    def mailbox_url(self) -> str:
        """The page that shows what was mailed."""
        return f"http://localhost:{self.mailbox_port}/"

    @property
    def table(self) -> str:
        """The name that infra/terraform gives the stack's table."""
        return f"rollcall-{self.stack}"

    @property
    def package(self) -> Path:
        """The functions' zip."""
        return self.state / "rollcall-lambda.zip"

    @property
    def emulator_python(self) -> Path:
        """The interpreter of the emulator's own environment, which make installs."""
        return self.root / ".venvs" / "emulator" / "bin" / "python"


def find_root(start: Path | None = None) -> Path:
    """Find the clone that `start` (default: the working folder) lies in; ROLLCALL_ROOT overrides.

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
    """Describe the local system of the clone that `start` lies in.

    Ports come from EDGE_PORT, ROLLCALL_SITE_PORT and ROLLCALL_MAILBOX_PORT, the state's folder from
    ROLLCALL_STATE (default: .local in the clone). Raises WorkspaceNotFoundError, or LocalStackError for a port
    that is none.
    """
    root = find_root(start)
    return Workspace(
        root=root,
        state=Path(os.environ.get("ROLLCALL_STATE") or root / ".local").resolve(),
        edge_port=_port("EDGE_PORT", DEFAULT_EDGE_PORT),
        site_port=_port("ROLLCALL_SITE_PORT", DEFAULT_SITE_PORT),
        mailbox_port=_port("ROLLCALL_MAILBOX_PORT", DEFAULT_MAILBOX_PORT),
    )


def write_whole(file: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a small file so that a reader finds the old one or the new one, never half of one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
    partial.replace(file)


def _port(variable: str, default: int) -> int:
    value = os.environ.get(variable) or str(default)
    if value.isascii() and value.isdigit() and 0 < int(value) < 2**16:
        return int(value)
    raise LocalStackError(f"{variable} is {value!r}, but a port is a number from 1 to 65535.")
