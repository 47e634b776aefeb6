"""Problems: what doesn't agree in a table, and the writes that would repair it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.adapters.dynamodb.table import Key, Write


class Invariant(StrEnum):
    """What holds in every table. docs/operator.md explains each."""

    READABLE = "readable"
    QUOTAS = "quotas"
    OVERSOLD = "oversold"
    SEATS = "seats"
    WAITING_LIST = "waiting list"
    GUARDS = "guards"
    REFERENCES = "references"
    HISTORY = "history"
    MAILS = "mails"
    INDEXES = "indexes"
    EXPIRY = "expiry"
    ERASURES = "erasures"
    ORPHANS = "orphans"


@dataclass(frozen=True, slots=True)
class Repair:
    """The writes of one transaction, each with its condition.

    does: what they do ("count 12 seats taken"). erases: the ID of a submission to erase instead. frees: whether
    visitors may get a seat afterwards, so that it waits until every seat that is held is counted.
    """

    does: str
    writes: Mapping[str, Write]
    erases: str | None = None
    frees: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that doesn't agree.

    subject: the key of the item to check again. says: what is wrong. repair: None if a person has to decide; then
    next_step says what to do. sure: False if it could not be checked, because others kept changing it.
    """

    invariant: Invariant
    subject: Key
    says: str
    repair: Repair | None = None
    next_step: str = ""
    sure: bool = True


UNREADABLE = (KeyError, ValueError, TypeError)
"""What reading an item raises that lacks something or has it in another form."""


def unreadable(subject: Key, error: Exception) -> Problem:
    """Return the problem of a partition with an item that can't be read."""
    says = f"{subject[0]}: an item can't be read ({type(error).__name__}: {error})."
    step = "Look at the items with this pk in DynamoDB, and fix or remove the damaged one by hand."
    return Problem(Invariant.READABLE, subject, says, next_step=step)


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: `1 seat`, `2 seats`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
