"""Terraform on a context's stack in AWS, run so that a person can watch and interrupt it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from python_terraform import IsFlagged, Terraform

from admin_cli.errors import CliError, ExitCode
from rollcall_local.terraform import Invocation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from admin_cli.aws.contexts import Context
    from rollcall_build.sources import Sources

#: Terraform would prefer these to the context's profile.
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_SAID = re.compile(r'^(stack|region)\s*=\s*"([^"]*)"', re.MULTILINE)
_STDERR = 2
_SIGNALLED = 128

#: The providers that Terraform uses, with their checksums.
LOCK = ".terraform.lock.hcl"

#: Commands without -var-file.
WITHOUT_VALUES = {"force-unlock", "output", "state"}

#: Options whose value is a path.
WITH_PATH = {"-out", "-var-file"}

#: Options that an apply takes beside a saved plan. The others belong to the plan.
FOR_THE_APPLY = ("-compact-warnings", "-lock", "-no-color", "-parallelism")

#: Terraform checks neither the stream nor NO_COLOR, so this option turns colour off.
NO_COLOUR = "-no-color"


@dataclass(frozen=True, slots=True)
class StackTerraform:
    """Terraform on one stack in AWS: its values, its state, and the context's credentials.

    sources: the clone, and the organisation whose values it has. environ: the caller's environment.
    """

    sources: Sources
    context: Context
    environ: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """Where the configuration is."""
        return self.sources.root / "infra" / "terraform"

    @property
    def values(self) -> Path:
        """The file with the stack's values."""
        return self.sources.values / f"{self.context.stack}.tfvars"

    def ensure_described(self) -> None:
        """Raise CliError if the organisation has no values for this stack, or has another stack's."""
        values = self.values
        if not values.is_file() or not self._backend.is_file():
            known = sorted(path.name.removesuffix(".s3.tfbackend") for path in values.parent.glob("*.s3.tfbackend"))
            raise CliError(
                f"{values.parent} has no {values.name} with a matching {self._backend.name}. "
                f"There are: {', '.join(known)}.",
                hint="Write both for the new stack (docs/operator.md), or choose another: rollcall context use NAME",
                exit_code=ExitCode.NOT_FOUND,
            )
        for name, value in _SAID.findall(values.read_text(encoding="utf-8")):
            if value != getattr(self.context, name):
                raise CliError(
                    f"{values} says {name} {value!r}, but the context {self.context.name} means "
                    f"{getattr(self.context, name)!r}.",
                    hint="Fix one of them, or Terraform would work on a different stack from the other commands.",
                )

    def take_lock(self) -> None:
        """Make Terraform use the organisation's own lock file, if it has one with its values."""
        own_lock = self.sources.values / LOCK
        if own_lock.is_file():
            shutil.copyfile(own_lock, self.folder / LOCK)

    def initialise(self, *, coloured: bool) -> Invocation:
        """Call `terraform init`: the stack's own state, and a folder of its own for what Terraform fetches."""
        options = {} if coloured else {"no_color": IsFlagged}
        return self._invocation("init", input=False, backend_config=str(self._backend), **options)

    def call(self, command: str, arguments: Sequence[str], *, approved: bool = False) -> Invocation:
        """Call a command with the stack's values, unless a plan contains them. approved: don't ask."""
        options: dict[str, Any] = {}
        if command not in WITHOUT_VALUES and not holds_plan(arguments):
            options["var_file"] = str(self.values)
        if approved and not holds_plan(arguments):
            # Spelled out: the library's own destroy() passes a flag that Terraform refuses.
            options["auto_approve"] = IsFlagged
        return self._invocation(command, *arguments, **options)

    def described(self, plan: Path | None = None) -> dict[str, Any]:
        """Return a saved plan, or the state, as Terraform describes it to programs. Raises CliError with its error."""
        call = self._invocation("show", *([str(plan)] if plan else []), json=IsFlagged)
        answer = subprocess.run(
            call.words, cwd=call.folder, env=dict(call.environment), capture_output=True, text=True, check=False
        )
        if answer.returncode:
            raise CliError(f"terraform show failed: {answer.stderr.strip() or answer.stdout.strip()}")
        said: dict[str, Any] = json.loads(answer.stdout)
        return said

    @property
    def _backend(self) -> Path:
        return self.sources.values / f"{self.context.stack}.s3.tfbackend"

    def _invocation(self, command: str, *arguments: str, **options: Any) -> Invocation:  # noqa: ANN401 - the library's
        words = Terraform(working_dir=str(self.folder)).generate_cmd_string(command, *arguments, **options)
        return Invocation(tuple(words), self.folder, self._environment())

    def _environment(self) -> dict[str, str]:
        environment = dict(self.environ)
        if self.context.profile is not None:
            environment = {name: value for name, value in environment.items() if name not in _KEYS}
            environment["AWS_PROFILE"] = self.context.profile
        return environment | {
            "AWS_REGION": self.context.region,
            "TF_DATA_DIR": str(self.sources.root / "build" / "terraform" / self.context.stack),
        }


