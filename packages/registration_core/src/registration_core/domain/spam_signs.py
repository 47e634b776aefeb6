"""Spam signs in words: why a submission was suspected when it arrived."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.domain.submission import Submission

_WORDS = {
    "honeypot": "the hidden field was filled in",
    "quick": "sent {} s after the page was opened",
    "links": "it has too many links ({})",
    "name": "the name contains a link or an address",
}


def why_spam(submission: Submission) -> str:
    """Say why a submission was suspected on arrival; empty if it was not."""
    return sign_in_words(submission.spam_sign or "")


def sign_in_words(stored: str) -> str:
    """Describe a spam sign. stored: as the submission stores it."""
    sign, _, measure = stored.partition(" ")
    return _WORDS.get(sign, sign).format(measure)
