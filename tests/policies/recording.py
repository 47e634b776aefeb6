"""The calls that a run of the suites made, as the emulator recorded them: who did what on what.

`calls.jsonl` is the reviewed recording. Identifiers that differ from run to run are `x` in it.
`make record-calls` writes it anew.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policies.evaluator import Call, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REVIEWED = Path(__file__).with_name("calls.jsonl")

FRESH = os.environ.get("ROLLCALL_RECORDED")
"""The folder of a recording that a run of all tests just made; None in any other run."""

PEOPLE = re.compile(r":(?:assumed-role/rollcall-local-(\w+)/.*|user/(?:as-|rollcall-|staff-)([a-z]+))$")
"""The functions' roles and who stands for them, the deployer, and staff; others have policies of their own."""

CONDITION_KEYS = (
    "aws:RequestTag/Stack",
    "aws:ResourceTag/Stack",
    "dynamodb:LeadingKeys",
    "iam:PolicyARN",
    "lambda:FunctionArn",
    "ses:FromAddress",
)
"""What the policies ask of a call. The emulator doesn't check iam:PassRole, so it never provides that one's key."""

NEEDS_NO_RIGHT = "sts:GetCallerIdentity"
"""Source: STS API Reference, GetCallerIdentity: "No permissions are required"."""

IDENTIFIERS = (
    (r"(\brollcall-|^)[0-9a-f]{12}\b", r"\1local"),
    (
        (
            r"(:cloudfront::\d+:[a-z-]+/|:event-source-mapping:|/stream/|:::rollcall-local-(?:exports|site)-\d+/"
            r"|:::rollcall-local-files-\d+/(?:incoming|kept)/"
            r"|/restapis/|/tags/|:userpool/).+"
        ),
        r"\1x",
    ),
    (r"(:secret:rollcall/local(?:/[a-z-]+)?-)\w{6}$", r"\1xxxxxx"),
    (r"^((?!KEY)[A-Z]+#).+", r"\1x"),
    (r"^.*[0-9a-f]{12}(@example\.org)$", r"x\1"),
    (r"^([a-z]+#)\d{4}-\d\d$", r"\1x"),
)


@dataclass(frozen=True)
class Recorded:
    """A call, who made it, and whether the emulator allowed it."""

    who: str
    call: Call
    allowed: bool

    @property
    def line(self) -> str:
        """The call as a line of JSON, always the same for the same call."""
        call = self.call
        return json.dumps([self.who, call.action, call.resource, call.context, self.allowed], sort_keys=True)


def reviewed() -> list[Recorded]:
    """Return every different call of the reviewed recording."""
    return read([REVIEWED])


def made() -> list[Recorded]:
    """Return every different call of the fresh recording; of the reviewed one if there is none."""
    return read(sorted(Path(FRESH).glob("*.jsonl"))) if FRESH else reviewed()


def read(files: Iterable[Path]) -> list[Recorded]:
    """Return the different calls in these files."""
    every = {one.line: one for file in files for one in calls_in(file)}
    return [every[line] for line in sorted(every)]


def calls_in(file: Path) -> Iterator[Recorded]:
    """Return the calls of one file, without what differs from run to run."""
    for line in file.read_text(encoding="utf-8").splitlines():
        principal, action, resource, context, allowed = json.loads(line)
        person = PEOPLE.search(principal)
        if action != NEEDS_NO_RIGHT and (person or ":" not in principal):
            who = principal if person is None else person[1] or person[2]
            yield Recorded(who, Call(action, steady(resource), dict(conditions(context))), allowed)


def conditions(context: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Return the condition keys that the policies ask for, with AWS's spelling."""
    by_name = {name.lower(): value for name, value in context.items()}
    for key in CONDITION_KEYS:
        if value := by_name.get(key.lower()):
            yield key, sorted({steady(one) for one in listed(value)})


def steady(text: str) -> str:
    """Return an ARN or a key without the identifiers that differ from run to run."""
    for pattern, replacement in IDENTIFIERS:
        text = re.sub(pattern, replacement, text)
    return text


if __name__ == "__main__":
    calls = read(sorted(Path(sys.argv[1]).glob("*.jsonl")))
    REVIEWED.write_text("".join(f"{one.line}\n" for one in calls), encoding="utf-8")
    sys.stdout.write(f"{len(calls)} different calls are in {REVIEWED}. Review the difference, and commit it.\n")
