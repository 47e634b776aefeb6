"""A Region is lost and comes back: both copies took submissions, and `rollcall doctor --deep --repair` sorts it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contract.conftest import new_table
from contract.copies import Copies, items_of
from contract.damaged_table import FORM, books_of

from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contract.damaged_table import Books

    from registration_core.domain.submission import Submission


@pytest.fixture
def copies(tmp_path: Path, dynamodb: Any, table: str) -> Iterator[Copies]:
    """Return two copies of a table in which robin has one of two seats for a, and ann one of two for b."""
    with new_table(dynamodb) as other:
        for name in ("lost", "taking over"):
            (tmp_path / name).mkdir()
        made = Copies(books_of(tmp_path / "lost", dynamodb, other), books_of(tmp_path / "taking over", dynamodb, table))
        made.write(made.lost, lambda: made.lost.register("robin"))
        made.write(made.lost, lambda: made.lost.register("ann", "b"))
        made.replicate()
        yield made


def test_failover__loses_nobody_and_reports_what_only_people_decide(copies: Copies) -> None:
    """Both Regions gave the last seat, drew ticket 1, took eve's registration and changed ann's."""
    lost, ours = copies.lost, copies.taking_over
    robin, ann = (ours.repository.by_email(f"{name}@example.org", limit=1)[0] for name in ("robin", "ann"))

    def register(books: Books, name: str, day: str = "a") -> Submission:
        registered: Submission = copies.write(books, lambda: books.register(name, day))
        return registered

    kim, ada, eve = register(lost, "kim"), register(lost, "ada"), register(lost, "eve", "b")
    copies.write(lost, lambda: lost.staff.erase(ann.id, by="registrant"))
    bo, cleo, eve_again = register(ours, "bo"), register(ours, "cleo"), register(ours, "eve", "b")
    copies.write(ours, lambda: ours.staff.cancel(ann.id, by="staff"))
    copies.replicate()
    assert items_of(lost) == items_of(ours)

    ours.check("--repair", "--yes")

    a = ours.repository.quotas(FORM.name, ["a"])["a"]
    assert (a.taken, a.tickets) == (3, 2)
    assert {ours.get(each.id).status for each in (robin, kim, bo, eve, eve_again)} == {Status.CONFIRMED}
    waiting = [ours.get(each.id) for each in (cleo, ada)]
    assert [(each.status, each.position) for each in waiting] == [(Status.WAITLISTED, 1), (Status.WAITLISTED, 2)]
    assert ours.get(ann.id).status is Status.ERASED
    code, left = ours.check()
    assert (code, [check for check, _, _ in left]) == (1, ["oversold", "guards"])
    assert "a: 3 seats are held, and the capacity is 2." in left[0][2]
    assert f"the same person also has {eve_again.id} for this option" in left[1][2]

    ours.staff.set_capacity(FORM.name, "a", 3)
    ours.staff.cancel(eve.id, by="staff")

    assert ours.check() == (0, [])
