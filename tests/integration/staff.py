"""`rollcall` run in process on the deployed stack, as staff who hold only their own policy."""

from __future__ import annotations

import contextlib
import copy
import io
import itertools
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sign_in import sign_in_of, staff_user, tokens

from admin_cli.app import run
from admin_cli.aws.contexts import add_local, context_file
from admin_cli.local.system import WorkspaceSystem
from admin_cli.services import Services
from admin_cli.stack import AwsStack
from admin_cli.staff_api.connection import connect_api, kept_sign_in
from admin_cli.staff_api.sign_in import SignInPages, Tokens
from admin_cli.terminal.output import Output
from rollcall_local.credentials import Credentials
from rollcall_local.loopback import loopback_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import DeployedStack

    from admin_cli.aws.contexts import Context, ContextFile
    from admin_cli.stack import Stack


COMPARING = ("doctor", "site")
"""Commands that compare the stack with an organisation's files: those it was deployed from."""


class Stream(io.TextIOWrapper):
    """A stream that keeps what is written, and can claim to be a terminal."""

    def __init__(self, *, terminal: bool, typed: str = "") -> None:
        super().__init__(io.BytesIO(typed.encode()), encoding="utf-8", newline="", write_through=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    @property
    def content(self) -> bytes:
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue()


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()


def interrupted(_seconds: float) -> None:
    """Press Ctrl-C instead of waiting."""
    raise KeyboardInterrupt


class Staff:
    """Runs `rollcall` as one IAM user of the emulator."""

    def __init__(
        self,
        stack: DeployedStack,
        credentials: Credentials,
        *,
        contexts: ContextFile | None = None,
    ) -> None:
        self._stack = stack
        self._session = loopback_session(credentials.access_key_id, credentials.secret_access_key)
        workspace = stack.workspace
        self.contexts = contexts or context_file(stack.env)
        add_local(workspace.stack, workspace.region, workspace.endpoint_url, file=self.contexts)

    def __call__(
        self,
        *arguments: str,
        typed: str | None = None,
        piped: str | None = None,
        terminal: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        **environ: str,
    ) -> Ran:
        """Run one command line.

        typed: what the person answers; None where there is nobody to ask. piped: standard input.
        """
        asked = typed is not None
        out, err = Stream(terminal=terminal), Stream(terminal=terminal or asked)
        output = Output(out, err, {"COLUMNS": "150", "TERM": "xterm"} | self._stack.env | environ)
        services = Services(
            output=output,
            environ=self._stack.env | environ,
            contexts=self.contexts,
            connect=lambda context: self._connect(context, output),
            local=lambda: WorkspaceSystem(self._stack.workspace),
            stdin=Stream(terminal=asked, typed=typed or piped or "") if asked or piped is not None else None,
            sleep=sleep,
        )
        with pytest.MonkeyPatch.context() as environment:
            if arguments[0] in COMPARING:
                environment.setenv("ROLLCALL_ORGANISATION", self._stack.env["ROLLCALL_ORGANISATION"])
            code = run(list(arguments), services)
        return Ran(code, out.content, err.content.decode())

    @property
    def arn(self) -> str:
        """Whom histories name."""
        region = self._stack.workspace.region
        sts = self._session.client("sts", region_name=region, endpoint_url=self._stack.endpoint_url)
        return str(sts.get_caller_identity()["Arn"])

    def _connect(self, context: Context, output: Output) -> Stack:
        def on_aws(context: Context) -> Stack:
            return AwsStack(context, output.note, session=lambda _: self._session)

        if context.via is None:
            return on_aws(context)
        return connect_api(context, output.note, folder=self.contexts.path.parent, stack=on_aws)

    def with_contexts(self, contexts: ContextFile) -> Staff:
        """Return the same person with these contexts."""
        other = copy.copy(self)
        other.contexts = contexts
        return other

    @contextlib.contextmanager
    def interrupted_at_query(self, number: int) -> Iterator[None]:
        """Press Ctrl-C once this many queries were sent to the table."""
        left = itertools.count(number - 1, -1)

        def looked_at(**_more: object) -> None:
            if next(left) == 0:
                raise KeyboardInterrupt

        self._session.events.register("before-parameter-build.dynamodb.Query", looked_at)
        try:
            yield
        finally:
            self._session.events.unregister("before-parameter-build.dynamodb.Query", looked_at)

    def done(self, *arguments: str, **environ: str) -> Ran:
        """Run a command that must succeed."""
        ran = self(*arguments, **environ)
        assert ran.code == 0, ran.err
        return ran

    def json(self, *arguments: str) -> Any:
        """Run a command that prints JSON and nothing else."""
        ran = self.done(*arguments)
        assert ran.err == ""
        return json.loads(ran.out)


def sign_in_to_api(stack: DeployedStack, contexts: ContextFile, group: str) -> str:
    """Keep the sign-in of a new person of a group for the context in use, and return whom histories name."""
    user, place = staff_user(stack, group), sign_in_of(stack)
    made = tokens(place, user)
    kept_sign_in(contexts.read().chosen(None), contexts.path.parent).write(
        SignInPages(place.url, place.client_id),
        Tokens(made["access_token"], made["refresh_token"], time.time() + float(made["expires_in"])),
    )
    return user.name


def with_policy(stack: DeployedStack, name: str, policy_arn: str) -> Staff:
    """Create a user who holds this policy and nothing else."""
    iam = stack.client("iam")
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=policy_arn)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Staff(stack, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
