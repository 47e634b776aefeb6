"""A command line with fakes behind its ports."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from unit.cli.fakes import CommandLine

from admin_cli.aws.contexts import Context, ContextFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def this_machines_time() -> Iterator[None]:
    """Start each test in UTC and restore the process's time zone: commands switch to the organisation's."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    os.environ.pop("TZ", None)
    os.environ |= {} if before is None else {"TZ": before}
    time.tzset()  # a test may have restored the variable only


@pytest.fixture
def rollcall(tmp_path: Path) -> CommandLine:
    """A command line without any context."""
    return CommandLine(ContextFile(tmp_path / "config" / "contexts.json"))


@pytest.fixture
def rollcall_local(rollcall: CommandLine) -> CommandLine:
    """A command line whose context is a local stack."""
    local = Context("local", "local", "eu-north-1", "http://localhost:4566")
    rollcall.contexts.write(rollcall.contexts.read().with_entry(local))
    return rollcall
