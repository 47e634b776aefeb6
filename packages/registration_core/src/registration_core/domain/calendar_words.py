"""What the staff's calendar says about a course's seats."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

CALENDAR_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {"seats": "{taken} of {capacity} seats taken", "waiting": "On the waiting list: {count}"},
    "sv": {"seats": "{taken} av {capacity} platser tagna", "waiting": "I kö: {count}"},
}
