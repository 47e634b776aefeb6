"""Dead letters: what could not be mailed, or could not be told to be mailed, after many attempts."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.mail import MailRequest


@dataclass(frozen=True, slots=True)
class ChangeSpan:
    """A stretch of the table's changes that dispatch could not tell of.

    stream, shard, first, last: where they stand in the stream. count: how many. since, until: when they were made.
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
    """One message, held. since: when it was first queued.

    about: a mail that notify could not send, or changes that dispatch could not tell of; None for a message that
    nobody of ours wrote. handle: what gives it back or removes it.
    """

    id: str
    since: datetime
    about: MailRequest | ChangeSpan | None
    handle: str
