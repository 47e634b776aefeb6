"""Checks of a race for seats, on the answers and on the table."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from faults.clone import FORM, SEATS, answers, option
from faults.visitors import Post

if TYPE_CHECKING:
    from faults.table_contents import Books
    from faults.visitors import Outcome

VISITORS = 500


def posts_of(round_number: int, visitors: int = VISITORS) -> list[Post]:
    """Return the posts of one round: a different person each, all for the same option."""
    return [Post(FORM, answers(visitor, round_number)) for visitor in range(visitors)]


class Gaps(StrEnum):
    """The gaps allowed between tickets.

    none: tickets are 1, 2, 3 and so on. settled: some tickets were drawn for submissions that were never
    written, and a sweep counted each as departed. open: the same, before the sweep.
    """

    NONE = "none"
    SETTLED = "settled"
    OPEN = "open"


def check_round(books: Books, outcome: Outcome, round_number: int, *, gaps: Gaps = Gaps.NONE) -> None:
    """Check one round: exactly as many seats as there are, and a different ticket for everyone else."""
    this = option(round_number)
    visitors = len(outcome.answers)
    assert {answer.status for answer in outcome.answers} == {201}
    entries = {entry["id"]: entry for entry in books.entries if entry["answers"].get("round") == this}
    assert len(entries) == visitors
    placements = {
        answer.content["id"]: (answer.content["status"], answer.content.get("position")) for answer in outcome.answers
    }
    assert placements == {name: (entry["status"], entry.get("position")) for name, entry in entries.items()}
    assert {books.references[name] for name in entries} == {1}
    assert {books.histories[f"SUB#{name}"] for name in entries} == {1}

    seated = {name for name, (status, _) in placements.items() if status == "confirmed"}
    tickets = sorted(position for _, position in placements.values() if position is not None)
    assert len(seated) == SEATS
    assert len(tickets) == visitors - SEATS

    quota = books.quota(this)
    drawn = set(range(1, int(quota["tickets"]) + 1))
    assert (quota["capacity"], quota["taken"]) == (SEATS, SEATS)
    assert set(books.seats(this)) == seated
    assert sorted(books.waiting(this)) == tickets
    assert len(set(tickets)) == len(tickets), "no ticket was given out twice"
    assert drawn >= {*tickets, *books.settled(this)}
    assert quota["departed"] == len(books.settled(this))
    if gaps is Gaps.NONE:
        assert tickets == list(range(1, visitors - SEATS + 1))
    if gaps is not Gaps.OPEN:
        assert drawn == {*tickets, *books.settled(this)}, "no ticket is unaccounted for"
