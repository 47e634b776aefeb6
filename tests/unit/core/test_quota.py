"""Quotas: how many seats a newcomer may have, what the public sees of them, and which tickets still wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration_core.domain.quota import Departures, PublicSeats, Quota, QuotaState, Waitlist, may_be_promoted


@pytest.mark.parametrize(
    ("free", "shown"),
    [
        (-2, PublicSeats.WAITING_LIST),
        (0, PublicSeats.WAITING_LIST),
        (1, PublicSeats.FEW),
        (3, PublicSeats.FEW),
        (4, PublicSeats.PLENTY),
    ],
)
def test_public_seats__say_roughly_how_many_are_left(free: int, shown: PublicSeats) -> None:
    state = QuotaState("course", "a", capacity=10, taken=10 - free)
    assert state.public_seats is shown
    assert (state.left, state.open) == (max(0, free), free > 0)


def test_seats__are_for_those_who_wait_first() -> None:
    """A free seat isn't a newcomer's while anyone waits."""
    waiting = QuotaState("course", "a", capacity=10, taken=5, tickets=3, departed=2)
    assert (waiting.free, waiting.left, waiting.open) == (5, 0, False)
    assert waiting.public_seats is PublicSeats.WAITING_LIST


departures = st.builds(Departures, st.integers(0, 9), st.frozensets(st.integers(1, 20)))


@given(departures, st.integers(0, 25))
def test_departures__compacted__say_the_same(before: Departures, ticket: int) -> None:
    """With as few numbers as possible, because they are stored in one item."""
    after = before.compacted()
    assert after.open_until(ticket) == before.open_until(ticket)
    assert after.floor + 1 not in after.beyond
    assert all(number > after.floor for number in after.beyond)


@given(departures, st.integers(1, 25))
def test_ticket__is_promoted_once_every_lower_one_departed(some: Departures, ticket: int) -> None:
    lower = set(range(some.floor + 1, ticket)) - some.beyond
    assert may_be_promoted(ticket, some) == (not lower)


@pytest.mark.parametrize("waitlist", Waitlist)
def test_quota__of_a_compiled_form_reads_back(waitlist: Waitlist) -> None:
    assert Quota.from_dict(Quota("day", waitlist).to_dict()) == Quota("day", waitlist)
