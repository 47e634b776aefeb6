"""Suspected spam: how much there is, and why, in words."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from admin_cli.stack import Stack
    from registration_core.domain.submission import Submission

#: Whoever is sent more than this has another trouble than to know how many more.
MOST_COUNTED = 1000

_WORDS = {
    "honeypot": "the field that people do not see was filled in",
    "quick": "sent {} s after the page was opened",
    "links": "it holds {} links",
    "name": "an address stands in the name",
}


def suspected(stack: Stack, forms: Iterable[str]) -> int:
    """Count what is suspected spam now in these forms, up to MOST_COUNTED of each. Raises StorageUnavailableError."""
    journal = stack.journal()
    return sum(sum(1 for _ in islice(journal.spam(form), MOST_COUNTED)) for form in forms)


def why_spam(entry: Submission) -> str:
    """Say why an entry was suspected when it came; nothing when it was not."""
    sign, _, measure = (entry.spam_sign or "").partition(" ")
    return _WORDS.get(sign, sign).format(measure)
