"""What staff may do to a submission now, and what undoes its last change of status."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from registration_core.domain.errors import StatusTransitionError
from registration_core.domain.staff_actions import (
    StaffAction,
    action_towards,
    ensure_possible,
    possible_actions,
    undo_of,
)
from registration_core.domain.submission import Event, Status
from registration_core.domain.transitions import ACTS, STAFF


def an_event(what: str, status: Status, was: Status | None = None) -> Event:
    return Event("01", datetime(2026, 3, 1, tzinfo=UTC), what, "kim", status, 1, was)


def test_possible__covers_each_act_of_the_staff_but_moves() -> None:
    """A move is an edit. Everything else that the table of statuses lets staff do has a name."""
    named = {(action.what, status) for status in Status for action in possible_actions(status)}

    assert named == {(act.what, before) for act in ACTS if STAFF in act.by for before in act.before} - {
        ("moved", status) for status in Status
    }
    assert possible_actions(Status.CANCELLED) == (StaffAction.RESTORE, StaffAction.ERASE)


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        (Status.PENDING, Status.CONFIRMED, StaffAction.VERIFY),
        (Status.WAITLISTED, Status.CONFIRMED, StaffAction.PROMOTE),
        (Status.CANCELLED, Status.CONFIRMED, StaffAction.RESTORE),
        (Status.SPAM, Status.CONFIRMED, StaffAction.MARK_GENUINE),
        (Status.SPAM, Status.CANCELLED, StaffAction.CANCEL),
        (Status.CONFIRMED, Status.SPAM, StaffAction.MARK_SPAM),
        (Status.CANCELLED, Status.SPAM, None),
        (Status.ERASED, Status.CONFIRMED, None),
    ],
)
def test_towards__is_the_one_action(before: Status, after: Status, action: StaffAction | None) -> None:
    assert action_towards(before, after) is action


def test_impossible__says_what_is_possible() -> None:
    with pytest.raises(
        StatusTransitionError, match=r"^A cancelled submission can't be marked spam\. It can be restored"
    ):
        ensure_possible(StaffAction.MARK_SPAM, Status.CANCELLED)
    with pytest.raises(StatusTransitionError, match=r"^An erased submission stays erased\.$"):
        ensure_possible(StaffAction.ERASE, Status.ERASED)
    ensure_possible(StaffAction.ERASE, Status.SPAM)


@pytest.mark.parametrize(
    ("what", "status", "was", "undo"),
    [
        ("cancelled", Status.CANCELLED, Status.CONFIRMED, StaffAction.RESTORE),
        ("lapsed", Status.CANCELLED, Status.PENDING, StaffAction.RESTORE),
        ("restored", Status.WAITLISTED, Status.CANCELLED, StaffAction.CANCEL),
        ("marked spam", Status.SPAM, Status.CONFIRMED, StaffAction.MARK_GENUINE),
        ("marked genuine", Status.CONFIRMED, Status.SPAM, StaffAction.MARK_SPAM),
        ("verified", Status.CONFIRMED, Status.PENDING, None),
        ("promoted", Status.CONFIRMED, Status.WAITLISTED, None),
        ("erased", Status.ERASED, Status.CONFIRMED, None),
    ],
)
def test_undo__is_by_the_last_change_of_status(
    what: str, status: Status, was: Status, undo: StaffAction | None
) -> None:
    """What was done since without changing the status is no obstacle."""
    history = [an_event("submitted", was), an_event(what, status, was), an_event("labelled paid", status)]

    assert undo_of(history, possible_actions(status)) is undo


def test_undo__of_an_arrival_is_nothing() -> None:
    assert undo_of([an_event("submitted", Status.SPAM)], possible_actions(Status.SPAM)) is None
