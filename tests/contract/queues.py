"""One option's quota in memory: its seats, its tickets, and which tickets were abandoned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registration_core.domain.quota import Departures, QuotaState, may_be_promoted

if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.quota import PublicSeats


@dataclass(slots=True)
class Drawn:
    """A ticket that was drawn. submission: who holds it, once that submission is stored."""

    at: datetime
    submission: str | None = None
    departed: bool = False


@dataclass(slots=True)
class Queue:
    """The quota of one option."""

    capacity: int
    seats: set[str] = field(default_factory=set)
    drawn: dict[int, Drawn] = field(default_factory=dict)
    last_holder: str | None = None
    set_by: str | None = None
    set_at: datetime | None = None
    shown: PublicSeats | None = None

    def state(self, form: str, option: str) -> QuotaState:
        departed = sum(ticket.departed for ticket in self.drawn.values())
        counts = (self.capacity, len(self.seats), len(self.drawn), departed)
        return QuotaState(form, option, *counts, set_by=self.set_by, set_at=self.set_at, shown=self.shown)

    def waiting(self) -> dict[int, str]:
        return {
            number: ticket.submission
            for number, ticket in sorted(self.drawn.items())
            if ticket.submission is not None and not ticket.departed
        }

    def draw(self, holder: str, at: datetime) -> int | None:
        if holder == self.last_holder:
            return len(self.drawn)
        if self.state("", "").open:
            return None
        self.last_holder = holder
        self.drawn[len(self.drawn) + 1] = Drawn(at)
        return len(self.drawn)

    def settle(self, number: int) -> None:
        ticket = self.drawn.get(number)
        if ticket is not None and ticket.submission is None:
            ticket.departed = True

    def abandoned(self, until: datetime) -> list[int]:
        return [
            number
            for number, ticket in sorted(self.drawn.items())
            if ticket.submission is None and not ticket.departed and ticket.at <= until
        ]

    def next(self) -> str | None:
        waiting = self.waiting()
        departures = Departures(0, frozenset(number for number, ticket in self.drawn.items() if ticket.departed))
        for number, submission in waiting.items():
            return submission if may_be_promoted(number, departures) else None
        return None
