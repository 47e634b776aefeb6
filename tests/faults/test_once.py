"""One submission is one entry, however often it is sent, whatever the weather between the function and the table."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from faults.conftest import ORIGIN
from faults.proxy import AtRandom, Fault
from faults.visitors import FunctionDoor, Post, all_at_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from faults.books import Books
    from faults.functions import Function
    from faults.proxy import FaultProxy

TIMES = 3
WEATHER = tuple(Fault)


def message(visitor: int) -> dict[str, Any]:
    return {
        "name": f"Visitor {visitor}",
        "email": f"v{visitor}@example.org",
        "topic": "courses",
        "message": f"I am number {visitor}.",
        "consent": True,
    }


@pytest.mark.parametrize("visitors", [100, pytest.param(1000, marks=pytest.mark.full)])
@pytest.mark.parametrize("share", [0.0, 0.5], ids=["fair", "faults"])
def test_submit__sent_three_times_at_once_is_one_entry_and_one_answer(
    submit: Function, proxy: FaultProxy, read_books: Callable[[], Books], visitors: int, share: float
) -> None:
    posts = [Post("contact", message(visitor)) for visitor in range(visitors)]
    sent = posts * TIMES
    random.Random(0).shuffle(sent)  # noqa: S311 - an order, no secret
    proxy.plan = AtRandom(f"once {visitors}", share=share, faults=WEATHER)

    outcome = all_at_once(FunctionDoor(submit, ORIGIN), sent)

    assert {told.status for told in outcome.told} == {201}
    assert set(proxy.met) == (set(Fault) if share else set())
    answers = {(post.key, tuple(sorted(told.content.items()))) for post, told in zip(sent, outcome.told, strict=True)}
    assert len(answers) == visitors, "each key has one answer"
    books = read_books()
    assert len(books.entries) == visitors
    assert {entry["answers"]["email"] for entry in books.entries} == {post.answers["email"] for post in posts}
    assert books.keys == visitors
    assert set(books.references.values()) == set(books.histories.values()) == {1}
    assert {entry["id"] for entry in books.entries} == {told.content["id"] for told in outcome.told}
