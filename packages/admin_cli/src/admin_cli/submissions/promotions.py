"""Promotions that follow from what the staff do: told before it is done, and afterwards."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from admin_cli.terminal.values import for_person
from registration_core.domain.submission import SEATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from admin_cli.confirmation import Act
    from registration_core.domain.submission import Status, Submission

#: How many are named; of the others it is said how many they are.
MOST_NAMED = 10


@dataclass(slots=True)
class Leaving:
    """What entries give back that are cancelled or erased: seats, and numbers on waiting lists."""

    seats: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    ids: set[str] = field(default_factory=set)

    def add(self, *, submission_id: str, form: str, option: str | None, status: Status) -> None:
        """Count one entry."""
        self.ids.add(submission_id)
        if option is not None and status in SEATED:
            self.seats[form, option] += 1


def leaving(entries: Iterable[Submission]) -> Leaving:
    """Count what entries give back."""
    found = Leaving()
    for each in entries:
        found.add(submission_id=each.id, form=each.form, option=each.option, status=each.status)
    return found


def say_promotions(act: Act, left: Leaving) -> None:
    """Say who is promoted when these seats are given back."""
    for (form, option), freed in sorted(left.seats.items()):
        if form in act.stack.forms:
            say_promotions_to_come(
                act, act.stack.manage().would_be_promoted(form, option, freed=freed, without=left.ids)
            )


def say_promotions_to_come(act: Act, entries: Sequence[Submission]) -> None:
    """Say of entries that they are about to be promoted."""
    for each in entries[:MOST_NAMED]:
        act.say(f"  will be promoted and mailed: {act.called(each)}, ticket {each.position}")
    _say_more(act, entries)


def say_promoted(act: Act, entries: Sequence[Submission]) -> None:
    """Say of entries that they were promoted, and until when they hold their seats where nobody verifies them."""
    for each in entries[:MOST_NAMED]:
        until = f"; they must verify by {for_person(each.verify_by)} to keep the seat" if each.verify_by else ""
        act.say(f"{act.called(each)} was promoted and will be mailed{until}.")
    _say_more(act, entries)


def _say_more(act: Act, entries: Sequence[Submission]) -> None:
    if len(entries) > MOST_NAMED:
        act.say(f"  and {len(entries) - MOST_NAMED} more")
