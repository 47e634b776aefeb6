"""Acts: what may be done to a submission, and which status may follow which. Docs and commands use this list."""

from __future__ import annotations

from dataclasses import dataclass

from registration_core.domain.errors import StatusTransitionError
from registration_core.domain.submission import SEATED, STANDING, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

REGISTRANT, STAFF, SYSTEM = "registrant", "staff", "system"
REPAIRED = "repaired: "
"""How a line of the history begins that `rollcall doctor --deep --repair` wrote. No mail is due for it."""
_ALL = frozenset(Status)


@dataclass(frozen=True, slots=True)
class Act:
    """One act that changes a submission's status.

    what: its name in the history. by: who may do it. before, after: the possible statuses.
    undone_by: the act with which staff undo it; empty if nothing does.
    """

    what: str
    by: tuple[str, ...]
    before: frozenset[Status]
    after: frozenset[Status]
    undone_by: str = ""


ACTS: tuple[Act, ...] = (
    Act("verified", (REGISTRANT, STAFF), frozenset({Status.PENDING}), frozenset({Status.CONFIRMED})),
    Act("promoted", (SYSTEM, STAFF), frozenset({Status.WAITLISTED}), SEATED),
    Act("moved", (REGISTRANT, STAFF), SEATED, frozenset({Status.WAITLISTED})),
    Act("moved", (REGISTRANT, STAFF), frozenset({Status.WAITLISTED}), SEATED),
    Act("lapsed", (SYSTEM,), frozenset({Status.PENDING}), frozenset({Status.CANCELLED}), "restored"),
    Act("cancelled", (REGISTRANT, STAFF), STANDING | {Status.SPAM}, frozenset({Status.CANCELLED}), "restored"),
    Act("restored", (STAFF,), frozenset({Status.CANCELLED}), STANDING, "cancelled"),
    Act("marked spam", (STAFF,), STANDING, frozenset({Status.SPAM}), "marked genuine"),
    Act(
        "marked genuine",
        (STAFF,),
        frozenset({Status.SPAM}),
        frozenset({Status.CONFIRMED, Status.WAITLISTED}),
        "marked spam",
    ),
    Act("erased", (REGISTRANT, STAFF), _ALL - {Status.ERASED}, frozenset({Status.ERASED})),
)
"""All acts that change a status. docs/statuses.md shows the same table, and a test compares the two.

`moved` is an edit that changes the option: a seat may become a ticket, and a ticket a seat.
"""

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    before: frozenset(after for act in ACTS if before in act.before for after in act.after) for before in Status
}
"""The statuses that may follow each status."""


def ensure_may_become(before: Status, after: Status) -> None:
    """Raise StatusTransitionError, which lists the possible statuses, if no act leads from `before` to `after`."""
    allowed = TRANSITIONS[before]
    if after not in allowed:
        if not allowed:
            raise StatusTransitionError("An erased submission stays erased.")
        *others, last = sorted(allowed)
        ways = f"{', '.join(others)} or {last}" if others else last
        raise StatusTransitionError(f"A {before} submission can't become {after}. It can become {ways}.")
