"""Mail through SES v1, as raw MIME: the same bytes whatever the emulator or the region."""

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
from registration_core.domain.errors import MailerError, MailRefusedError, RollcallError, SettingsError
from registration_core.domain.lines import on_one_line
from registration_core.domain.ports import Mailer

if TYPE_CHECKING:
    from registration_core.domain.mail import Attachment, OutgoingMail

CLIENT_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})
"""For the SES client: a send whose answer got lost must not be repeated by the SDK, or a visitor is mailed twice."""

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
"""What no attempt mends by itself; a missing permission or a paused account is mended by an operator, then redriven."""
NOT_NOW = frozenset({"Throttling", "ThrottlingException", "ServiceUnavailable", "TooManyRequestsException"})
NEVER_ARRIVED = (ConnectTimeoutError, EndpointConnectionError)
_SUBJECT_LETTERS = 200


class MailUncertainError(RollcallError):
    """Whether SES took the mail is not known: its answer got lost. No MailerError, for that says "not sent"."""

    code = "mail_uncertain"


class SesMailer(Mailer):
    """Sends through one SES client, from one sender.

    sender: an address, or `Name <address>`. Raises SettingsError when it is neither.
    """

    def __init__(self, ses_client: Any, *, sender: str, configuration_set: str) -> None:  # noqa: ANN401 - boto3 ships no types
        self._client = ses_client
        self._sender = parse_sender(sender)
        self._configuration_set = configuration_set

    def send(self, mail: OutgoingMail) -> str:
        """Send one mail and return SES's message ID.

        Raises MailerError, MailRefusedError, or MailUncertainError when the answer got lost on the way.
        """
        data = compose(mail, self._sender)
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
    """Make the message: text, HTML that says the same, and files; ASCII on the wire; SES adds date and message ID.

    Raises MailRefusedError for an address or a subject that no mail can carry.
    """
    message = EmailMessage(policy=POLICY)
    try:
        subject = _subject_line(mail.subject)
        message["From"] = sender
        message["To"] = [_address(address) for address in mail.to]
        if mail.reply_to is not None:
            message["Reply-To"] = _address(mail.reply_to)
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(mail.text, cte="quoted-printable")
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        for attachment in mail.attachments:
            _attach(message, attachment)
        return subject + message.as_bytes()
    except (ValueError, IndexError, MessageError) as error:
        raise MailRefusedError("An address or the subject is not valid in a mail header.") from error


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    """Add a file as it is, byte for byte."""
    message.add_attachment(
        attachment.content, maintype="application", subtype="octet-stream", filename=attachment.filename
    )
    part = list(message.iter_attachments())[-1]
    part.replace_header("Content-Type", attachment.content_type)


def parse_sender(text: str) -> Address:
    """Read `a@b` or `Name <a@b>`; a domain in other letters is written the way mail servers know it.

    Raises SettingsError when it is neither.
    """
    name, spec = "", text.strip()
    if spec.endswith(">"):
        name, _, spec = spec[:-1].rpartition("<")
    local, _, domain = spec.rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode()}"
        return Address(display_name=_one_line(name).strip('" '), addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise SettingsError(
            f'The sender "{text}" is not an e-mail address. Use a@example.org or Name <a@example.org>.'
        ) from error


def _address(text: str) -> Address:
    if not text.isascii():
        raise ValueError("SES takes ASCII addresses only")
    return Address(addr_spec=text)


def _subject_line(text: str) -> bytes:
    """Write the subject so that it arrives letter by letter.

    It is encoded here: `EmailMessage` reads an encoded word (RFC 2047) that stands in the text, and writes what it
    means, line ends and all.
    """
    line = _one_line(text)
    plain = line.isascii() and "=?" not in line
    header = Header(line, "us-ascii" if plain else "utf-8", header_name="Subject")
    return f"Subject: {header.encode(linesep=POLICY.linesep)}{POLICY.linesep}".encode("ascii")


def _one_line(text: str) -> str:
    """Keep what can be printed, on one line that fits the 998 letters of RFC 5322 even when each is encoded."""
    return on_one_line(text).strip()[:_SUBJECT_LETTERS]


def _translated(error: ClientError) -> MailerError | MailUncertainError:
    details = error.response.get("Error", {})
    code, said = str(details.get("Code", "")), str(details.get("Message", ""))
    if code in REFUSED:
        return MailRefusedError(f"SES refused the mail: {code}: {said}")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in NOT_NOW or status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return MailerError(f"SES did not accept the mail: {code}: {said}")
    return MailUncertainError(f"SES failed: {code}: {said}")
