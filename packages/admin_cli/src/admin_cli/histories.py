"""An entry's history as lines: when, what, by whom, and what the entry was afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.table import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.output import Output
    from registration_core.domain.submission import Event

COLUMNS = (Column("WHEN"), Column("WHAT"), Column("STATUS", status=True), Column("BY", narrowest=12))


def print_history(output: Output, events: Sequence[Event]) -> None:
    """Print the lines, oldest first."""
    by = _short if output.on_terminal else str
    output.rows(
        COLUMNS,
        ([event.at, event.what, None if event.status is None else str(event.status), by(event.by)] for event in events),
    )


def _short(principal: str) -> str:
    """Give the end of an IAM principal's ARN, which names the person; the account stands in the first line."""
    return principal.rpartition(":")[2] if principal.startswith("arn:") else principal
