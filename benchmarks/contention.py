"""Many visitors want the seats of one option at once: its quota's item, with the code's own retries.

DynamoDB refuses a transaction while another one holds one of its items (TransactionConflict), and a
plain write while a transaction holds its item. `Retries` then waits and tries again; the simulation
runs its very code on a simulated clock.
"""

import heapq
import itertools
import random
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from registration_core.adapters.dynamodb.retries import Retries


@dataclass(frozen=True, slots=True)
class Times:
    """How long things take, in seconds; each call draws one.

    held: a transaction holds its items, until its response. refused: until a conflict's response. update: one plain
    write. between: the client's own work between a response and its next call.
    """

    held: Callable[[], float]
    refused: Callable[[], float]
    update: Callable[[], float]
    between: Callable[[], float] = lambda: 0.0


@dataclass
class Visitor:
    """Somebody who registers `left` times. tries: the pauses of the present call, by the code that makes them."""

    left: int
    now: float
    began: float = 0.0
    wants: str = "seat"
    tries: Iterator[None] = field(default_factory=lambda: iter(()))

    def call(self) -> None:
        """Begin a call, with its first attempt at once."""
        self.tries = Retries(_unused, sleep=self._pause, monotonic=lambda: self.now).rounds()
        next(self.tries)

    def again(self, at: float) -> bool:
        """Pause after a refusal that came at this time. Return False if the time for retries is over."""
        self.now = at
        return next(self.tries, "over") is None

    def _pause(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Outcome:
    """What became of everyone. seconds: how long each registration took that succeeded."""

    seats: int = 0
    tickets: list[int] = field(default_factory=list)
    gave_up: int = 0
    attempts: int = 0
    conflicts: int = 0
    took_s: float = 0.0
    seconds: list[float] = field(default_factory=list)
    person_seconds: float = 0.0
    """How many were in the system, added up over time."""

    @property
    def stored(self) -> int:
        """How many have a seat or a ticket."""
        return self.seats + len(self.tickets)

    def quantile(self, share: float) -> float:
        """Return how long this share of the registrations took at most."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))] if self.seconds else 0.0


def simulate(
    arrivals: list[float], *, capacity: int, times: Times, times_each: int = 1, seed: int = 1, looks: bool = False
) -> Outcome:
    """Let visitors arrive and register until all have a seat or a ticket, or have given up.

    looks: each reads whether the option is full before trying for a seat. Today's code doesn't.
    """
    state = random.getstate()
    random.seed(seed)  # the pauses of `Retries` come from here too
    try:
        return Race([Visitor(times_each, at) for at in sorted(arrivals)], capacity, times, looks=looks).run()
    finally:
        random.setstate(state)


class Race:
    """One run of the simulation. held_until: a transaction holds the quota's item; written_until: plain writes do."""

    def __init__(self, visitors: list[Visitor], capacity: int, times: Times, *, looks: bool) -> None:
        self.outcome = Outcome()
        self._capacity, self._times, self._looks = capacity, times, looks
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[float, Visitor], None], Visitor]] = []
        self._held_until = self._written_until = 0.0
        self._inside = 0
        for visitor in visitors:
            self._at(visitor.now, self._arrives, visitor)

    def run(self) -> Outcome:
        """Let it happen, one event after another."""
        last = 0.0
        while self._events:
            now, _, happens, visitor = heapq.heappop(self._events)
            self.outcome.person_seconds += self._inside * (now - last)
            last = now
            happens(now, visitor)
        return self.outcome

    def _at(self, moment: float, happens: Callable[[float, Visitor], None], visitor: Visitor) -> None:
        heapq.heappush(self._events, (moment, next(self._order), happens, visitor))

    def _arrives(self, now: float, visitor: Visitor) -> None:
        self._inside += 1
        visitor.began = visitor.now = now
        visitor.wants = "ticket" if self._looks and self.outcome.seats == self._capacity else "seat"
        visitor.call()
        self._tries(now, visitor)

    def _tries(self, now: float, visitor: Visitor) -> None:
        self.outcome.attempts += 1
        if now < self._held_until:
            self._conflicts(now, visitor)
        elif visitor.wants == "seat":
            self._held_until = now + self._times.held()
            self._at(self._held_until, self._hears, visitor)
        else:
            self._written_until = max(now, self._written_until) + self._times.update()
            self._at(self._written_until, self._draws, visitor)

    def _conflicts(self, now: float, visitor: Visitor) -> None:
        self.outcome.conflicts += 1
        if visitor.again(now + self._times.refused()):
            self._at(visitor.now, self._tries, visitor)
        else:
            self.outcome.gave_up += 1
            self._at(visitor.now, self._leaves, visitor)

    def _hears(self, now: float, visitor: Visitor) -> None:
        if self.outcome.seats < self._capacity:
            self.outcome.seats += 1
            self._succeeds(now, visitor)
            return
        visitor.now, visitor.wants = now, "ticket"  # full: the transaction's condition failed
        visitor.call()
        self._at(now, self._tries, visitor)

    def _draws(self, now: float, visitor: Visitor) -> None:
        self.outcome.tickets.append(len(self.outcome.tickets) + 1)
        self._at(now + self._times.held(), self._succeeds, visitor)  # a transaction that doesn't touch the quota

    def _succeeds(self, now: float, visitor: Visitor) -> None:
        self.outcome.seconds.append(now - visitor.began)
        self._leaves(now, visitor)

    def _leaves(self, now: float, visitor: Visitor) -> None:
        self._inside -= 1
        self.outcome.took_s = now
        visitor.left -= 1
        if visitor.left:
            self._at(now + self._times.between(), self._arrives, visitor)


def _unused(*_: Any) -> dict[str, Any]:  # noqa: ANN401 - the Call's types
    raise AssertionError("the simulation makes no call")


IN_AWS = Times(
    held=lambda: random.triangular(0.008, 0.030, 0.012),
    refused=lambda: random.triangular(0.004, 0.015, 0.006),
    update=lambda: random.triangular(0.004, 0.012, 0.005),
)
"""Assumed, not measured: what DynamoDB's own metrics usually show in one Region."""


def crowds(sizes: tuple[int, ...] = (100, 400, 500, 1_000, 2_000, 5_000)) -> list[list[str]]:
    """Return rows: what happens to crowds of growing size who come for 20 seats of one option within ten seconds."""
    rows = [
        [
            "visitors in 10 s",
            "seats",
            "tickets",
            "answered 503",
            "attempts each",
            "median s",
            "95 % below s",
            "503 if they looked first",
        ]
    ]
    for size in sizes:
        arrivals = [10 * number / size for number in range(size)]
        outcome = simulate(arrivals, capacity=20, times=IN_AWS)
        looking = simulate(arrivals, capacity=20, times=IN_AWS, looks=True)
        rows.append([
            f"{size:,}", str(outcome.seats), f"{len(outcome.tickets):,}", f"{outcome.gave_up:,}",
            f"{outcome.attempts / size:.1f}", f"{statistics.median(outcome.seconds):.2f}",
            f"{outcome.quantile(0.95):.2f}", f"{looking.gave_up:,}",
        ])  # fmt: skip
    return rows
