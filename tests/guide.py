"""The guides as tests read them: the staff guide's commands line by line, and the operator's guide."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"

GUIDE = DOCS / "staff.md"

OPTIONS = (DOCS / "options.md").read_text(encoding="utf-8")

OPERATORS = (DOCS / "operator.md").read_text(encoding="utf-8") + OPTIONS
"""What an operator reads: the guide, then the options."""

#: Commands that go beyond the stack or need an administrator: keys, signing in, who may sign in, deploying, starting
#: and stopping the local system, writing an organisation's files. Their own tests run these lines, with fakes or
#: in a copy.
BEYOND = (
    *(
        "rollcall infra",
        "rollcall keys",
        "rollcall login",
        "rollcall logout",
        "rollcall local up",
        "rollcall local down",
    ),
    *(
        "rollcall new",
        "rollcall forms language",
        "rollcall forms embed",
        "rollcall restore",
        "rollcall staff",
        "rollcall webhook",
    ),
)


def lines() -> list[str]:
    """Return every command of the guide's code blocks once, in order."""
    commands: list[str] = re.findall(r"^ *(rollcall .+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    return list(dict.fromkeys(commands))


def beyond(*beginnings: str) -> list[str]:
    """Return the lines that begin like this, of those that go beyond the stack."""
    assert all(beginning.startswith(BEYOND) for beginning in beginnings)
    matching = [line for line in lines() if line.startswith(beginnings)]
    assert matching, beginnings
    return matching
