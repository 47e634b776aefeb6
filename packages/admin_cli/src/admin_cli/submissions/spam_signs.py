"""Suspected spam: how much there is, and why, in words."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from admin_cli.submissions.lookup import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from admin_cli.stack import Stack
    from registration_core.domain.submission import Submission

#: More than these are not counted: each costs the reader of a list time.
MOST_COUNTED = 100

_WORDS = {
    "honeypot": "the hidden field was filled in",
    "quick": "sent {} s after the page was opened",
    "links": "it has too many links ({})",
    "name": "the name contains a link or an address",
}


def suspected(stack: Stack, forms: Iterable[str]) -> str:
    """Say how many submissions of these forms are suspected spam now; empty when none is.

    Raises StorageUnavailableError.
    """
    journal = stack.journal()
    every = chain.from_iterable(journal.spam(form) for form in forms)
    many = sum(1 for _ in islice(every, MOST_COUNTED + 1))
    if many > MOST_COUNTED:
        return f"More than {MOST_COUNTED} submissions"
    return counted(many) if many else ""


def why_spam(entry: Submission) -> str:
    """Say why an entry was suspected when it came; nothing when it was not."""
    return sign_in_words(entry.spam_sign or "")


def sign_in_words(stored: str) -> str:
    """Say in words why something was suspected. stored: as an entry keeps it."""
    sign, _, measure = stored.partition(" ")
    return _WORDS.get(sign, sign).format(measure)
