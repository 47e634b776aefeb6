"""Sendings: a form's own mail that the staff send to many, such as that a course moved to another room."""

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
    """One sending. Nobody is mailed twice by it, however often it is asked for.

    digest: of what it says, so that the same words are known again. number: 1, and one more for each time the staff
    sent the same words anew on purpose. template: the mail's name. values: what the staff gave it to say. by: the IAM
    principal who began it. ended_at: when all of it was queued; None while it may have been broken off.
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
        """What stands for the sending in queues and in mails' items."""
        return sending_id(self.digest, self.number)


def sending_digest(form: str, template: str, values: Mapping[str, str]) -> str:
    """Return what two sendings of the same words have in common, whoever they go to."""
    said = json.dumps([form, template, dict(values)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()[:_DIGEST_LETTERS]


def sending_id(digest: str, number: int) -> str:
    """Return a sending's ID."""
    return f"{digest}-{number}"


def parse_sending_id(text: str) -> tuple[str, int]:
    """Return digest and number of a sending's ID. Raises ValueError."""
    digest, _, number = text.rpartition("-")
    if not digest:
        raise ValueError("this is no sending's ID")
    return digest, int(number)
