"""The command line's composition root: everything outside that commands use. Tests put fakes here."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TextIO

from admin_cli.errors import CliError, ExitCode
from admin_cli.terminal.output import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import typer

    from admin_cli.aws.contexts import Context, ContextFile
    from admin_cli.local.system import LocalSystem
    from admin_cli.stack import Stack
    from registration_core.domain.forms import Form

CONTEXT_VARIABLE, VIA_VARIABLE = "ROLLCALL_CONTEXT", "ROLLCALL_VIA"
AWS = "aws"
VIA = ("api", AWS)
"""The ways to a stack: its staff API, or its AWS resources."""


@dataclass(frozen=True, slots=True)
class Services:
    """What one run of a command uses.

    connect: connects to a context's stack. local: finds the working folder's local system.
    context_name, via: the values of --context and --via. stdin: where a person answers; None if nobody can. sleep:
    waits, in seconds.
    """

    output: Output
    environ: Mapping[str, str]
    contexts: ContextFile
    connect: Callable[[Context], Stack]
    local: Callable[[], LocalSystem]
    context_name: str | None = None
    via: str | None = None
    stdin: TextIO | None = None
    sleep: Callable[[float], None] = time.sleep

    def context(self) -> Context:
        """Return the current context: --context, else ROLLCALL_CONTEXT, else the one in use.

        --via, else ROLLCALL_VIA, changes the way to its stack. Raises UnknownContextError, CliError.
        """
        context = self.contexts.read().chosen(self.context_name or self.environ.get(CONTEXT_VARIABLE) or None)
        via = self.via or self.environ.get(VIA_VARIABLE)
        return replace(context, via=None if read_via(via) == AWS else via) if via else context

    def stack(self) -> Stack:
        """Connect to the current context's stack."""
        return self.connect(self.context())


def read_via(via: str) -> str:
    """Return a way to a stack. Raises CliError."""
    if via not in VIA:
        raise CliError(f"There is no way {via!r} to a stack. Use {' or '.join(VIA)}.", exit_code=ExitCode.USAGE)
    return via


def services() -> Services:
    """Build the services of this process."""
    from admin_cli.aws.contexts import context_file  # noqa: PLC0415 - read when a command needs it

    output = Output(_forgiving(sys.stdout), _forgiving(sys.stderr), os.environ)
    return Services(
        output=output,
        environ=os.environ,
        contexts=context_file(os.environ),
        connect=lambda context: _connect(context, output),
        local=_local,
        stdin=sys.stdin,
    )


def of(ctx: typer.Context) -> Services:
    """Return the services of a command."""
    obj = ctx.obj
    assert isinstance(obj, Services)  # noqa: S101 - `run` puts it there
    return obj


def _connect(context: Context, output: Output) -> Stack:
    from admin_cli.aws.wire import plain_call  # noqa: PLC0415
    from admin_cli.stack import AwsStack  # noqa: PLC0415
    from admin_cli.terminal.completion import note_forms  # noqa: PLC0415 - most commands stay on this machine
    from admin_cli.terminal.local_time import keep_time_of  # noqa: PLC0415

    def noted(forms: Mapping[str, Form]) -> None:
        note_forms(os.environ, context.name, forms)
        keep_time_of(forms)

    if context.via is None:
        return AwsStack(context, output.note, noted=noted, plain=plain_call)
    from admin_cli.aws.contexts import context_file  # noqa: PLC0415 - already read
    from admin_cli.staff_api.connection import connect_api  # noqa: PLC0415 - only for staff without rights in AWS

    return connect_api(context, output.note, folder=context_file(os.environ).path.parent, noted=noted)


def _local() -> LocalSystem:
    from admin_cli.local.system import WorkspaceSystem  # noqa: PLC0415 - only the local commands need it

    return WorkspaceSystem.find()


def _forgiving(stream: TextIO) -> TextIO:
    """Write an escape for a character that the terminal's encoding lacks, instead of failing."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    return stream
