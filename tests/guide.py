"""The guide for staff as tests read it: its commands, line by line."""

from __future__ import annotations

import re
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "staff.md"

#: What goes beyond the stack, or needs an administrator: keys, signing in, deploying, starting and stopping the local
#: system, writing an organisation's files. Tests of those commands run these lines, over fakes or in a copy.
BEYOND = (
    *("rollcall infra", "rollcall keys", "rollcall login", "rollcall local up", "rollcall local down"),
    *("rollcall new", "rollcall forms language", "rollcall restore"),
)


def lines() -> list[str]:
    """Every command of the guide's blocks once, in order."""
    found: list[str] = re.findall(r"^ *(rollcall .+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    return list(dict.fromkeys(found))


def beyond(*beginnings: str) -> list[str]:
    """The lines that begin so, of those that go beyond the stack."""
    assert set(beginnings) <= set(BEYOND)
    found = [line for line in lines() if line.startswith(beginnings)]
    assert found, beginnings
    return found
