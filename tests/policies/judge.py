"""Checks policy documents against AWS's own definition data, and with parliament.

Runs in the environment `policies`: reads {name: document} as JSON from standard input, and prints
one finding per line. The data is the Service Authorization Reference, as policy_sentry packages it.
"""

from __future__ import annotations

import json
import re
import sys
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

import parliament
from policy_sentry.querying.all import get_all_service_prefixes
from policy_sentry.shared.iam_data import get_service_prefix_data

if TYPE_CHECKING:
    from collections.abc import Iterator

GLOBAL_KEYS = {
    "aws:requestedregion": "String",
    "aws:securetransport": "Bool",
    "aws:sourceaccount": "String",
    "aws:sourcearn": "ARN",
    "aws:sourceip": "IPAddress",
}
"""Keys of any request, with their types: IAM User Guide, "AWS global condition context keys"."""

FITTING = {
    "ArnEquals": {"ARN"},
    "ArnLike": {"ARN"},
    "Bool": {"Bool"},
    "ForAllValues:ArnLike": {"ArrayOfARN"},
    "ForAllValues:StringEquals": {"ArrayOfString"},
    "ForAllValues:StringLike": {"ArrayOfString"},
    "NotIpAddress": {"IPAddress"},
    "StringEquals": {"ARN", "String"},
    "StringLike": {"ARN", "String"},
    "StringNotEquals": {"ARN", "String"},
}
"""The types of key that each operator is for. ForAllValues is for keys with many values, and only for those."""

PLACEHOLDER = r"\$\{\w+\}"

ANY_PATH = "apigateway"
"""Its actions are HTTP methods on any path that the API has, and the data lists only those of its version 2.

Source: Service Authorization Reference, "… for Amazon API Gateway Management".
"""

DATED = {"RESOURCE_MISMATCH", "RESOURCE_STAR"}
"""What parliament checks with data from April 2025, and this module with newer data."""

UNAVOIDABLE = {"RESOURCE_POLICY_PRIVILEGE_ESCALATION"}
"""Whoever deploys a bucket writes its policy, and so could let themselves in. docs/security.md says so."""


def findings(document: dict[str, Any]) -> Iterator[str]:
    """Return what is wrong with a document."""
    for statement in document["Statement"]:
        where = statement.get("Sid", "?")
        entries = {entry: expanded(entry) for entry in listed(statement["Action"])}
        yield from (f"{where}: AWS has no action {entry}" for entry, actions in entries.items() if not actions)
        for entry, actions in entries.items():
            yield from (f"{where}: {problem}" for problem in misfits(entry, actions, statement))
        every = [action for actions in entries.values() for action in actions]
        for resource in listed(statement["Resource"]):
            if resource != "*" and not any(fits(action, resource) for action in every):
                yield f"{where}: no action of the statement works on {resource}"
    for finding in parliament.analyze_policy_string(json.dumps(document)).findings:
        if finding.issue not in DATED | UNAVOIDABLE:
            yield f"parliament: {finding.issue} {finding.title} {finding.detail} {finding.location}"


def misfits(entry: str, actions: list[dict[str, Any]], statement: dict[str, Any]) -> Iterator[str]:
    """Return why an entry of Action doesn't fit the statement's resources and conditions."""
    resources = listed(statement["Resource"])
    if actions and resources == ["*"] and not statement.get("Condition"):
        narrower = [action["privilege"] for action in actions if set(action["resource_types"]) - {""}]
        if len(narrower) == len(actions):
            yield f"{entry} works on single resources, and the statement allows all"
    elif actions and not any(fits(action, resource) for action in actions for resource in resources):
        yield f"{entry} works on none of the statement's resources"
    for operator, conditions in statement.get("Condition", {}).items():
        for key in conditions:
            kinds = {f"{action['prefix']}:{action['privilege']}": kind_of(action, key) for action in actions}
            yield from (f"{name} doesn't provide {key}" for name, kind in kinds.items() if kind is None)
            if set(kinds.values()) - {None, *FITTING[operator.removesuffix("IfExists")]}:
                yield f"{operator} doesn't fit the type of {key}"


def expanded(entry: str) -> list[dict[str, Any]]:
    """Return every action that an entry of Action names, with the prefix of its service."""
    prefix, _, pattern = entry.partition(":")
    if prefix not in get_all_service_prefixes():
        return []
    service = get_service_prefix_data(prefix)
    return [
        action | {"prefix": prefix}
        for name, action in service["privileges"].items()
        if fnmatchcase(name.lower(), pattern.lower())
    ]


def fits(action: dict[str, Any], resource: str) -> bool:
    """Return whether an action works on a resource; one without resources works only on all."""
    kinds = set(action["resource_types"]) - {""}
    if not kinds or resource == "*":
        return resource == "*"
    types = get_service_prefix_data(action["prefix"])["resources"]
    arns = (types[kind]["arn"] for kind in (types if action["prefix"] == ANY_PATH else kinds & types.keys()))
    return any(meet(resource, re.sub(PLACEHOLDER, "*", arn)) for arn in arns)


@cache
def meet(one: str, other: str) -> bool:
    """Return whether some text matches both patterns."""
    if not one or not other:
        return set(one + other) <= {"*"}
    if one[0] == "*":
        return meet(one[1:], other) or meet(one, other[1:])
    if other[0] == "*":
        return meet(other, one)
    return (one[0] == other[0] or "?" in (one[0], other[0])) and meet(one[1:], other[1:])


def kind_of(action: dict[str, Any], key: str) -> str | None:
    """Return the type of a condition key, or None if the action doesn't provide it."""
    if key.lower() in GLOBAL_KEYS:
        return GLOBAL_KEYS[key.lower()]
    service = get_service_prefix_data(action["prefix"])
    resources = [kind for kind in action["resource_types"] if kind]
    keys = [one for kind in action["resource_types"].values() for one in kind["condition_keys"]]
    keys += [one for kind in resources for one in service["resources"].get(kind, {}).get("condition_keys", [])]
    for name in keys:
        if re.fullmatch(".+".join(map(re.escape, re.split(PLACEHOLDER, name))), key, re.IGNORECASE):
            return str(service["conditions"][name]["type"])
    return None


def listed(value: str | list[str]) -> list[str]:
    """Return the values of an element that may be one or a list."""
    return [value] if isinstance(value, str) else value


if __name__ == "__main__":
    for name, document in json.load(sys.stdin).items():
        for finding in findings(document):
            sys.stdout.write(f"{name}: {finding}\n")
