"""Where an export reads from: pages of entries, forms as they were, and how much there may be."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Protocol

from admin_cli import aws
from admin_cli.errors import CliError
from registration_core.adapters.dynamodb import table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from admin_cli.contexts import Context
    from admin_cli.export.reading import Pages
    from admin_cli.export.rows import Row
    from admin_cli.stack import Stack
    from registration_core.domain.forms import Form
    from registration_core.services.ranks import Ranks


class Source(Protocol):
    """What an export needs of a stack."""

    @property
    def context(self) -> Context:
        """The context that the reading processes work in."""

    def pages(self, say: Callable[[str], None]) -> Pages:
        """Connect to the entries; `say` is told when AWS throttles. Raises CliError."""

    def versions(self, form: str) -> Sequence[Form]:
        """Give a form as it ever was, in no order. Raises CliError."""

    def rank(self, row: Row) -> int | None:
        """Give the place in the queue of who waits, as it stands when the first of an option is asked about."""

    def estimate(self) -> int | None:
        """Tell about how many entries there are; None when nobody knows."""


class StackSource:
    """A stack's table."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.context = stack.context
        self.versions = cache(self._versions)

    def pages(self, say: Callable[[str], None]) -> Pages:
        """Connect to the table."""
        from admin_cli.export.reading import TablePages  # noqa: PLC0415 - only once there is something to read

        client = self._stack.client("dynamodb", say)
        return TablePages(self.context, self._stack.description.table, client)

    def _versions(self, form: str) -> Sequence[Form]:
        from admin_cli.stack import stored_forms  # noqa: PLC0415 - stacks make sources

        return stored_forms(self._stack.client("dynamodb"), self._stack.description.table).versions(form)

    @cached_property
    def _ranks(self) -> Ranks:
        return self._stack.query().ranks()

    def rank(self, row: Row) -> int | None:
        """Read the queues of options that somebody of the export waits for."""
        if row.option is None or row.position is None:
            return None
        return self._ranks.queue(row.form, row.option).get(row.id)

    def estimate(self) -> int | None:
        """Ask for the index's own count, which is some hours old; a person who may not ask does without."""
        client = self._stack.client("dynamodb")
        try:
            with aws.sentences(self.context):
                told = client.describe_table(TableName=self._stack.description.table)["Table"]
        except CliError:
            return None
        counts = {index["IndexName"]: index.get("ItemCount") for index in told.get("GlobalSecondaryIndexes", ())}
        return counts.get(table.BY_MONTH) or None
