"""Selections: which submissions they admit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from unit.core.builders import NOW, a_form, an_entry

from registration_core.domain.selection import Selection
from registration_core.domain.submission import Status

ENTRY = an_entry(a_form(), {}, option="a")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection("course", frozenset({Status.CONFIRMED, Status.SPAM}), NOW, NOW + SECOND, "a"),
        Selection(since=NOW),
        Selection(until=NOW + SECOND),
    ],
)
def test_admits__what_matches_in_every_way(selection: Selection) -> None:
    assert selection.admits(ENTRY)


@pytest.mark.parametrize(
    "selection",
    [
        Selection("contact"),
        Selection(statuses=frozenset({Status.SPAM})),
        Selection(since=NOW + SECOND),
        Selection(until=NOW),
        Selection(option="b"),
    ],
)
def test_admits__nothing_that_differs_in_one_way(selection: Selection) -> None:
    assert not selection.admits(ENTRY)


def test_admits__erased_submissions_only_on_request() -> None:
    erased = an_entry(a_form(), {}, status=Status.ERASED)
    assert not Selection().admits(erased)
    assert Selection(statuses=frozenset({Status.ERASED})).admits(erased)


def test_sifting__is_true_if_submissions_may_be_left_out() -> None:
    assert Selection(option="a").sifting
    assert Selection(statuses=frozenset({Status.SPAM})).sifting
    assert not Selection("course", since=NOW, until=NOW).sifting
