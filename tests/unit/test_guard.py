"""The guard of the unit tests."""

from __future__ import annotations

import os
import socket
import subprocess

import pytest


def test_guard__refuses_processes_and_connections() -> None:
    with pytest.raises(AssertionError, match="move the test to tests/process"):
        subprocess.run(["true"], check=False)
    with pytest.raises(AssertionError, match="move the test to tests/process"):
        os.system("true")  # noqa: S605 - refused
    with socket.socket() as outward, pytest.raises(AssertionError, match="move the test to tests/process"):
        outward.connect(("127.0.0.1", 9))
