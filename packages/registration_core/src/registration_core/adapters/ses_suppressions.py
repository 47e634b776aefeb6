"""SES's suppression list: for the whole account in one region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from registration_core.domain.errors import MailerError
from registration_core.domain.mail_errors import AccountSuppressionsDeniedError
from registration_core.domain.mail_ports import AccountSuppressions

if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_THERE = "NotFoundException"
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})


class SesAccountSuppressions(AccountSuppressions):
    """SES v2's account-level suppression list.

    Source: SES API v2 Reference, GetSuppressedDestination and DeleteSuppressedDestination.
    """

    def __init__(self, sesv2_client: Any) -> None:  # noqa: ANN401 - boto3 ships no types
        self._client = sesv2_client

    def holds(self, address: str) -> bool:
        """Whether SES suppresses exactly this address."""
        return self._asked(self._client.get_suppressed_destination, address)

    def lift(self, address: str) -> bool:
        """Remove this address from SES's list. Return False if it isn't on it."""
        return self._asked(self._client.delete_suppressed_destination, address)

    @staticmethod
    def _asked(call: Callable[..., object], address: str) -> bool:
        try:
            call(EmailAddress=address)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code == _NOT_THERE:
                return False
            if code in _DENIED:
                raise AccountSuppressionsDeniedError(f"ses:{error.operation_name}") from error
            raise MailerError(f"SES's suppression list could not be reached: {error}") from error
        except BotoCoreError as error:
            raise MailerError(f"SES's suppression list could not be reached: {error}") from error
        return True
