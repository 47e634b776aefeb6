"""Search: submissions by an address, a reference, an ID, a name or a phone number."""

from __future__ import annotations

import re

from registration_core.domain.errors import InvalidFilterError, InvalidReferenceError, SubmissionNotFoundError
from registration_core.domain.identifiers import parse_reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Submission
    from registration_core.services.query import QueryService

_ALL, _LONGEST = 10_000, 320
_ID = re.compile(r"[a-z]{2,8}_[0-9A-Za-z]{26}")
_REFERENCE = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[0-9A-Za-z]{4}[- ]?[0-9A-Za-z]{4}")


def read_search(what: str) -> str:
    """Return what to look for. Raises InvalidFilterError, or InvalidReferenceError for a mistyped reference."""
    what = what.strip()
    if not what.strip(" '\u2019"):
        raise InvalidFilterError("Give an address, a reference or a name to search for.")
    if len(what) > _LONGEST:
        raise InvalidFilterError(f"What you search for can have {_LONGEST} characters.")
    if _REFERENCE.fullmatch(what):
        parse_reference(what)
    return what


def indexed(query: QueryService, what: str, chosen: Selection) -> Sequence[Submission] | None:
    """Return what an index finds: by address, newest first, or by reference or ID.

    what: from `read_search`. None if it is a name or a number, for which every submission must be
    read and asked `query.named`. Raises SubmissionNotFoundError for an unknown reference or ID.
    """
    if "@" in what:
        return [submission for submission in query.by_email(what, limit=_ALL) if chosen.admits(submission)]
    if _ID.fullmatch(what) or _REFERENCE.fullmatch(what):
        return [query.show(what).submission]
    try:  # a reference of only letters or only digits may also be a name or a number
        parse_reference(what)
        return [query.show(what).submission]
    except (InvalidReferenceError, SubmissionNotFoundError):
        return None
