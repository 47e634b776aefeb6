"""Families and single people race for the last seats, with a table that fails and functions that are killed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from faults.clone import FAMILIES, FAMILY_OPTION, SEATS
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

TIMES = 2


def families(number: int) -> list[Post]:
    """Return the posts of so many families, of one to four."""
    return [Post(FAMILIES, a_family(each, 1 + each % 4)) for each in range(number)]


def a_family(number: int, size: int) -> dict[str, Any]:
    guardian = {"name": f"Guardian {number}", "email": f"v{number}@example.org"}
    return {**guardian, "group": [{"round": FAMILY_OPTION}] * size}


def check(books: Books, posts: Sequence[Post], sent: Sequence[Post], outcome: Outcome) -> None:
    """Check that each family is stored whole and once, and that no seat is lost or given twice."""
    assert {answer.status for answer in outcome.answers} == {201}
    answers = {post.key: answer.content for post, answer in zip(sent, outcome.answers, strict=True)}
    assert all(answers[post.key] == answer.content for post, answer in zip(sent, outcome.answers, strict=True))
    people = {each["id"]: each for content in answers.values() for each in content["group"]}
    entries = {entry["id"]: entry for entry in books.entries}
    assert [len(answers[post.key]["group"]) for post in posts] == [len(post.answers["group"]) for post in posts]
    assert people.keys() == entries.keys()
    assert books.keys == len(posts)
    assert set(books.references.values()) == set(books.histories.values()) == {1}
    for content in answers.values():
        ids = [each["id"] for each in content["group"]]
        assert [entries[each].get("group", [each]) for each in ids] == [ids] * len(ids)

    seated = {name for name, each in people.items() if each["status"] == "confirmed"}
    tickets = [each["position"] for each in people.values() if "position" in each]
    assert len(seated) == min(SEATS, len(people))
    assert set(books.seats(FAMILY_OPTION)) == seated
    assert sorted(books.waiting(FAMILY_OPTION)) == sorted(set(tickets)) == sorted(tickets)
    assert books.quota(FAMILY_OPTION)["taken"] == len(seated)


@pytest.mark.parametrize(
    ("number", "share"),
    [(20, 0.3), pytest.param(200, 0.0, marks=pytest.mark.full), pytest.param(200, 0.3, marks=pytest.mark.full)],
)
def test_families__at_the_same_moment(
    submit: Function, proxy: FaultProxy, read_books: Callable[[], Books], number: int, share: float
) -> None:
    """Twenty seats for some fifty or five hundred people, each request sent twice."""
    posts = families(number)
    proxy.plan = AtRandom(f"families {number}", share=share, faults=Fault)
    outcome = all_at_once(FunctionDoor(submit, ORIGIN), posts * TIMES)
    check(read_books(), posts, posts * TIMES, outcome)


@pytest.mark.parametrize(
    "carried_out", [False, pytest.param(True, marks=pytest.mark.full)], ids=["before-the-write", "after-the-write"]
)
def test_families__killed_in_the_middle__are_stored_whole_and_once(
    submit: Function, proxy: FaultProxy, read_books: Callable[[], Books], *, carried_out: bool
) -> None:
    posts = families(16)
    proxy.plan = KillAt(submit, "TransactWriteItems", calls=range(2, 14, 4), carried_out=carried_out)
    outcome = all_at_once(FunctionDoor(submit, ORIGIN), posts)
    check(read_books(), posts, posts, outcome)
