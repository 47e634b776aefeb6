"""Policies of a form: whether it verifies addresses, and what counts as spam."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

WITHIN_HOURS = 48


@dataclass(frozen=True, slots=True)
class Verification:
    """A new submission is pending until its registrant opens the link in a mail.

    within_hours: how long it holds its seat.
    """

    within_hours: int = WITHIN_HOURS

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Verification:
        """Read the compiled form's part."""
        return cls(**data)

    def to_dict(self) -> dict[str, Any]:
        """Return the compiled form's part."""
        return {"within_hours": self.within_hours}


@dataclass(frozen=True, slots=True)
class SpamRules:
    """What makes a submission suspected spam.

    min_fill_s: the fewest seconds that a person needs to fill in the form; 0 turns this off.
    max_links: the most links in all typed answers together. honeypot: the name of the field that
    people don't see.
    """

    min_fill_s: int = 3
    max_links: int = 3
    honeypot: str = "further_remark"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SpamRules:
        """Read the compiled form's part, with defaults for what isn't set."""
        return cls(**data)

    def to_dict(self) -> dict[str, Any]:
        """Return the compiled form's part; empty if everything has its default."""
        names = ("min_fill_s", "max_links", "honeypot")
        return {name: getattr(self, name) for name in names if getattr(self, name) != getattr(SHIPPED_SPAM_RULES, name)}


SHIPPED_SPAM_RULES = SpamRules()
"""The rules of a form that sets none."""
