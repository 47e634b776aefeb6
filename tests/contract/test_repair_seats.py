"""`rollcall doctor --deep --repair` while visitors register: no seat is given twice."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from contract.damaged_table import FORM, Books, books_of
from contract.stored_state import table_check

from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb import keys
from registration_core.adapters.dynamodb.guard_keys import GuardKeys

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


def lose_a_seat(books: Books) -> None:
    books.drop(books.items(f"QUOTA#{FORM.name}#a", keys.SEAT)[0])


def keep_a_strangers_seat(books: Books) -> None:
    elsewhere = books.register("Elsewhere", "b")
    books.table.put({"pk": f"QUOTA#{FORM.name}#a", "sk": f"{keys.SEAT}{elsewhere.id}", "submission": elsewhere.id})


def lose_the_quota(books: Books) -> None:
    lose_a_seat(books)
    books.drop((f"QUOTA#{FORM.name}#a", keys.QUOTA))


@pytest.mark.parametrize("damage", [lose_a_seat, keep_a_strangers_seat, lose_the_quota])
def test_repair__never_lets_a_visitor_into_a_full_course(
    tmp_path: Path, dynamodb: Any, table: str, damage: Any
) -> None:
    """A visitor who registers between two repairs waits: both seats are held."""
    books = books_of(tmp_path, dynamodb, table)
    books.register("Asa")
    books.register("Bo")
    damage(books)
    check = table_check(books.table, forms=[FORM], signer=GuardKeys(books.table), clock=SystemClock())
    visitor = count()
    for _ in check.repair(check.suspects()):
        assert books.register(f"Visitor {next(visitor)}").position is not None
    assert next(visitor) > 0
    assert books.problems() == []
