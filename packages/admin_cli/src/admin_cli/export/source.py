"""Where an export reads from: pages of submissions, versions of forms, and an estimate of the total."""

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
    """What an export needs from a stack.

    place: what it reads: the table's name, or the address of the staff API. parallel: whether several processes read
    it faster than one.
    """

    place: str
    parallel: bool

    @property
    def context(self) -> Context:
        """The context that the reading processes work in."""

    def pages(self, say: Callable[[str], None]) -> Pages:
        """Connect to the submissions; calls `say` when AWS throttles. Raises CliError."""

    def versions(self, form: str) -> Sequence[Form]:
        """Return all versions of a form, in no order. Raises CliError."""

    def rank(self, row: Row) -> int | None:
        """Return a waitlisted submission's rank, as it was when an option's queue was first read."""

    def estimate(self) -> int | None:
        """Return about how many submissions there are; None if unknown."""


class StackSource:
    """A stack's table."""

    parallel = True

    def __init__(self, stack: AwsStack) -> None:
        self._stack = stack
        self.context = stack.context
        self.place = stack.description.table
        self.versions = cache(self._versions)

    def pages(self, say: Callable[[str], None]) -> Pages:
        """Connect to the table."""
        from admin_cli.export.reader import TablePages, WirePages  # noqa: PLC0415 - once there is something to read

        wire = self._stack.plain(self.context, "dynamodb")
        if wire is not None:
            return WirePages(self.context, self.place, wire)
        return TablePages(self.context, self.place, self._stack.client("dynamodb", say))

    def _versions(self, form: str) -> Sequence[Form]:
        return self._stack.versions_of(form)

    @cached_property
    def _ranks(self) -> Ranks:
        return self._stack.query().ranks()

    def rank(self, row: Row) -> int | None:
        """Read each queue once, if a submission in the export is in it."""
        return self._ranks.of(row)

    def estimate(self) -> int | None:
        """Return the index's own count, which is some hours old; None without the permission to read it."""
        call = self._stack.call("dynamodb")
        try:
            table = call("DescribeTable", {"TableName": self.place})["Table"]
        except AwsCallError:
            return None
        counts = {index["IndexName"]: index.get("ItemCount") for index in table.get("GlobalSecondaryIndexes", ())}
        return counts.get(keys.BY_MONTH) or None
