"""A fault plan that kills a function's processes at chosen calls, as when their host is lost."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from faults.proxy import Fault, Plan

if TYPE_CHECKING:
    from collections.abc import Container

    from faults.functions import Function


class KillAt(Plan):
    """Kills all processes of a function at some calls of an operation.

    calls: which ones, counted from 1. carried_out: kill after the call was done instead of before
    it gets through.
    """

    def __init__(
        self, function: Function, operation: str, *, calls: Container[int] = (1,), carried_out: bool = False
    ) -> None:
        self._function = function
        self._operation = operation
        self._calls = calls
        self._carried_out = carried_out
        self._numbers = itertools.count(1)

    def before(self, operation: str, body: bytes) -> Fault | None:  # noqa: ARG002 - known by its operation
        """Count the call. Kill before it gets through, or make its answer get lost."""
        if operation != self._operation or next(self._numbers) not in self._calls:
            return None
        if self._carried_out:
            return Fault.LOST_ANSWER
        self._function.kill_all()
        return Fault.LOST_REQUEST

    def after(self, operation: str, fault: Fault | None) -> None:  # noqa: ARG002 - known by its fault
        """Kill once the chosen call is done."""
        if fault is Fault.LOST_ANSWER:
            self._function.kill_all()
