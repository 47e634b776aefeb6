"""Errors of the mails that staff ask for."""

from __future__ import annotations

from registration_core.domain.errors import RollcallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime


class MailNotFittingError(RollcallError):
    """What the mail says is no longer true of the submission, so it isn't sent. The message says why."""

    code = "mail_not_fitting"


class MailedLatelyError(RollcallError):
    """The same mail was sent or asked for a moment ago. at: when, aware."""

    code = "mailed_lately"

    def __init__(self, message: str, *, at: datetime) -> None:
        super().__init__(message)
        self.at = at


class SuppressedError(RollcallError):
    """The registrant's address is suppressed, so that they would get no mail."""

    code = "suppressed"

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is suppressed: an earlier mail to it bounced for good, or was reported as spam.")


class NoStaffError(RollcallError):
    """The form has no staff to mail."""

    code = "no_staff"

    def __init__(self, form: str) -> None:
        super().__init__(f"The form {form} has no staff to mail.")


class MailAskedError(RollcallError):
    """Someone else asked for the same mail at the same time. Nothing was stored."""

    code = "mail_asked"


class SendingNotFoundError(RollcallError):
    """There is no such sending, or it has expired."""

    code = "sending_not_found"

    def __init__(self, sending: str) -> None:
        super().__init__(f'There is no sending "{sending[:60]}".')


class DeadLettersError(RollcallError):
    """The dead-letter queue could not be read, or its messages could not be moved. Nothing was lost."""

    code = "dead_letters"


class AccountSuppressionsDeniedError(RollcallError):
    """The caller may not read or change the mail provider's suppression list. action: the permission they lack."""

    code = "account_suppressions_denied"

    def __init__(self, action: str) -> None:
        super().__init__(f"Your role can't use SES's suppression list. It lacks {action}.")
        self.action = action


class ChangesGoneError(RollcallError):
    """The table's stream no longer has these changes, because it keeps them for a day."""

    code = "changes_gone"
