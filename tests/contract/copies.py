"""Two copies of one table in two Regions, as global tables keep them: each item's last writer wins."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from contract.damaged_table import Books

Key = tuple[str, str]


@dataclass
class Copies:
    """The copy of the Region that is lost, and the copy of the Region that takes over.

    written: when each item was last written in each copy, as a number. DynamoDB stamps each item so.
    """

    lost: Books
    taking_over: Books
    written: dict[str, dict[Key, int]] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def write(self, books: Books, act: Callable[[], Any]) -> Any:
        """Do something in one copy, and stamp what it wrote there."""
        before = items_of(books)
        result = act()
        after, now = items_of(books), next(self._numbers)
        changed = (key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        self.written.setdefault(books.name, {}).update(dict.fromkeys(changed, now))
        return result

    def replicate(self) -> None:
        """Let all changes arrive in both copies: of two writes of an item the later one stays, whole."""
        lost, taking_over = (self.written.get(each.name, {}) for each in (self.lost, self.taking_over))
        for key in lost.keys() | taking_over.keys():
            ours = lost.get(key, 0) > taking_over.get(key, 0)
            source, target = (self.lost, self.taking_over) if ours else (self.taking_over, self.lost)
            copy_item(source, target, key)
        self.written.clear()


def items_of(books: Books) -> dict[Key, str]:
    """Return every item of a table, as comparable text."""
    pages = books.dynamodb.get_paginator("scan").paginate(TableName=books.name, ConsistentRead=True)
    items = [item for page in pages for item in page["Items"]]
    return {(item["pk"]["S"], item["sk"]["S"]): json.dumps(item, sort_keys=True, default=str) for item in items}


def copy_item(source: Books, target: Books, key: Key) -> None:
    """Write an item as it is in the source, or delete it if it isn't there."""
    name = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
    item = source.dynamodb.get_item(TableName=source.name, Key=name, ConsistentRead=True).get("Item")
    if item is None:
        target.dynamodb.delete_item(TableName=target.name, Key=name)
    else:
        target.dynamodb.put_item(TableName=target.name, Item=item)
