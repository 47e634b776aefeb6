"""Promotions that a staff action causes, reported before and after it."""

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

#: How many are named; the others are counted.
MOST_NAMED = 10


@dataclass(slots=True)
class Leaving:
    """What cancelled or erased submissions free up: seats, and tickets on waiting lists."""

    seats: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    ids: set[str] = field(default_factory=set)

    def add(self, *, submission_id: str, form: str, option: str | None, status: Status) -> None:
        """Count one submission."""
        self.ids.add(submission_id)
        if option is not None and status in SEATED:
            self.seats[form, option] += 1


def leaving(submissions: Iterable[Submission]) -> Leaving:
    """Count what these submissions free up."""
    left = Leaving()
    for submission in submissions:
        left.add(submission_id=submission.id, form=submission.form, option=submission.option, status=submission.status)
    return left


def say_promotions(act: Act, left: Leaving) -> None:
    """Say who will be promoted when these seats are free."""
    for (form, option), freed in sorted(left.seats.items()):
        if form in act.stack.forms:
            say_promotions_to_come(
                act, act.stack.manage().would_be_promoted(form, option, freed=freed, without=left.ids)
            )


def say_promotions_to_come(act: Act, submissions: Sequence[Submission]) -> None:
    """Say that these submissions will be promoted."""
    for submission in submissions[:MOST_NAMED]:
        act.say(f"  will be promoted and mailed: {act.called(submission)}, ticket {submission.position}")
    _say_more(act, submissions)


def say_promoted(act: Act, submissions: Sequence[Submission]) -> None:
    """Say that these submissions were promoted, and by when they must be verified."""
    for submission in submissions[:MOST_NAMED]:
        until = (
            f"; they must verify by {for_person(submission.verify_by)} to keep the seat" if submission.verify_by else ""
        )
        act.say(f"{act.called(submission)} was promoted and will be mailed{until}.")
    _say_more(act, submissions)


def _say_more(act: Act, submissions: Sequence[Submission]) -> None:
    if len(submissions) > MOST_NAMED:
        act.say(f"  and {len(submissions) - MOST_NAMED} more")
