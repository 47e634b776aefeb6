"""Unit tests start no process and open no connection; whatever does belongs in `tests/process`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

REFUSED = {
    *("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "pty.spawn", "subprocess.Popen"),
    *("socket.bind", "socket.connect"),
}
"""Python's audit events of processes and connections: https://docs.python.org/3/library/audit_events.html"""


class Guard:
    """Refuses those events while a unit test is set up or runs. An audit hook can't be taken away again."""

    def __init__(self) -> None:
        self.on = False
        sys.addaudithook(self._notice)

    def _notice(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event in REFUSED:
            raise AssertionError(f"A unit test did {event}{arguments!r:.200}: move the test to tests/process.")


GUARD = Guard()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, None, None]:
    """Hold the test's fixtures to it."""
    GUARD.on = True
    try:
        return (yield)
    finally:
        GUARD.on = False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """Hold the test to it."""
    GUARD.on = True
    try:
        return (yield)
    finally:
        GUARD.on = False
