"""What a form asks for besides answers: a verified address, and no spam."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

WITHIN_HOURS = 48


@dataclass(frozen=True, slots=True)
class Verification:
    """A new submission waits until its registrant follows the link in a mail.

    within_hours: how long it holds its seat meanwhile.
    """

    within_hours: int = WITHIN_HOURS

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Verification:
        """Read the compiled form's part."""
        return cls(**data)

    def to_dict(self) -> dict[str, Any]:
        """Return the part as it stands in the compiled form."""
        return {"within_hours": self.within_hours}


@dataclass(frozen=True, slots=True)
class SpamRules:
    """What makes a submission suspect.

    min_fill_s: filled in faster than a person could, in seconds; 0 turns it off. max_links: links
    that all typed answers may hold together. honeypot: the name of the field that people don't see.
    """

    min_fill_s: int = 3
    max_links: int = 3
    honeypot: str = "further_remark"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SpamRules:
        """Read the compiled form's part; what is not set has its default."""
        return cls(**data)

    def to_dict(self) -> dict[str, Any]:
        """Return the part as it stands in the compiled form; empty when all is by default."""
        names = ("min_fill_s", "max_links", "honeypot")
        return {name: getattr(self, name) for name in names if getattr(self, name) != getattr(SHIPPED_SPAM_RULES, name)}


SHIPPED_SPAM_RULES = SpamRules()
"""What holds for a form that says nothing of spam."""
