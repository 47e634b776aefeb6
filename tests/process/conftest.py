"""Tests that start a process or listen on this machine; the command line and its fakes are the unit tests'."""

from __future__ import annotations

from unit.cli.conftest import rollcall, rollcall_local, this_machines_time

__all__ = ["rollcall", "rollcall_local", "this_machines_time"]
