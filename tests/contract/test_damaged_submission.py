"""A submission that can't be read: every command that meets it names it, and says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contract.damaged_table import FORM, Books, books_of

from registration_core.bootstrap.connections import staff_table
from registration_core.bootstrap.staff import journal, query_service

if TYPE_CHECKING:
    from pathlib import Path

HINT = "To see what is wrong with it, and whatever else is damaged: rollcall doctor --deep\n"


@pytest.fixture
def books(tmp_path: Path, dynamodb: Any, table: str) -> Books:
    books = books_of(tmp_path, dynamodb, table)
    opened = staff_table(dynamodb, table)
    books.line.queries = query_service(opened, {FORM.name: FORM})
    books.line.journal = journal(opened)
    return books


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"reference": None}, "an item of it has no 'reference'"),
        ({"expires_at": None}, "an item of it has no 'expires_at'"),
        ({"status": "lost"}, "'lost' is not a valid Status"),
        ({"submitted_at": 7}, "fromisoformat: argument must be str"),
    ],
)
def test_damaged__is_named_by_each_command(books: Books, values: dict[str, object], reason: str) -> None:
    """One sentence says which submission it is, and the next what to do."""
    books.register("kim")
    robin = books.register("robin")
    books.set(books.own(robin, "SUB"), **values)

    for command in (["list"], ["stats"], ["show", robin.id], ["search", "robin@example.org"]):
        ran = books.line(*command)
        says = f'error: The submission "{robin.id}" is damaged and can\'t be read: {reason}.\n{HINT}'
        assert (ran.code, ran.err) == (1, says), command


def test_damaged__history_and_mails_name_it_too(books: Books) -> None:
    robin = books.register("robin")
    books.set(books.own(robin, "EVENT"), by=None)

    for command in (["show", robin.id], ["history"]):
        ran = books.line(*command)
        assert ran.code == 1
        assert f"\"{robin.id}\" is damaged and can't be read: an item of it has no 'by'.\n{HINT}" in ran.err
