"""What the page on which a registrant changes answers sends: its fields, and which of them the registrant touched."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lambda_handlers.shown_fields import typed_values
from registration_core.domain.date_parts import with_whole_dates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission

VERSION, SEEN, WAIT = "_version", "_seen", "_wait"
"""The page's own fields: the version and the answers that it was made with, and the tick for the waiting list."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the page sent: its fields, and those that the registrant touched."""

    fields: Mapping[str, object]
    touched: Mapping[str, object]
    version: int
    may_wait: bool

    def over(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Return the stored answers with what the registrant typed in their place."""
        return {**stored, **{name: self.fields.get(name) for name in self.touched}}


def read_changes(form: Form, offered: Mapping[str, object], fields: Mapping[str, object]) -> Sent:
    """Read what the page sent. Answers that are as the page showed them count as untouched."""
    whole = with_whole_dates(form, fields)
    try:
        seen = json.loads(str(fields.get(SEEN, "")))
        seen = seen if isinstance(seen, dict) else {}
    except (ValueError, RecursionError):
        seen = {}
    version = str(fields.get(VERSION, ""))
    return Sent(
        whole,
        {name: whole.get(name) for name in offered if _plain(whole.get(name)) != seen.get(name)},
        int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,  # noqa: PLR2004
        bool(fields.get(WAIT)),
    )


def seen_answers(submission: Submission, offered: Mapping[str, object]) -> str:
    """Return the answers that a page shows, for the page to send along: see `read_changes`."""
    return json.dumps({name: _plain(submission.answers.get(name)) for name in offered})


def _plain(answer: object) -> list[str]:
    """Return an answer as texts that compare equal whether it is stored or was sent by a browser."""
    if answer is True:
        return ["yes"]
    return [text for value in typed_values(answer) if (text := value.replace("\r\n", "\n").strip())]
