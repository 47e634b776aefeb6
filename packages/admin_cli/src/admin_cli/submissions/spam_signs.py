"""Suspected spam: how many submissions there are."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from admin_cli.submissions.lookup import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from admin_cli.stack import Stack

#: The count stops here, because each one takes time.
MOST_COUNTED = 100


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
