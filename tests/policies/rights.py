"""The rights that a policy grants, each of which can be taken away: a value of Action, Resource or a condition."""

from __future__ import annotations

import copy
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policies.evaluator import covers, is_allowed, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policies.evaluator import Call, Statement

AWS_ONLY = Path(__file__).with_name("aws_only.toml")


@dataclass(frozen=True)
class Right:
    """One value of a list in a statement, and where it is: (0, "Action") or (0, "Condition", operator, key)."""

    sid: str
    value: str
    place: tuple[Any, ...]

    def taken_from(self, statements: Sequence[Statement]) -> Statement:
        """Return its statement without it."""
        index, *path, last = self.place
        statement = copy.deepcopy(statements[index])
        part = statement
        for name in path:
            part = part[name]
        part[last] = [value for value in listed(part[last]) if value != self.value]
        return statement


def rights(statements: Sequence[Statement]) -> Iterator[Right]:
    """Return each right that the statements grant."""
    for index, statement in enumerate(statements):
        lists = {(index, name): statement[name] for name in ("Action", "Resource")}
        for operator, conditions in statement.get("Condition", {}).items():
            lists |= {(index, "Condition", operator, key): values for key, values in conditions.items()}
        for place, values in lists.items():
            yield from (Right(statement["Sid"], value, place) for value in listed(values))


def unused(statements: Sequence[Statement], calls: Sequence[Call]) -> Iterator[Right]:
    """Return each right without which every one of these calls, all allowed, would still be allowed."""
    needing = {index: list(only_allowed_by(statements, index, calls)) for index in range(len(statements))}
    for right in rights(statements):
        without = right.taken_from(statements)
        if all(covers(without, call) for call in needing[right.place[0]]):
            yield right


def only_allowed_by(statements: Sequence[Statement], index: int, calls: Sequence[Call]) -> Iterator[Call]:
    """Return the calls that no other statement allows."""
    others = [statement for number, statement in enumerate(statements) if number != index]
    return (call for call in calls if covers(statements[index], call) and not is_allowed(others, call))


@dataclass(frozen=True)
class AwsOnly:
    """Rights that AWS needs and no emulator asks for, with AWS's page and the reason.

    values: of the statement `sid`; without any, the whole statement.
    """

    who: list[str]
    sid: str
    values: list[str]
    why: str
    link: str

    def is_about(self, who: str, right: Right) -> bool:
        """Return whether this is about one right of somebody."""
        return who in self.who and right.sid == self.sid and (not self.values or right.value in self.values)


def aws_only() -> list[AwsOnly]:
    """Return the entries of aws_only.toml."""
    entries = tomllib.loads(AWS_ONLY.read_text(encoding="utf-8"))["rights"]
    return [AwsOnly(**{"values": []} | entry) for entry in entries]
