"""Suspected spam: how many submissions, and why."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from admin_cli.submissions.lookup import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from admin_cli.stack import Stack
    from registration_core.domain.submission import Submission

#: The count stops here, because each one takes time.
MOST_COUNTED = 100

_WORDS = {
    "honeypot": "the hidden field was filled in",
    "quick": "sent {} s after the page was opened",
    "links": "it has too many links ({})",
    "name": "the name contains a link or an address",
}


def suspected(stack: Stack, forms: Iterable[str]) -> str:
    """Say how many submissions of these forms are suspected spam now; empty if none.

    Raises StorageUnavailableError.
    """
    journal = stack.journal()
    suspects = chain.from_iterable(journal.spam(form) for form in forms)
    count = sum(1 for _ in islice(suspects, MOST_COUNTED + 1))
    if count > MOST_COUNTED:
        return f"More than {MOST_COUNTED} submissions"
    return counted(count) if count else ""


def why_spam(submission: Submission) -> str:
    """Say why a submission was suspected on arrival; empty if it was not."""
    return sign_in_words(submission.spam_sign or "")


def sign_in_words(stored: str) -> str:
    """Describe a spam sign. stored: as the submission stores it."""
    sign, _, measure = stored.partition(" ")
    return _WORDS.get(sign, sign).format(measure)
