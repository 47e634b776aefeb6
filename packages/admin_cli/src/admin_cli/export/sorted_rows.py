"""Rows sorted by a column. All are in memory at once, so there is a limit."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from admin_cli.export.rows import Row
    from registration_core.adapters.sheets.columns import Column

MOST_SORTED = 200_000
"""About 500 MB of submissions with a dozen answers each."""


def ensure_sortable(entries: int) -> None:
    """Raise CliError if these are too many submissions to sort."""
    if entries > MOST_SORTED:
        raise CliError(
            f"--sort works for at most {MOST_SORTED:,} submissions, and there are more.",
            hint="Leave out --sort, or export fewer (--since, --until, --status, --option).",
            exit_code=ExitCode.USAGE,
        )


def sorted_rows(batches: Iterable[list[Row]], column: Column, *, reverse: bool) -> list[Row]:
    """Return the rows in the order in which people read the column: options by their labels, empty ones last."""
    from admin_cli.submissions.sort_order import in_order  # noqa: PLC0415 - most exports are newest first

    labels = column.labels or {}

    def value(row: Row) -> object:
        stored = column.value(row)
        return labels.get(stored, stored) if isinstance(stored, str) else stored

    return in_order(chain.from_iterable(batches), value, reverse=reverse)
