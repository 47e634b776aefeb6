"""Acts: what may be done to a submission, and which status may follow which. Docs and commands use this list."""

from __future__ import annotations

from dataclasses import dataclass

from registration_core.domain.errors import StatusTransitionError
from registration_core.domain.submission import SEATED, STANDING, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

REGISTRANT, STAFF, SYSTEM = "registrant", "staff", "system"
_ALL = frozenset(Status)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that changes a submission's status.

    what: as its history calls it. by: who may do it. before, after: a submission of one of these
    becomes one of those.
    """

    what: str
    by: tuple[str, ...]
    before: frozenset[Status]
    after: frozenset[Status]


ACTS: tuple[Act, ...] = (
    Act("verified", (REGISTRANT, STAFF), frozenset({Status.PENDING}), frozenset({Status.CONFIRMED})),
    Act("promoted", (SYSTEM, STAFF), frozenset({Status.WAITLISTED}), SEATED),
    Act("moved", (STAFF,), SEATED, frozenset({Status.WAITLISTED})),
    Act("moved", (STAFF,), frozenset({Status.WAITLISTED}), SEATED),
    Act("lapsed", (SYSTEM,), frozenset({Status.PENDING}), frozenset({Status.CANCELLED})),
    Act("cancelled", (REGISTRANT, STAFF), STANDING | {Status.SPAM}, frozenset({Status.CANCELLED})),
    Act("restored", (STAFF,), frozenset({Status.CANCELLED}), STANDING),
    Act("marked spam", (STAFF,), STANDING, frozenset({Status.SPAM})),
    Act("marked genuine", (STAFF,), frozenset({Status.SPAM}), frozenset({Status.CONFIRMED, Status.WAITLISTED})),
    Act("erased", (REGISTRANT, STAFF), _ALL - {Status.ERASED}, frozenset({Status.ERASED})),
)
"""Everything that changes a status. docs/statuses.md shows the same table, and a test compares them.

`moved` is an edit that names another option: who had a seat may wait there, who waited may get a seat there.
"""

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    before: frozenset(after for act in ACTS if before in act.before for after in act.after) for before in Status
}
"""From each status, the ones that may follow."""


def ensure_may_become(before: Status, after: Status) -> None:
    """Raise StatusTransitionError, which names what is allowed, when no act leads from the one to the other."""
    allowed = TRANSITIONS[before]
    if after not in allowed:
        if not allowed:
            raise StatusTransitionError("An erased submission stays erased.")
        *others, last = sorted(allowed)
        ways = f"{', '.join(others)} or {last}" if others else last
        raise StatusTransitionError(f"A {before} submission can't become {after}. It can become {ways}.")