def holds_plan(arguments: Sequence[str]) -> bool:
    """Whether the last word is a plan file."""
    return bool(arguments) and not arguments[-1].startswith("-") and Path(arguments[-1]).is_file()


def out_of(arguments: Sequence[str]) -> Path | None:
    """Return the file that a plan is saved in, if one was asked for."""
    return next((Path(word.partition("=")[2]) for word in arguments if word.startswith("-out=")), None)


def without_colour(command: str, words: Sequence[str]) -> list[str]:
    """Add the option for no colour, after the subcommand of `state`."""
    words_before = 1 if command == "state" else 0
    return [*words[:words_before], NO_COLOUR, *words[words_before:]] if len(words) >= words_before else list(words)


def from_here(arguments: Sequence[str], here: Path) -> list[str]:
    """Make paths absolute, because Terraform runs in another folder. `-out FILE` becomes `-out=FILE`."""
    absolute: list[str] = []
    for word in arguments:
        if absolute and absolute[-1] in WITH_PATH:
            absolute[-1] = f"{absolute[-1]}={here / word}"
        else:
            absolute.append(_absolute(word, here))
    if absolute and not absolute[-1].startswith("-") and (here / absolute[-1]).is_file():
        absolute[-1] = str(here / absolute[-1])
    return absolute


def run_through(call: Invocation, *, to_stderr: bool = False) -> int:
    """Run Terraform on this process's own streams and give its exit code; 130 when it was interrupted.

    If a signal ended it, as a closed pipe does, the code is the one that shells use: 128 plus the signal's number.

    An interruption waits until Terraform has saved its state. It is passed on once, because a second one would make
    Terraform drop everything.
    """
    started: list[subprocess.Popen[bytes]] = []
    stdout = _STDERR if to_stderr else None
    with (
        _interruptions_left_to(started) as interrupted,
        subprocess.Popen(call.words, cwd=call.folder, env=dict(call.environment), stdout=stdout) as process,
    ):
        started.append(process)
        code = process.wait()
    code = _SIGNALLED - code if code < 0 else code
    return ExitCode.INTERRUPTED if interrupted and code else code


@contextlib.contextmanager
def _interruptions_left_to(started: Sequence[subprocess.Popen[bytes]]) -> Iterator[list[int]]:
    """Pass the first signal to end on to the process, once it is started, and keep running.

    The list has the signals received.
    """
    signals: list[int] = []

    def forward(number: int, _frame: object) -> None:
        if started and not signals and not (number == signal.SIGINT and _typed_at_the_terminal()):
            started[0].send_signal(signal.SIGINT)
        signals.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    before = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _typed_at_the_terminal() -> bool:
    """Whether a Ctrl-C was sent by the terminal, which then sent it to Terraform too."""
    try:
        with Path("/dev/tty").open("rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def _absolute(word: str, here: Path) -> str:
    name, equals, value = word.partition("=")
    return f"{name}={here / value}" if equals and name in WITH_PATH else word
