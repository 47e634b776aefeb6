"""Where an export reads from: pages of entries, forms as they were, and how much there may be."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Protocol

from registration_core.adapters.dynamodb import keys
from registration_core.adapters.dynamodb.call import AwsCallError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from admin_cli.aws.contexts import Context
    from admin_cli.export.reader import Pages
    from admin_cli.export.rows import Row
    from admin_cli.stack import AwsStack
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

    def __init__(self, stack: AwsStack) -> None:
        self._stack = stack
        self.context = stack.context
        self.versions = cache(self._versions)

    def pages(self, say: Callable[[str], None]) -> Pages:
        """Connect to the table."""
        from admin_cli.export.reader import TablePages, WirePages  # noqa: PLC0415 - once there is something to read

        table, wire = self._stack.description.table, self._stack.plain(self.context, "dynamodb")
        if wire is not None:
            return WirePages(self.context, table, wire)
        return TablePages(self.context, table, self._stack.client("dynamodb", say))

    def _versions(self, form: str) -> Sequence[Form]:
        return self._stack.versions_of(form)

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
        call = self._stack.call("dynamodb")
        try:
            told = call("DescribeTable", {"TableName": self._stack.description.table})["Table"]
        except AwsCallError:
            return None
        counts = {index["IndexName"]: index.get("ItemCount") for index in told.get("GlobalSecondaryIndexes", ())}
        return counts.get(keys.BY_MONTH) or None
