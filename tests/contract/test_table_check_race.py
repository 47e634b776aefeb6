"""`rollcall doctor --deep` while visitors and staff change everything: no false alarm."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from contract.damaged_table import FORM, Books, books_of

from registration_core.domain.errors import RollcallError

if TYPE_CHECKING:
    from pathlib import Path

VISITORS, STEPS = 4, 80


class SmallPages:
    """A client of DynamoDB that reads a few items per page, so that much happens between two pages."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def scan(self, **asked: Any) -> Any:
        return self._client.scan(**asked, Limit=5)

    def query(self, **asked: Any) -> Any:
        return self._client.query(**asked, Limit=10)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def live(books: Books, seed: int) -> None:
    """Register people and change their submissions, as fast as possible."""
    chance = random.Random(seed)  # noqa: S311 - test data
    there: list[str] = []
    for step in range(STEPS):
        with suppress(RollcallError):  # someone else was faster
            there.append(books.register(f"person {seed} {step}", chance.choice("ab")).id)
            somebody = chance.choice(there)
            match chance.randrange(6):
                case 0:
                    books.staff.cancel(somebody, by="registrant")
                case 1:
                    books.staff.erase(somebody, by="registrant")
                case 2:
                    books.staff.mark_spam(somebody, by="staff")
                case 3:
                    books.staff.set_capacity(FORM.name, chance.choice("ab"), chance.randrange(2, 9), by="staff")
                case _:
                    books.staff.promote(FORM.name, chance.choice("ab"))


@pytest.mark.full
def test_check__has_no_false_alarm_while_everything_changes(tmp_path: Path, dynamodb: Any, table: str) -> None:
    """Every check during the race is clean, although its scan meets items that disagree."""
    books = books_of(tmp_path, dynamodb, table)
    books.line.clients = {"dynamodb": SmallPages(dynamodb)}
    checks, suspicious = [], 0
    with ThreadPoolExecutor(VISITORS) as pool:
        running = [pool.submit(live, books, seed) for seed in range(VISITORS)]
        while not all(one.done() for one in running):
            ran = books.line("doctor", "--deep")
            checks.append([line for line in ran.out.splitlines() if line.startswith("failure")])
            suspicious += "again." in ran.err
        for one in running:
            one.result()

    assert suspicious > 0
    assert [found for found in checks if found] == []
    assert books.check() == (0, [])
