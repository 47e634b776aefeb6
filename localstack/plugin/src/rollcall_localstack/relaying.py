"""SES whose raw mails also go to an SMTP server: SMTP_HOST=host:port."""

from __future__ import annotations

import logging
import os
import smtplib
from email import message_from_bytes
from email.utils import getaddresses
from typing import Any

from localstack.aws.api import handler
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service
from localstack.services.ses.provider import SesProvider

LOG = logging.getLogger(__name__)


class RelayingSes(SesProvider):  # type: ignore[misc]
    """LocalStack's SES, and a copy of each raw mail by SMTP."""

    @handler("SendRawEmail")  # type: ignore[untyped-decorator]
    def send_raw_email(
        self,
        context: Any,  # noqa: ANN401 - LocalStack's class
        raw_message: dict[str, Any],
        source: str | None = None,
        destinations: list[str] | None = None,
        **more: Any,  # noqa: ANN401 - LocalStack's arguments
    ) -> Any:  # noqa: ANN401 - LocalStack's class
        """Send the mail as LocalStack does, then relay it."""
        answer = super().send_raw_email(context, raw_message, source, destinations, **more)
        content = raw_message["Data"]
        relay(content.encode() if isinstance(content, str) else content, source, destinations)
        return answer


def relay(content: bytes, source: str | None, destinations: list[str] | None) -> None:
    """Send a mail's bytes to the SMTP server."""
    message = message_from_bytes(content)
    headers = ("To", "Cc", "Bcc")
    named = getaddresses([str(value) for header in headers for value in message.get_all(header, [])])
    sender = source or getaddresses([str(message["From"])])[0][1]
    host, _, port = os.environ["SMTP_HOST"].partition(":")
    try:
        with smtplib.SMTP(host, int(port)) as smtp:
            smtp.sendmail(sender, destinations or [address for _, address in named], content)
    except ConnectionRefusedError:  # SES accepted the mail, whether a mailbox listens here or not
        LOG.warning("No SMTP server listens at %s. The mail is only in LocalStack.", os.environ["SMTP_HOST"])


def service() -> Any:  # noqa: ANN401 - LocalStack's class
    """Return SES with the relay."""
    return Service.for_provider(RelayingSes(), dispatch_table_factory=MotoFallbackDispatcher)
