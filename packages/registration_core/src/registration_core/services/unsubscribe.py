"""Unsubscribe: registrants stop a form's mails that aren't about the contract, or want them again."""

from __future__ import annotations

from datetime import timedelta

from registration_core.domain.transitions import REGISTRANT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.domain.mail_ports import Unsubscriptions
    from registration_core.domain.ports import Clock
    from registration_core.domain.submission import Submission

KEPT = timedelta(days=3650)
"""As long as a complaint: nobody has to refuse twice because an old submission has expired."""


class UnsubscribeService:
    """Keeps who wants none of a form's mails. Each method is safe to repeat, and may raise StorageUnavailableError."""

    def __init__(self, *, unsubscriptions: Unsubscriptions, clock: Clock) -> None:
        self._unsubscriptions = unsubscriptions
        self._clock = clock

    def is_unsubscribed(self, submission: Submission) -> bool:
        """Whether the registrant has refused the form's mails."""
        return self._unsubscriptions.holds(submission)

    def unsubscribe(self, submission: Submission) -> None:
        """Send the registrant none of the form's mails that aren't about the contract."""
        self._unsubscriptions.add(submission, expires_at=self._clock.now() + KEPT)

    def subscribe(self, submission: Submission, *, by: str = REGISTRANT) -> None:
        """Send the registrant these mails again. by: see `Event`."""
        if self._unsubscriptions.holds(submission):
            self._unsubscriptions.lift(submission, by=by)
