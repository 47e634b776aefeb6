"""Rows in the order of a column: all of them at once in memory, so there is a limit."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from admin_cli.export.columns import Column
    from admin_cli.export.rows import Row

MOST_SORTED = 200_000
"""About 500 MB of entries with a dozen answers each."""


def ensure_sortable(entries: int) -> None:
    """Raise CliError when so many entries are too many to sort."""
    if entries > MOST_SORTED:
        raise CliError(
            f"--sort takes {MOST_SORTED:,} submissions at most, and there are more.",
            hint="Leave --sort out, or export fewer (--since, --until, --status, --option).",
            exit_code=ExitCode.USAGE,
        )


def sorted_rows(batches: Iterable[list[Row]], column: Column, *, reverse: bool) -> list[Row]:
    """Give the rows as people read the column: options by their labels, what is empty last."""
    from admin_cli.submissions.sort_order import in_order  # noqa: PLC0415 - most exports are newest first

    labels = column.labels or {}

    def value(row: Row) -> object:
        found = column.value(row)
        return labels.get(found, found) if isinstance(found, str) else found

    return in_order(chain.from_iterable(batches), value, reverse=reverse)
