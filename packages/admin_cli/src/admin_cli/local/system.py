"""The system on this machine, as the local commands see it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rollcall_local.desk_users import DeskUser
    from rollcall_local.mailbox import Mail
    from rollcall_local.paths import Workspace
    from rollcall_local.stack import Status
    from rollcall_local.terraform import Invocation

Say = Callable[[str], None]


class LocalSystem(Protocol):
    """What the local commands need. Each may raise LocalStackError, whose message is for people."""

    def up(self, say: Say) -> Status:
        """Start it, or bring it up to date, and report each step to `say`."""

    def down(self, *, reset: bool) -> bool:
        """Stop it, with `reset` delete its data, and return whether anything ran."""

    def status(self) -> Status:
        """Return what is running."""

    def messages(self) -> Sequence[Mail]:
        """Return the mails, oldest first."""

    def desk_users(self) -> Sequence[DeskUser]:
        """Return who may sign in to the desk; nobody if there is none."""

    def region(self) -> str:
        """Return the AWS region that it emulates."""

    def terraform(self, command: str, arguments: Sequence[str]) -> AbstractContextManager[Invocation]:
        """Yield the Terraform call that plans this system or prints its outputs."""


@dataclass(frozen=True, slots=True)
class WorkspaceSystem:
    """The system of one clone."""

    workspace: Workspace

    @classmethod
    def find(cls) -> Self:
        """Find the clone at or above the current folder. Raises WorkspaceNotFoundError."""
        from rollcall_local.paths import find_workspace  # noqa: PLC0415 - only when asked

        return cls(find_workspace())

    def up(self, say: Say) -> Status:
        """Start it with the zip and the site that this package builds."""
        from admin_cli.local.builders import LocalBuilders  # noqa: PLC0415
        from rollcall_local import stack  # noqa: PLC0415 - only what is asked for

        return stack.up(self.workspace, LocalBuilders(), say)

    def down(self, *, reset: bool) -> bool:
        """Stop all of its processes."""
        from rollcall_local import stack  # noqa: PLC0415 - only what is asked for

        return stack.down(self.workspace, reset=reset)

    def status(self) -> Status:
        """Return what is running, without starting anything."""
        from rollcall_local import stack  # noqa: PLC0415 - only what is asked for

        return stack.status(self.workspace)

    def messages(self) -> Sequence[Mail]:
        """Read the mailbox's folder."""
        from rollcall_local import mailbox  # noqa: PLC0415 - only what is asked for

        return mailbox.messages(self.workspace)

    def desk_users(self) -> Sequence[DeskUser]:
        """Read who the last `up` made."""
        from rollcall_local.desk_users import desk_users  # noqa: PLC0415 - only what is asked for

        return desk_users(self.workspace)

    def region(self) -> str:
        """Name the workspace's region."""
        return self.workspace.region

    @contextlib.contextmanager
    def terraform(self, command: str, arguments: Sequence[str]) -> Iterator[Invocation]:
        """Call Terraform as `up` does: on the copied configuration, with the deployer's rights."""
        from rollcall_local.credentials import deployer  # noqa: PLC0415 - only what is asked for
        from rollcall_local.emulators import emulator_of  # noqa: PLC0415
        from rollcall_local.errors import LocalStackError  # noqa: PLC0415
        from rollcall_local.terraform import LocalTerraform  # noqa: PLC0415

        if not emulator_of(self.workspace).running():
            raise LocalStackError("The local system is not running. Start it: rollcall local up")
        terraform = LocalTerraform(self.workspace, deployer(self.workspace))
        terraform.prepare()
        inputs = terraform.inputs() if command == "plan" else {}
        with terraform.invocation(command, *arguments, **inputs) as call:
            yield call
