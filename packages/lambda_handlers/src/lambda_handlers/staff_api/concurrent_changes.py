"""Lost races: what somebody else changed while the caller was working."""

from __future__ import annotations

from registration_core.domain.errors import QuotaChangedError, RollcallError
from registration_core.domain.records import iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.submission import SubmissionDetails


class ConcurrentChangeError(RollcallError):
    """What the caller saw is no longer so. Nothing was stored. changed: who changed it last, for programs."""

    code = "changed"

    def __init__(self, message: str, changed: Mapping[str, object]) -> None:
        super().__init__(message)
        self.changed = changed


def submission_changed(details: SubmissionDetails) -> ConcurrentChangeError:
    """Return the error for a submission that has another version than the caller saw."""
    version = details.submission.version  # several lines may have it: a mail that is resent changes nothing
    last = next((event for event in details.events if event.version == version), details.events[-1])
    return ConcurrentChangeError(
        f"{last.by} changed this submission while you were working ({last.what}). Your change was not saved.",
        {"by": last.by, "at": iso(last.at), "what": last.what, "version": version},
    )


def capacity_changed(error: QuotaChangedError) -> ConcurrentChangeError:
    """Return the error for an option that has another capacity than the caller saw."""
    now = error.now
    changed = {"by": now.set_by, "at": None if now.set_at is None else iso(now.set_at), "capacity": now.capacity}
    return ConcurrentChangeError(f"{error} Your change was not saved.", changed)
