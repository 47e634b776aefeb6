"""The calendar's secret, in one item of the table: see docs/decisions/0093-calendar.md."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from registration_core.adapters.dynamodb import items, keys
from registration_core.domain.calendar_link import CalendarLink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.adapters.dynamodb.table import Table

SECRET_BYTES = 24


class DynamoCalendarLink(CalendarLink):
    """The secret of one table."""

    def __init__(self, table: Table, *, randomness: Callable[[int], bytes]) -> None:
        self._table = table
        self._randomness = randomness

    def secret(self) -> str | None:
        """Return the secret; None if there is none."""
        item = self._table.get(keys.CALENDAR)
        return None if item is None else str(item["secret"])

    def make(self) -> str:
        """Return the secret, and make it if there is none. If two people ask at once, both get the same."""
        secret = self.secret()
        if secret is not None:
            return secret
        secret = self._new()
        other = self._table.put(items.plain_item(keys.CALENDAR, secret=secret), "attribute_not_exists(pk)")
        return secret if other is None else str(other["secret"])

    def reset(self) -> str:
        """Replace the secret, and return the new one."""
        secret = self._new()
        self._table.put(items.plain_item(keys.CALENDAR, secret=secret))
        return secret

    def _new(self) -> str:
        return urlsafe_b64encode(self._randomness(SECRET_BYTES)).decode()
