"""What may go wrong when the staff have something mailed."""

from __future__ import annotations

from registration_core.domain.errors import RollcallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime


class MailNotFittingError(RollcallError):
    """The mail's words are not true of the submission now, so it is not sent; the message says why."""

    code = "mail_not_fitting"


class MailedLatelyError(RollcallError):
    """The same mail went out, or was asked for, a moment ago. at: when, aware."""

    code = "mailed_lately"

    def __init__(self, message: str, *, at: datetime) -> None:
        super().__init__(message)
        self.at = at


class MailAskedError(RollcallError):
    """Someone else asked for the very same mail at the same moment. Nothing was stored."""

    code = "mail_asked"


class SendingNotFoundError(RollcallError):
    """There is no such sending, or its time is over."""

    code = "sending_not_found"

    def __init__(self, sending: str) -> None:
        super().__init__(f'There is no sending "{sending[:60]}".')


class DeadLettersError(RollcallError):
    """The queue of dead letters could not be read, or what it held could not be moved. Nothing was lost."""

    code = "dead_letters"


class AccountSuppressionsDeniedError(RollcallError):
    """Whoever asks may not see, or not change, the mail provider's own list. action: the right they lack."""

    code = "account_suppressions_denied"

    def __init__(self, action: str) -> None:
        super().__init__(f"Your role can't use SES's suppression list. It lacks {action}.")
        self.action = action


class ChangesGoneError(RollcallError):
    """The table's stream keeps these changes no more: a day has passed."""

    code = "changes_gone"
