"""The IAM policy language, as far as the stack's policies use it: decides whether a call is allowed.

No emulator checks every condition, so tests ask this. What it doesn't know, it refuses loudly.

Source: IAM User Guide, "Policy evaluation logic", "IAM JSON policy elements: Condition operators"
and "Set operators for multivalued context keys".
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Statement = dict[str, Any]

ELEMENTS = {"Sid", "Effect", "Action", "Resource", "Condition", "Principal"}
"""What the stack's policies use of a statement: no NotAction, NotResource or NotPrincipal."""


@dataclass(frozen=True)
class Call:
    """What AWS checks: an action on a resource, with the condition keys of the request.

    service: the principal, if an AWS service calls; then only statements that name it count.
    """

    action: str
    resource: str
    context: Mapping[str, Sequence[str]] = field(default_factory=dict, hash=False)
    service: str | None = None


def is_allowed(statements: Sequence[Statement], call: Call) -> bool:
    """Return whether a statement allows the call and none denies it."""
    effects = {statement["Effect"] for statement in statements if covers(statement, call)}
    return effects == {"Allow"}


def covers(statement: Statement, call: Call) -> bool:
    """Return whether a statement is about this call.

    Raises ValueError if the statement uses what this module doesn't know.
    """
    if unknown := statement.keys() - ELEMENTS:
        raise ValueError(f"the evaluator doesn't know {', '.join(sorted(unknown))}")
    return (
        is_about(statement.get("Principal"), call.service)
        and any(is_like(call.action.lower(), pattern.lower()) for pattern in listed(statement["Action"]))
        and any(is_like(call.resource, pattern) for pattern in listed(statement["Resource"]))
        and all(
            holds(operator, listed(values), of(call.context, key))
            for operator, conditions in statement.get("Condition", {}).items()
            for key, values in conditions.items()
        )
    )


def is_about(principal: object, service: str | None) -> bool:
    """Return whether a statement's principal is the caller. An identity's own policy has none."""
    if principal is None or principal in ("*", {"AWS": "*"}):
        return True
    if not isinstance(principal, dict) or principal.keys() != {"Service"}:
        raise ValueError(f"the evaluator doesn't know the principal {principal}")
    return service in listed(principal["Service"])


def of(context: Mapping[str, Sequence[str]], key: str) -> Sequence[str]:
    """Return the values of a condition key, whose name ignores case; none if the request lacks it."""
    return next((values for name, values in context.items() if name.lower() == key.lower()), ())


def holds(operator: str, expected: Sequence[str], actual: Sequence[str]) -> bool:
    """Return whether one condition is true."""
    for_all = operator.startswith("ForAllValues:")
    name = operator.removeprefix("ForAllValues:")
    compare = OPERATORS.get(name.removesuffix("IfExists"))
    if compare is None:
        raise ValueError(f"the evaluator doesn't know the operator {operator}")
    negated = "Not" in name
    if not actual:
        return for_all or negated or name.endswith("IfExists")
    if len(actual) > 1 and not for_all:
        raise ValueError(f"{operator} compares one value, not {actual}")
    return all(any(compare(value, each) for each in expected) is not negated for value in actual)


def is_like(value: str, pattern: str) -> bool:
    """Return whether a value matches a pattern with * and ?."""
    return glob(pattern).fullmatch(value) is not None


@cache
def glob(pattern: str) -> re.Pattern[str]:
    """Compile a pattern: * is any text, ? is one character, nothing else is special."""
    parts = ({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in re.split(r"([*?])", pattern))
    return re.compile("".join(parts), re.DOTALL)


def is_arn_like(value: str, pattern: str) -> bool:
    """Compare each of an ARN's six parts by itself."""
    values, patterns = value.split(":", 5), pattern.split(":", 5)
    return len(values) == len(patterns) and all(map(is_like, values, patterns))


def is_in_network(value: str, network: str) -> bool:
    """Return whether an address is in a network."""
    return ipaddress.ip_address(value) in ipaddress.ip_network(network)


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "ArnEquals": is_arn_like,
    "ArnLike": is_arn_like,
    "Bool": lambda value, expected: value.lower() == expected.lower(),
    "IpAddress": is_in_network,
    "NotIpAddress": is_in_network,
    "StringEquals": lambda value, expected: value == expected,
    "StringLike": is_like,
    "StringNotEquals": lambda value, expected: value == expected,
}


def listed(value: str | Sequence[str]) -> list[str]:
    """Return the values of an element that may be one or a list."""
    return [value] if isinstance(value, str) else list(value)
