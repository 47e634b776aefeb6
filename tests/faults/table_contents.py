"""What the table holds after a race, counted item by item, without the code under test."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

if TYPE_CHECKING:
    from collections.abc import Iterator

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Books:
    """All items of one form."""

    items: tuple[Item, ...]

    @property
    def entries(self) -> list[Item]:
        return [item for item in self.items if item["sk"] == "SUB"]

    @property
    def keys(self) -> int:
        """The number of first answers kept."""
        return sum(item["sk"] == "IDEM" for item in self.items)

    @property
    def references(self) -> Counter[str]:
        """The number of references that lead to each submission."""
        return Counter(item["submission"] for item in self.items if item["sk"] == "REF")

    @property
    def histories(self) -> Counter[str]:
        """The number of events in each submission's history."""
        return Counter(item["pk"] for item in self.items if item["sk"].startswith("EVENT#"))

    def quota(self, option: str) -> Item:
        return next(item for item in self._of(option) if item["sk"] == "QUOTA")

    def seats(self, option: str) -> list[str]:
        """The submissions with a seat, by their SEAT items."""
        return [item["sk"].partition("#")[2] for item in self._of(option) if item["sk"].startswith("SEAT#")]

    def waiting(self, option: str) -> list[int]:
        """The tickets on the waiting list, by their WAIT items."""
        return [_ticket(item) for item in self._of(option) if item["sk"].startswith("WAIT#") and "submission" in item]

    def settled(self, option: str) -> list[int]:
        """The tickets that nobody used, by the marks left in their place."""
        return [_ticket(item) for item in self._of(option) if item["sk"].startswith("WAIT#") and "settled" in item]

    def _of(self, option: str) -> list[Item]:
        return [item for item in self.items if item["pk"].startswith("QUOTA#") and item["pk"].endswith(f"#{option}")]


def _ticket(item: Item) -> int:
    return int(item["sk"].partition("#")[2])


def read_books(dynamodb: Any, table: str) -> Books:
    """Read the whole table with consistent reads."""
    return Books(tuple(_scan(dynamodb, table)))


def _scan(dynamodb: Any, table: str) -> Iterator[Item]:
    plain = TypeDeserializer().deserialize
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            yield {name: plain(value) for name, value in item.items()}
