"""Concurrent changes: what others did to a submission while a staff member decided about it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from registration_core.domain.submission import Event, Submission, SubmissionDetails


EDITED = "edited "
"""How the history's line about changed answers begins; their names follow."""


def events_after(details: SubmissionDetails, version: int) -> Sequence[Event]:
    """Return what was done to a submission after it had this version, oldest first."""
    return [event for event in details.events if (event.version or 0) > version]


def edited_fields(event: Event) -> tuple[str, ...]:
    """Return the names of the answers that an event changed."""
    names = event.what.removeprefix(EDITED)
    return tuple(names.split(", ")) if names != event.what else ()


def was_done(details: SubmissionDetails, what: str, *, by: str, version: int) -> bool:
    """Whether this person already did exactly this to this version, so that a request for it is a repeat.

    Not if the status has changed since: then the person may mean it again.
    """
    done, status = (what, by, version + 1), details.submission.status
    return any((event.what, event.by, event.version) == done and event.status is status for event in details.events)


def differing(before: Submission, now: Submission) -> Sequence[tuple[str, object, object]]:
    """Return the names of the status and answers that differ, with the values before and now; None for empty."""
    seen: dict[str, object] = {"status": str(before.status), **before.answers}
    current: dict[str, object] = {"status": str(now.status), **now.answers}
    names = dict.fromkeys([*seen, *current])
    return [(name, seen.get(name), current.get(name)) for name in names if seen.get(name) != current.get(name)]
