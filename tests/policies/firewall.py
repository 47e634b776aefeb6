"""AWS WAF's rules, as far as the stack's web ACLs use them: decides what becomes of a request.

No emulator has AWS WAF's engine, so tests ask this. What it doesn't know, it refuses loudly.

Source: AWS WAF Developer Guide, "Rule actions", "Overriding rule group actions", "Label match rule
statement" and "AWS Managed Rules rule groups list".
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Rule = dict[str, Any]
Verdict = Literal["allow", "block"]

SETS = {
    "AWSManagedRulesAmazonIpReputationList": "amazon-ip-list",
    "AWSManagedRulesCommonRuleSet": "core-rule-set",
    "AWSManagedRulesKnownBadInputsRuleSet": "known-bad-inputs",
    "AWSManagedRulesSQLiRuleSet": "sql-database",
}
"""The managed rule sets, and the name of each in its labels."""

INSPECTED = 16_384
"""How much of a body WAF sees, at an API and a distribution: the default.

https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-setting-body-inspection-limit.html
"""

LARGEST_BODY = 8_192
"""Above this SizeRestrictions_BODY matches."""


KNOWN = {
    "Scope": "LABEL",
    "FieldToMatch": {"UriPath": {}},
    "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
    "AggregateKeyType": "IP",
}
"""What this evaluator knows of a statement's settings."""


@dataclass(frozen=True)
class Request:
    """A request, and what AWS's managed rules see in it.

    matches: managed rules that match it by what it holds, as <rule set>/<rule>. earlier: how many
    requests its address sent in the window.
    """

    path: str = "/v1/registration"
    address: str = "192.0.2.7"
    country: str = "SE"
    body_size: int = 0
    matches: frozenset[str] = frozenset()
    earlier: int = 0

    @property
    def matched(self) -> frozenset[str]:
        """Every managed rule that matches."""
        size = "AWSManagedRulesCommonRuleSet/SizeRestrictions_BODY"
        return self.matches | ({size} if self.body_size > LARGEST_BODY else frozenset())


@dataclass
class Outcome:
    """What became of a request: by which rule it was blocked, if it was, and which rules only counted it."""

    verdict: Verdict = "allow"
    by: str | None = None
    counted: list[str] = field(default_factory=list)


def outcome(rules: list[Rule], request: Request, networks: dict[str, list[str]] | None = None) -> Outcome:
    """Return what a web ACL does with a request. The default action is to allow.

    rules: in the words of AWS WAF's API. networks: those of each set of addresses, by its ARN.
    """
    made = Outcome()
    labels: set[str] = set()
    for rule in sorted(rules, key=lambda each: each["Priority"]):
        statement = rule["Statement"]
        if "ManagedRuleGroupStatement" in statement:
            action = _managed(rule, statement["ManagedRuleGroupStatement"], request, labels, made.counted)
        elif _matches(statement, request, labels, networks or {}):
            (action,) = rule["Action"]
        else:
            continue
        if action == "Count":
            made.counted.append(rule["Name"])
        elif action == "Block":
            made.verdict, made.by = "block", rule["Name"]
            break
    return made


def _managed(rule: Rule, group: dict[str, Any], request: Request, labels: set[str], counted: list[str]) -> str | None:
    """Run a managed rule set: each match leaves its label, and one that isn't overridden gives the set's action."""
    name = group["Name"]
    counting = {each["Name"] for each in group["RuleActionOverrides"] if each["ActionToUse"] == {"Count": {}}}
    matched = sorted(each.split("/")[1] for each in request.matched if each.startswith(f"{name}/"))
    for each in matched:
        head, _, part = each.rpartition("_")
        labels.add(f"awswaf:managed:aws:{SETS[name]}:{head}_{part.capitalize()}")
    counted += [each for each in matched if each in counting]
    if all(each in counting for each in matched):
        return None
    return "Block" if rule["OverrideAction"] == {"None": {}} else "Count"


def _matches(statement: Rule, request: Request, labels: set[str], networks: dict[str, list[str]]) -> bool:
    ((kind, inside),) = statement.items()

    def within(nested: Rule) -> bool:
        return _matches(nested, request, labels, networks)

    def is_in(arn: str) -> bool:
        return any(ipaddress.ip_address(request.address) in ipaddress.ip_network(each) for each in networks[arn])

    kinds: dict[str, Callable[[], bool]] = {
        "AndStatement": lambda: all(map(within, inside["Statements"])),
        "OrStatement": lambda: any(map(within, inside["Statements"])),
        "NotStatement": lambda: not within(inside["Statement"]),
        "LabelMatchStatement": lambda: inside["Key"] in labels,
        "RegexMatchStatement": lambda: re.search(inside["RegexString"], request.path) is not None,
        "GeoMatchStatement": lambda: request.country in inside["CountryCodes"],
        "RateBasedStatement": lambda: bool(
            request.earlier >= inside["Limit"]
            and ("ScopeDownStatement" not in inside or within(inside["ScopeDownStatement"]))
        ),
        "IPSetReferenceStatement": lambda: is_in(inside["ARN"]),
    }
    if kind not in kinds or any(inside[key] != KNOWN[key] for key in KNOWN.keys() & inside):
        raise ValueError(f"this evaluator doesn't know {kind}: {inside}")
    return kinds[kind]()
