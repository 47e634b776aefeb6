"""Dead letters: mails and webhooks that could not be sent, and changes that dispatch could not read."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.mail import MailRequest
    from registration_core.domain.webhooks import Delivery


@dataclass(frozen=True, slots=True)
class ChangeSpan:
    """A range of the table's changes that dispatch failed on.

    stream, shard, first, last: its position in the stream. count: the number of changes. since,
    until: when they were made.
    """

    stream: str
    shard: str
    first: str
    last: str
    count: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message that we hold. since: when it was first queued.

    about: a mail that notify could not send, a webhook that deliver could not deliver, or changes
    that dispatch failed on; None for a message that Rollcall didn't write. handle: SQS's receipt,
    needed to release or remove the message.
    """

    id: str
    since: datetime
    about: MailRequest | Delivery | ChangeSpan | None
    handle: str
