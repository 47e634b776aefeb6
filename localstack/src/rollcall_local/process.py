"""A background process of the local system: started detached, awaited, found again, stopped.

The process inherits a locked file, so whether it lives is asked of the kernel: no process number is ever
mistaken for another's, however the machine was restarted.
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

    ready: answers whether it serves. port: the loopback port it will listen on.
    """

    name: str
    folder: Path
    port: int
    ready: Callable[[], bool]
    port_variable: str

    @property
    def log(self) -> Path:
        """What it printed, newest run last."""
        return self.folder / f"{self.name}.log"

    @property
    def _lock(self) -> Path:
        return self.folder / f"{self.name}.pid"

    def alive(self) -> bool:
        """Whether the process runs now."""
        try:
            with self._lock.open("rb") as file:
                return not _lock_at_once(file.fileno())
        except FileNotFoundError:
            return False

    def start(self, command: Sequence[str], environment: Mapping[str, str], *, timeout_s: float = 30) -> None:
        """Start it and wait until it is ready.

        Raises PortTakenError when something else listens on its port, EmulatorDiedError when it ended or did not
        become ready in time; then nothing of it is left running.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if port_is_taken(self.port):
            raise PortTakenError(
                f"Port {self.port}, which the {self.name} needs, is taken by something else. "
                f"Stop that, or choose another port: {self.port_variable}=<port> make up",
            )
        with self._lock.open("a+b") as lock, self.log.open("ab") as log:
            if not _lock_at_once(lock.fileno()):
                raise EmulatorDiedError(f"Another run is starting the {self.name} at this moment. Wait and try again.")
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
                raise EmulatorDiedError(f"The {self.name} ended as it started. Its last words are in {self.log}.")
            if time.monotonic() > deadline:
                raise EmulatorDiedError(
                    f"The {self.name} did not answer within {timeout_s:.0f} s. Its last words are in {self.log}.",
                )
            time.sleep(POLL_S)

    def stop(self, *, timeout_s: float = 20) -> bool:
        """Ask it to end, wait, and end it by force past `timeout_s`. Answers whether it ran."""
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
    """Whether something listens on this loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int, path: str) -> bool:
    """Whether a server on this loopback port answers 200 at a path. No proxy is asked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    """Find a loopback port that nobody listens on at this moment.

    Drawn from below those that systems give to outgoing connections, so that none of them takes it
    before its listener does; drawn at random, so that two processes don't choose the same one.
    """
    while True:
        port = random.randrange(*FREE_PORTS)  # noqa: S311 - no secret
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def clean_environment(**extra: str) -> dict[str, str]:
    """Build an environment that holds none of the caller's AWS settings or credentials, and `extra`."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TERM", "USER", "SYSTEMROOT")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return environment | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **extra,
    }


def run_to_end(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Run to the end, also past Ctrl-C: Terraform is asked to stop, writes its state, and then we go on.

    Its words go to files, and it inherits what is inheritable: should this process be killed, it still finishes its
    work, with the local system's lock in its hand.
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
    """Start a process in a session of its own, which outlives this one; answer its number."""
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    told = [(os.POSIX_SPAWN_DUP2, output, number) for number in (1, 2)]
    return os.posix_spawn(command[0], list(command), dict(environment), file_actions=[nothing, *told], setsid=True)


def _ended(pid: int) -> bool:
    """Whether a process that this one started has ended; one that another started is not ours to ask about."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return False
