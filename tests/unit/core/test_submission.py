"""Submissions: what is left after an erasure, when they expire, and whose mailbox an address is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from unit.core.builders import NOW, a_form, an_entry

from registration_core.domain.attendance import CheckIn
from registration_core.domain.notes import Note
from registration_core.domain.submission import Status, mailbox

FULL = an_entry(
    a_form(),
    {"name": "Åsa", "email": "asa@example.org"},
    status=Status.PENDING,
    option="a",
    position=3,
    verify_by=NOW + timedelta(hours=1),
    verified_at=NOW,
    spam_sign="links 9",
    labels=("paid",),
    notes=(Note("1", NOW, "kim", "Called"),),
    check_ins=(CheckIn(NOW.date(), NOW, "kim"),),
)


def test_erased__keeps_nothing_of_the_person() -> None:
    """Statistics still count it, and the history still leads to it."""
    after = FULL.erased()
    kept = {name: getattr(after, name) for name in ("id", "form", "reference", "option", "submitted_at", "expires_at")}
    assert kept == {name: getattr(FULL, name) for name in kept}
    assert (after.status, after.version, after.answers, after.email) == (Status.ERASED, 2, {}, "")
    assert (after.position, after.verify_by, after.verified_at, after.spam_sign) == (None, None, None, None)
    assert (after.labels, after.notes, after.check_ins) == ((), (), ())


@pytest.mark.parametrize(("seconds", "overdue"), [(3599, False), (3600, True), (3601, True)])
def test_overdue__from_the_moment_the_time_is_over(seconds: int, *, overdue: bool) -> None:
    assert FULL.overdue(NOW + timedelta(seconds=seconds)) is overdue


@pytest.mark.parametrize(("day", "expires"), [(0, 30), (10, 30), (-10, 20)])
def test_spam__is_never_kept_longer_than_before(day: int, expires: int) -> None:
    assert FULL.expires_as_spam(NOW + timedelta(days=day)) == NOW + timedelta(days=expires)


@pytest.mark.parametrize(
    ("address", "owner"),
    [
        ("Robin.Ek+club@Example.org", "robinek@example.org"),
        ("r.o.b.i.n@googlemail.com", "robin@gmail.com"),
        ("robin@gmail.com", "robin@gmail.com"),
        ("+tag@example.org", "+tag@example.org"),
    ],
)
def test_mailbox__is_the_same_in_every_spelling(address: str, owner: str) -> None:
    assert mailbox(address) == owner
