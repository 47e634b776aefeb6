"""Staff actions: what staff may do to a submission now, and what undoes its last change of status."""

from __future__ import annotations

from enum import StrEnum

from registration_core.domain.errors import StatusTransitionError
from registration_core.domain.transitions import ACTS, STAFF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from registration_core.domain.submission import Event, Status


class StaffAction(StrEnum):
    """What staff do to a submission by name; an edit may change its status too."""

    VERIFY = "verify"
    PROMOTE = "promote"
    CANCEL = "cancel"
    MARK_SPAM = "mark_spam"
    MARK_GENUINE = "mark_genuine"
    RESTORE = "restore"
    ERASE = "erase"

    @property
    def what(self) -> str:
        """The action's name in `ACTS` and in histories."""
        return _WHAT[self]


_WHAT: Mapping[StaffAction, str] = {
    StaffAction.VERIFY: "verified",
    StaffAction.PROMOTE: "promoted",
    StaffAction.CANCEL: "cancelled",
    StaffAction.MARK_SPAM: "marked spam",
    StaffAction.MARK_GENUINE: "marked genuine",
    StaffAction.RESTORE: "restored",
    StaffAction.ERASE: "erased",
}
_ACTS = {action: act for action in StaffAction for act in ACTS if act.what == action.what and STAFF in act.by}


def possible_actions(status: Status) -> tuple[StaffAction, ...]:
    """Return what staff may do to a submission with this status."""
    return tuple(action for action, act in _ACTS.items() if status in act.before)


def action_towards(before: Status, after: Status) -> StaffAction | None:
    """Return the action that leads from one status to another; None if there is none."""
    return next((action for action in possible_actions(before) if after in _ACTS[action].after), None)


def ensure_possible(action: StaffAction, status: Status) -> None:
    """Raise StatusTransitionError, which lists what is possible, if staff may not do this to such a submission."""
    possible = possible_actions(status)
    if action in possible:
        return
    if not possible:
        raise StatusTransitionError("An erased submission stays erased.")
    *others, last = (each.what for each in possible)
    ways = f"{', '.join(others)} or {last}" if others else last
    raise StatusTransitionError(f"A {status} submission can't be {action.what}. It can be {ways}.")


def undo_of(events: Sequence[Event], possible: Collection[StaffAction]) -> StaffAction | None:
    """Return the action that undoes a submission's last change of status; None if nothing does.

    events: its history, oldest first. possible: what staff may do to it now.
    """
    what = next((event.what for event in reversed(events) if event.was is not None), None)
    undone_by = next((act.undone_by for act in ACTS if act.what == what), None)
    return next((action for action in possible if action.what == undone_by), None)
