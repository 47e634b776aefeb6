"""A background process of the local system: start it detached, wait for it, find it again, stop it.

The process inherits a locked file, so the kernel says whether it is alive. No process number is
ever mistaken for another's, even after a reboot.
"""

from __future__ import annotations

import contextlib
import fcntl
import http
import http.client
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollcall_local.errors import EmulatorDiedError, PortTakenError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

POLL_S = 0.02
FREE_PORTS = (15_000, 32_000)


@dataclass(frozen=True, slots=True)
class BackgroundProcess:
    """One long-lived process, known by name in a folder of the state.

    ready: returns whether it serves. port: the loopback port that it will use.
    """

    name: str
    folder: Path
    port: int
    ready: Callable[[], bool]
    port_variable: str

    @property
    def log(self) -> Path:
        """Its output, newest run last."""
        return self.folder / f"{self.name}.log"

    @property
    def _lock(self) -> Path:
        return self.folder / f"{self.name}.pid"

    def alive(self) -> bool:
        """Return whether the process is running."""
        try:
            with self._lock.open("rb") as file:
                return not _lock_at_once(file.fileno())
        except FileNotFoundError:
            return False

    def start(self, command: Sequence[str], environment: Mapping[str, str], *, timeout_s: float = 60) -> None:
        """Start it and wait until it is ready.

        Raises PortTakenError if another program uses its port, EmulatorDiedError if it stopped or
        was not ready in time. In both cases nothing of it is left running.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if port_is_taken(self.port):
            raise PortTakenError(
                f"Port {self.port} is already in use, and the {self.name} needs it. "
                f"Stop the other program, or choose another port: {self.port_variable}=<port> make up",
            )
        with self._lock.open("a+b") as lock, self.log.open("ab") as log:
            if not _lock_at_once(lock.fileno()):
                raise EmulatorDiedError(f"Another command is starting the {self.name}. Wait and try again.")
            os.set_inheritable(lock.fileno(), True)  # noqa: FBT003 - os's signature
            pid = _spawn_detached(command, environment, output=log.fileno())
            lock.truncate(0)
            lock.write(f"{pid}\n".encode())
        try:
            self._await(pid, timeout_s)
        except BaseException:
            self.stop(timeout_s=5)
            raise

    def _await(self, pid: int, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while not self.ready():
            if _ended(pid):
                raise EmulatorDiedError(f"The {self.name} stopped while starting. See {self.log}.")
            if time.monotonic() > deadline:
                raise EmulatorDiedError(
                    f"The {self.name} did not answer within {timeout_s:.0f} s. See {self.log}.",
                )
            time.sleep(POLL_S)

    def stop(self, *, timeout_s: float = 20) -> bool:
        """Stop it, by force after `timeout_s`, and return whether it ran."""
        if not self.alive():
            return False
        pid = int(self._lock.read_text().strip() or 0)
        self._signal(pid, signal.SIGTERM)
        deadline = time.monotonic() + timeout_s
        while self.alive():
            if time.monotonic() > deadline:
                self._signal_group(pid)
            _ended(pid)
            time.sleep(POLL_S)
        _ended(pid)
        return True

    @staticmethod
    def _signal(pid: int, number: signal.Signals) -> None:
        if pid:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                return

    @staticmethod
    def _signal_group(pid: int) -> None:
        if pid:
            try:
                os.killpg(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return


def port_is_taken(port: int) -> bool:
    """Return whether a program listens on this loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int, path: str) -> bool:
    """Return whether a server on this loopback port answers 200 for a path. Proxies are ignored."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    """Find a loopback port that nobody listens on now.

    It is below the range for outgoing connections, so that none of them takes it first, and it is
    random, so that two processes don't choose the same one.
    """
    while True:
        port = random.randrange(*FREE_PORTS)  # noqa: S311 - no secret
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def clean_environment(**extra: str) -> dict[str, str]:
    """Return an environment with `extra` and without the caller's AWS settings and credentials.

    It keeps the choice of the emulator, so that a command started with it finds the same one, and
    where a test run records its calls.
    """
    of_the_machine = ("PATH", "HOME", "LANG", "LC_ALL", "TERM", "USER", "SYSTEMROOT")
    names = (*of_the_machine, "ROLLCALL_EMULATOR", "ROLLCALL_DYNAMODB_LOCAL", "ROLLCALL_CALLS")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    return environment | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **extra,
    }


def run_to_end(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Run a command to its end, even after Ctrl-C: Terraform then stops, writes its state, and we continue.

    Its output goes to files, and it inherits the inheritable ones: if this process is killed,
    Terraform still finishes its work and holds the local system's lock.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = subprocess.Popen(
            words,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            close_fds=False,
            start_new_session=True,
        )
        try:
            child.wait()
        except KeyboardInterrupt:
            child.send_signal(signal.SIGINT)
            child.wait()
            raise
        for file in (out, err):
            file.seek(0)
        return child.returncode, out.read(), err.read()


def _lock_at_once(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _spawn_detached(command: Sequence[str], environment: Mapping[str, str], *, output: int) -> int:
    """Start a process in its own session, which outlives this one, and return its number."""
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    redirections = [(os.POSIX_SPAWN_DUP2, output, number) for number in (1, 2)]
    return os.posix_spawn(
        command[0], list(command), dict(environment), file_actions=[nothing, *redirections], setsid=True
    )


def _ended(pid: int) -> bool:
    """Return whether a process started by this one has ended; for any other process, False."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return False
