"""Mails: which there are, what asks for one, and what is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MailKind(StrEnum):
    """confirmed: to the registrant. staff: to the form's staff."""

    CONFIRMED = "confirmed"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class MailRequest:
    """What stands in the mail queue: no personal data. version: the entry's version that called for the mail."""

    id: str
    kind: MailKind
    version: int


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail's content. subject: one line without control characters. text and html say the same."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail as handed to a Mailer. to, reply_to: bare ASCII addresses that were checked."""

    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    reply_to: str | None = None
