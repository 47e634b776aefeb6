"""Mail through SES v1 as raw MIME, so that the bytes don't depend on the region or emulator."""

from __future__ import annotations

from email import policy
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from registration_core.adapters.ses_events import message_tags
from registration_core.domain.errors import (
    MailerError,
    MailRefusedError,
    OutOfTimeError,
    RollcallError,
    SettingsError,
)
from registration_core.domain.ports import Mailer
from registration_core.domain.single_line import on_one_line

if TYPE_CHECKING:
    from registration_core.adapters.dynamodb.retries import Deadline
    from registration_core.domain.mail import Attachment, OutgoingMail

CLIENT_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})
"""For the SES client: the SDK must not repeat a send whose response got lost, or a registrant gets two mails."""

POLICY = policy.SMTP.clone(cte_type="7bit")

REFUSED = frozenset(
    {
        "InvalidParameterValue",
        "MailFromDomainNotVerified",
        "MailFromDomainNotVerifiedException",
        "MessageRejected",
        "ValidationError",
    }
)
"""Errors that no retry fixes. A missing permission or a paused account isn't one: operators fix it and redrive."""
NOT_NOW = frozenset({"Throttling", "ThrottlingException", "ServiceUnavailable", "TooManyRequestsException"})
NEVER_ARRIVED = (ConnectTimeoutError, EndpointConnectionError)
_SUBJECT_LETTERS = 200


class MailUncertainError(RollcallError):
    """SES's response got lost, so the mail may have been sent. Not a MailerError, which means "not sent"."""

    code = "mail_uncertain"


class SesMailer(Mailer):
    """Sends mails through SES from one sender.

    sender: an address, or `Name <address>`. Raises SettingsError if it is neither. deadline: after
    it, no mail is sent.
    """

    def __init__(
        self,
        ses_client: Any,  # noqa: ANN401 - boto3 ships no types
        *,
        sender: str,
        configuration_set: str,
        deadline: Deadline,
    ) -> None:
        self._client = ses_client
        self._deadline = deadline
        self._sender = parse_sender(sender)
        self._configuration_set = configuration_set

    def send(self, mail: OutgoingMail) -> str:
        """Send one mail and return SES's message ID.

        Raises MailerError, MailRefusedError, OutOfTimeError, or MailUncertainError if the response
        got lost.
        """
        data = compose(mail, self._sender)
        if self._deadline.left_s() < 0:
            raise OutOfTimeError("The mail was not sent: there is too little time left to send and record it.")
        try:
            answer = self._client.send_raw_email(
                Source=self._sender.addr_spec,
                Destinations=list(mail.to),
                RawMessage={"Data": data},
                ConfigurationSetName=self._configuration_set,
                Tags=message_tags(mail.request) if mail.request is not None else [],
            )
        except ClientError as error:
            raise _translated(error) from error
        except NEVER_ARRIVED as error:
            raise MailerError(f"SES could not be reached: {error}") from error
        except BotoCoreError as error:
            raise MailUncertainError(f"SES did not answer: {error}") from error
        return str(answer["MessageId"])


def compose(mail: OutgoingMail, sender: Address) -> bytes:
    """Return the message as ASCII: text, HTML and attachments. SES adds the date and message ID.

    Raises MailRefusedError if an address or the subject isn't valid in a mail.
    """
    message = EmailMessage(policy=POLICY)
    try:
        first_lines = _subject_line(mail.subject) + _unsubscribe_lines(mail.unsubscribe_url)
        message["From"] = sender
        message["To"] = [_address(address) for address in mail.to]
        if mail.reply_to is not None:
            message["Reply-To"] = _address(mail.reply_to)
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(mail.text, cte="quoted-printable")
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        for attachment in mail.attachments:
            if attachment.content_id is not None:
                _show(message, attachment, attachment.content_id)
        for attachment in mail.attachments:
            if attachment.content_id is None:
                _attach(message, attachment)
        return first_lines + message.as_bytes()
    except (ValueError, IndexError, MessageError) as error:
        raise MailRefusedError("An address or the subject is not valid in a mail header.") from error


def _show(message: EmailMessage, image: Attachment, content_id: str) -> None:
    """Put an image beside the HTML that shows it (RFC 2387). Some mail programs list it as a file, too."""
    page = message.get_body(preferencelist=("html", "related"))
    assert isinstance(page, EmailMessage)  # noqa: S101 - `compose` has added it
    maintype, _, subtype = image.content_type.partition("/")
    page.add_related(
        image.content, maintype, subtype, cid=f"<{content_id}>", disposition="inline", filename=image.filename
    )


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    """Attach a file, byte for byte."""
    message.add_attachment(
        attachment.content, maintype="application", subtype="octet-stream", filename=attachment.filename
    )
    part = list(message.iter_attachments())[-1]
    part.replace_header("Content-Type", attachment.content_type)


def parse_sender(text: str) -> Address:
    """Read `a@b` or `Name <a@b>`, with an internationalised domain in its ASCII form.

    Raises SettingsError if it is neither.
    """
    name, spec = "", text.strip()
    if spec.endswith(">"):
        name, _, spec = spec[:-1].rpartition("<")
    local, _, domain = spec.rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode()}"
        return Address(display_name=_one_line(name).strip('" '), addr_spec=address)
    except (ValueError, IndexError, AttributeError, MessageError) as error:  # `a@[` is an AttributeError in Python
        raise SettingsError(
            f'The sender "{text}" is not an e-mail address. Use a@example.org or Name <a@example.org>.'
        ) from error


def _address(text: str) -> Address:
    if not text.isascii():
        raise ValueError("SES accepts only ASCII addresses")
    return Address(addr_spec=text)


def _subject_line(text: str) -> bytes:
    """Return the subject's header line, encoded so that it arrives unchanged.

    We encode it here, because `EmailMessage` decodes an encoded word (RFC 2047) in the text and
    writes what it means, line breaks included.
    """
    line = _one_line(text)
    plain = line.isascii() and "=?" not in line
    header = Header(line, "us-ascii" if plain else "utf-8", header_name="Subject")
    return f"Subject: {header.encode(linesep=POLICY.linesep)}{POLICY.linesep}".encode("ascii")


def _unsubscribe_lines(url: str | None) -> bytes:
    """Return the headers for a link that stops such mails (RFC 2369), in one click without a page (RFC 8058).

    `EmailMessage` would fold or encode the long link, and mail programs may then not recognise it.
    """
    if url is None:
        return b""
    lines = (f"List-Unsubscribe: <{url}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    return "".join(f"{line}{POLICY.linesep}" for line in lines).encode("ascii")


def _one_line(text: str) -> str:
    """Return printable text on one line, which fits RFC 5322's 998 characters even if each one is encoded."""
    return on_one_line(text).strip()[:_SUBJECT_LETTERS]


def _translated(error: ClientError) -> MailerError | MailUncertainError:
    details = error.response.get("Error", {})
    code, message = str(details.get("Code", "")), str(details.get("Message", ""))
    if code in REFUSED:
        return MailRefusedError(f"SES refused the mail: {code}: {message}")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in NOT_NOW or status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return MailerError(f"SES did not accept the mail: {code}: {message}")
    return MailUncertainError(f"SES failed: {code}: {message}")
