"""What a race for seats must come to, read from the answers and from the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faults.clone import FORM, SEATS, answers, option
from faults.visitors import Post

if TYPE_CHECKING:
    from faults.books import Books
    from faults.visitors import Outcome

VISITORS = 500


def posts_of(round_number: int) -> list[Post]:
    """Return what the visitors of one round send: each another person, all for the same option."""
    return [Post(FORM, answers(visitor, round_number)) for visitor in range(VISITORS)]


def check_round(books: Books, outcome: Outcome, round_number: int, *, gaps: bool = False) -> None:
    """Hold a round to the promise: exactly so many seats, and a ticket for everyone else.

    gaps: a ticket may have been drawn for an entry that never was written; the sweep has counted it as departed.
    """
    this = option(round_number)
    assert {told.status for told in outcome.told} == {201}
    entries = {entry["id"]: entry for entry in books.entries if entry["answers"]["round"] == this}
    assert len(entries) == VISITORS
    told = {answer.content["id"]: (answer.content["status"], answer.content.get("position")) for answer in outcome.told}
    assert told == {name: (entry["status"], entry.get("position")) for name, entry in entries.items()}
    assert {books.references[name] for name in entries} == {1}
    assert {books.histories[f"SUB#{name}"] for name in entries} == {1}

    seated = {name for name, (status, _) in told.items() if status == "confirmed"}
    tickets = sorted(position for _, position in told.values() if position is not None)
    assert len(seated) == SEATS
    assert len(tickets) == VISITORS - SEATS
    assert len(set(tickets)) == len(tickets), "no ticket was given out twice"
    if not gaps:
        assert tickets == list(range(1, VISITORS - SEATS + 1))

    quota = books.quota(this)
    assert (quota["capacity"], quota["taken"]) == (SEATS, SEATS)
    assert quota["tickets"] - quota["departed"] == len(tickets)
    assert set(books.seats(this)) == seated
    assert sorted(books.waiting(this)) == tickets
    assert sorted([*tickets, *books.settled(this)]) == list(range(1, int(quota["tickets"]) + 1)), (
        "no ticket is unaccounted"
    )
