"""Findings: how healthy something is, why, and how to fix it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How healthy one thing is. Only FAILURE makes the command fail; SKIPPED was not checked."""

    OK = "ok"
    REPAIRED = "repaired"
    WARNING = "warning"
    FAILURE = "failure"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. mend: how to fix it; None if there is nothing to fix."""

    check: str
    health: Health
    says: str
    mend: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Return it as `--json` prints it."""
        return {"check": self.check, "health": str(self.health), "says": self.says, "mend": self.mend}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check returns: a finding without the check's name."""

    health: Health
    says: str
    mend: str | None = None


def well(says: str) -> Verdict:
    """Return that all is well."""
    return Verdict(Health.OK, says)


def worth_a_look(says: str, mend: str) -> Verdict:
    """Return a warning: it works, but perhaps not as intended."""
    return Verdict(Health.WARNING, says, mend)


def wrong(says: str, mend: str) -> Verdict:
    """Return a failure."""
    return Verdict(Health.FAILURE, says, mend)


def not_examined(says: str) -> Verdict:
    """Return why it was not checked."""
    return Verdict(Health.SKIPPED, says)
