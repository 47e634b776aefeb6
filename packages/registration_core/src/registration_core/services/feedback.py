"""Feedback: what became of mails after SES accepted them, and which addresses to suppress."""

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
"""A mailbox may work again. Someone who complained doesn't want our mails."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """The mail service's report about one mail.

    request: the mail's request; None for a mail without tags, such as one sent by hand. lost: the
    addresses that bounced permanently or complained.
    """

    state: MailState
    request: MailRequest | None = None
    lost: tuple[str, ...] = ()


class FeedbackService:
    """Records outcomes, and suppresses addresses."""

    def __init__(self, *, outcomes: MailOutcomes, suppressions: SuppressionList, clock: Clock) -> None:
        self._outcomes = outcomes
        self._suppressions = suppressions
        self._clock = clock

    def take(self, feedback: Feedback) -> bool:
        """Record a mail's outcome, and return whether that changed its state. Safe to repeat.

        Raises StorageUnavailableError; the same feedback may come again.
        """
        for address in feedback.lost:
            expires_at = self._clock.now() + SUPPRESSED_FOR[feedback.state]
            self._suppressions.add(address, reason=feedback.state, expires_at=expires_at)
        return feedback.request is not None and self._outcomes.note(feedback.request, feedback.state)
