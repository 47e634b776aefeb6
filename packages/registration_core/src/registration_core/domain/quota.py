"""Quotas: an option's seats, its waiting list, and who is promoted next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from registration_core.domain.errors import InvalidCapacityError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any


class Waitlist(StrEnum):
    """Who promotes when a seat frees up. auto: the system, at once. manual: staff."""

    AUTO = "auto"
    MANUAL = "manual"


class PublicSeats(StrEnum):
    """What the public sees of an option's seats: not a number, so that nobody can count registrations."""

    PLENTY = "plenty"
    FEW = "few"
    WAITING_LIST = "waiting_list"


MOST_SEATS = 100_000
"""The largest capacity."""
FEW_SEATS = 3
"""This many seats or fewer count as few."""


def ensure_capacity(seats: int) -> None:
    """Raise InvalidCapacityError if an option can't have so many seats."""
    if not 0 <= seats <= MOST_SEATS:
        raise InvalidCapacityError(f"An option can have 0 to {MOST_SEATS} seats, not {seats}.")


@dataclass(frozen=True, slots=True)
class Quota:
    """A form's quota. field: the required choice field whose options have a capacity."""

    field: str
    waitlist: Waitlist = Waitlist.AUTO

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Quota:
        """Read the compiled form's part."""
        return cls(field=data["field"], waitlist=Waitlist(data["waitlist"]))

    def to_dict(self) -> dict[str, Any]:
        """Return the compiled form's part."""
        return {"field": self.field, "waitlist": self.waitlist.value}


@dataclass(frozen=True, slots=True)
class QuotaState:
    """The current state of an option's quota.

    taken: may be more than `capacity` after it was lowered. tickets: how many were ever drawn, so
    also the last one's number. departed: how many of them no longer wait. set_by, set_at: the IAM
    principal who last set the capacity, and when; None while it is the form's initial one. shown:
    what the public sees since the last sweep; None before the first.
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
        """How many submissions are on the waiting list."""
        return self.tickets - self.departed

    @property
    def free(self) -> int:
        """Seats that nobody holds. The waiting list comes first for them."""
        return max(0, self.capacity - self.taken)

    @property
    def open(self) -> bool:
        """Whether a newcomer gets a seat: one is free, and nobody waits."""
        return self.free > 0 and self.waiting == 0

    @property
    def left(self) -> int:
        """Seats for newcomers: none while anyone waits."""
        return self.free if self.waiting == 0 else 0

    @property
    def public_seats(self) -> PublicSeats:
        """What the public may see now."""
        if self.left == 0:
            return PublicSeats.WAITING_LIST
        return PublicSeats.FEW if self.left <= FEW_SEATS else PublicSeats.PLENTY


@dataclass(frozen=True, slots=True)
class Departures:
    """Tickets that no longer wait: all up to `floor`, and those in `beyond`."""

    floor: int = 0
    beyond: frozenset[int] = frozenset()

    def open_until(self, ticket: int) -> list[int]:
        """Return the tickets up to this one that have not departed, lowest first."""
        return [number for number in range(self.floor + 1, ticket + 1) if number not in self.beyond]

    def compacted(self) -> Departures:
        """Return the same departures with the highest possible floor."""
        floor = self.floor
        while floor + 1 in self.beyond:
            floor += 1
        return Departures(floor, frozenset(ticket for ticket in self.beyond if ticket > floor))


def may_be_promoted(ticket: int, departures: Departures) -> bool:
    """Whether no lower ticket can still come.

    A lower ticket that neither waits nor departed may belong to a submission that is still being
    stored: nobody overtakes it. If it is never stored, the ticket is counted as departed later.
    """
    return departures.open_until(ticket - 1) == []
