"""Sendings: a form's own mail that staff send to many, such as news of a new room."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_DIGEST_LETTERS = 16


@dataclass(frozen=True, slots=True)
class Sending:
    """One sending. It mails nobody twice, however often it is repeated.

    digest: of its text, to recognise the same text. number: 1, and one more each time staff send
    the same text again on purpose. template: the mail's name. values: staff's values for it. by:
    the IAM principal who started it. ended_at: when all of it was queued; None if it may have been
    interrupted.
    """

    digest: str
    number: int
    form: str
    template: str
    values: Mapping[str, str]
    by: str
    at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    @property
    def id(self) -> str:
        """The sending's ID on queues and in mails' items."""
        return sending_id(self.digest, self.number)


def sending_digest(form: str, template: str, values: Mapping[str, str]) -> str:
    """Return a digest of a sending's text, whoever it goes to."""
    content = json.dumps([form, template, dict(values)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()[:_DIGEST_LETTERS]


def sending_id(digest: str, number: int) -> str:
    """Return a sending's ID."""
    return f"{digest}-{number}"


def parse_sending_id(text: str) -> tuple[str, int]:
    """Return the digest and number from a sending's ID. Raises ValueError."""
    digest, _, number = text.rpartition("-")
    if not digest:
        raise ValueError("this is not a sending's ID")
    return digest, int(number)
