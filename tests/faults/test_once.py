"""One submission is stored once, however often it is sent and whatever fails between function and table."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from faults.conftest import ORIGIN
from faults.kills import KillAt
from faults.proxy import AtRandom, Fault
from faults.visitors import FunctionDoor, Post, all_at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from faults.functions import Function
    from faults.proxy import FaultProxy
    from faults.table_contents import Books
    from faults.visitors import Outcome

TIMES = 3


def message(visitor: int) -> dict[str, Any]:
    return {
        "name": f"Visitor {visitor}",
        "email": f"v{visitor}@example.org",
        "topic": "courses",
        "message": f"I am number {visitor}.",
        "consent": True,
    }


def check(books: Books, posts: Sequence[Post], sent: Sequence[Post], outcome: Outcome) -> None:
    """Check that each post made one submission and got one answer, however often it was sent."""
    assert {answer.status for answer in outcome.answers} == {201}
    answers = {
        (post.key, tuple(sorted(answer.content.items()))) for post, answer in zip(sent, outcome.answers, strict=True)
    }
    assert len(answers) == len(posts), "each key has one answer"
    assert len(books.entries) == books.keys == len(posts)
    assert {entry["answers"]["email"] for entry in books.entries} == {post.answers["email"] for post in posts}
    assert set(books.references.values()) == set(books.histories.values()) == {1}
    assert {entry["id"] for entry in books.entries} == {answer.content["id"] for answer in outcome.answers}


@pytest.mark.parametrize("visitors", [40, pytest.param(1000, marks=pytest.mark.full)])
@pytest.mark.parametrize("share", [0.0, 0.5], ids=["fair", "faults"])
def test_submit__concurrent_repeats_make_one_entry_and_answer(
    submit: Function, proxy: FaultProxy, read_books: Callable[[], Books], visitors: int, share: float
) -> None:
    posts = [Post("contact", message(visitor)) for visitor in range(visitors)]
    sent = posts * TIMES
    random.Random(0).shuffle(sent)  # noqa: S311 - an order, no secret
    proxy.plan = AtRandom(f"once {visitors}", share=share, faults=Fault)

    outcome = all_at_once(FunctionDoor(submit, ORIGIN), sent)

    assert set(proxy.met) == (set(Fault) if share else set())
    check(read_books(), posts, sent, outcome)


@pytest.mark.parametrize("carried_out", [False, True], ids=["before-the-write", "after-the-write"])
def test_submit__killed_repeatedly__stores_everyone_once(
    submit: Function, proxy: FaultProxy, read_books: Callable[[], Books], *, carried_out: bool
) -> None:
    posts = [Post("contact", message(visitor)) for visitor in range(30)]
    proxy.plan = KillAt(submit, "TransactWriteItems", calls=range(5, 25, 10), carried_out=carried_out)

    outcome = all_at_once(FunctionDoor(submit, ORIGIN), posts)

    assert outcome.counts[0, ""] >= proxy.met.total() == 2
    check(read_books(), posts, posts, outcome)
