"""What an examination finds: how it stands, in a sentence, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How one thing stands. Only FAILURE makes the command fail; SKIPPED was not examined."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined. mend: what to do, for all that is not well."""

    check: str
    health: Health
    says: str
    mend: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Give it as `--json` prints it."""
        return {"check": self.check, "health": str(self.health), "says": self.says, "mend": self.mend}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says; its name is added where it is run."""

    health: Health
    says: str
    mend: str | None = None


def well(says: str) -> Verdict:
    """Say that it is as it should be."""
    return Verdict(Health.OK, says)


def worth_a_look(says: str, mend: str) -> Verdict:
    """Say that it works, but perhaps not as it was meant."""
    return Verdict(Health.WARNING, says, mend)


def wrong(says: str, mend: str) -> Verdict:
    """Say that it does not work."""
    return Verdict(Health.FAILURE, says, mend)


def not_examined(says: str) -> Verdict:
    """Say why there is nothing to say."""
    return Verdict(Health.SKIPPED, says)
