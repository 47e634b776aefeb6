"""Feedback: what became of mails after SES took them, and whom not to mail again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from registration_core.domain.mail import MailState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.domain.mail import MailRequest
    from registration_core.domain.mail_ports import MailOutcomes, SuppressionList
    from registration_core.domain.ports import Clock

SUPPRESSED_FOR = {MailState.BOUNCED: timedelta(days=180), MailState.COMPLAINED: timedelta(days=3650)}
"""A mailbox may come back; who complained does not want to hear from us again."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the mail service told of one mail.

    request: what called for the mail; None when the mail does not say, as one that was sent by hand. lost: the
    addresses that bounced for good, or complained.
    """

    state: MailState
    request: MailRequest | None = None
    lost: tuple[str, ...] = ()


class FeedbackService:
    """Notes outcomes, and suppresses addresses."""

    def __init__(self, *, outcomes: MailOutcomes, suppressions: SuppressionList, clock: Clock) -> None:
        self._outcomes = outcomes
        self._suppressions = suppressions
        self._clock = clock

    def take(self, feedback: Feedback) -> bool:
        """Note one mail's outcome, and return whether that changed its state; safe to repeat.

        Raises StorageUnavailableError; the same feedback may come again.
        """
        for address in feedback.lost:
            expires_at = self._clock.now() + SUPPRESSED_FOR[feedback.state]
            self._suppressions.add(address, reason=feedback.state, expires_at=expires_at)
        return feedback.request is not None and self._outcomes.note(feedback.request, feedback.state)
