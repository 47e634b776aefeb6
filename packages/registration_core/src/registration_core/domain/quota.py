"""Quotas: how many may hold an option, who waits for it, and who comes next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any


class Waitlist(StrEnum):
    """Who gives a seat that frees to the lowest ticket: auto, at once by itself; manual, the staff."""

    AUTO = "auto"
    MANUAL = "manual"


class PublicSeats(StrEnum):
    """What the public is told of an option's seats: no number, so that nobody can count along with it."""

    PLENTY = "plenty"
    FEW = "few"
    WAITING_LIST = "waiting_list"


FEW_SEATS = 3
"""So many seats left, or fewer, are few."""


@dataclass(frozen=True, slots=True)
class Quota:
    """A form's counted places. field: the required choice field whose options have a capacity."""

    field: str
    waitlist: Waitlist = Waitlist.AUTO

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Quota:
        """Read the compiled form's part."""
        return cls(field=data["field"], waitlist=Waitlist(data["waitlist"]))

    def to_dict(self) -> dict[str, Any]:
        """Return the part as it stands in the compiled form."""
        return {"field": self.field, "waitlist": self.waitlist.value}


@dataclass(frozen=True, slots=True)
class QuotaState:
    """How an option's quota stands.

    capacity: seats that there are. taken: seats held; more than capacity after that was lowered. tickets: how many
    were ever given out, so the last one's number. departed: tickets that wait no longer. set_by: who of the staff gave
    it this capacity last (an IAM principal), and set_at, when; None while it stands as the form began it. shown: what
    the public is told, as of the last sweep; None while no sweep has seen it.
    """

    form: str
    option: str
    capacity: int
    taken: int = 0
    tickets: int = 0
    departed: int = 0
    set_by: str | None = None
    set_at: datetime | None = None
    shown: PublicSeats | None = None

    @property
    def waiting(self) -> int:
        """How many tickets wait."""
        return self.tickets - self.departed

    @property
    def free(self) -> int:
        """Seats that nobody holds; those who wait come first for them."""
        return max(0, self.capacity - self.taken)

    @property
    def open(self) -> bool:
        """Whether a newcomer gets a seat: one is free and nobody waits."""
        return self.free > 0 and self.waiting == 0

    @property
    def left(self) -> int:
        """Seats that newcomers can have: none while anybody waits."""
        return self.free if self.waiting == 0 else 0

    @property
    def public_seats(self) -> PublicSeats:
        """What there is to tell the public now."""
        if self.left == 0:
            return PublicSeats.WAITING_LIST
        return PublicSeats.FEW if self.left <= FEW_SEATS else PublicSeats.PLENTY


@dataclass(frozen=True, slots=True)
class Departures:
    """Which tickets wait no longer: all up to `floor`, and those `beyond` it."""

    floor: int = 0
    beyond: frozenset[int] = frozenset()

    def open_until(self, ticket: int) -> list[int]:
        """Return the tickets up to this one that did not depart, lowest first."""
        return [number for number in range(self.floor + 1, ticket + 1) if number not in self.beyond]

    def compacted(self) -> Departures:
        """Return the same departures with the highest floor that there can be."""
        floor = self.floor
        while floor + 1 in self.beyond:
            floor += 1
        return Departures(floor, frozenset(ticket for ticket in self.beyond if ticket > floor))


def may_be_promoted(ticket: int, departures: Departures) -> bool:
    """Whether the lowest ticket that waits is the lowest of all.

    A lower one that neither waits nor departed was given out to a submission that may still be on
    its way: nobody overtakes it. One that never arrives is counted as departed in the end.
    """
    return departures.open_until(ticket - 1) == []
