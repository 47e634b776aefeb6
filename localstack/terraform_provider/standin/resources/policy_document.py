"""The data source that writes IAM policies: byte for byte as the AWS provider writes them."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from standin.errors import InvalidConfigurationError, Problem
from standin.resource import data_source

from . import members

if TYPE_CHECKING:
    from standin.resource import Provider
    from standin.values import State

_LISTS = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}
_PRINCIPALS = {"principals": "Principal", "not_principals": "NotPrincipal"}


@data_source(
    "aws_iam_policy_document",
    supported={
        "override_policy_documents",
        "policy_id",
        "source_policy_documents",
        "version",
        *members.paths("statement", ["sid", "effect", *_LISTS]),
        *(f"statement.{block}.{name}" for block in _PRINCIPALS for name in ("type", "identifiers")),
        *members.paths("statement.condition", ["test", "values", "variable"]),
    },
)
def policy_document(_provider: Provider, config: State) -> State:
    """Write a policy. Documentation page iam_policy_document.

    Statements of the sources come first and may not share a sid; then the own ones and the overriding ones, each in
    the place of an earlier one of the same sid.
    """
    sources = [json.loads(text) for text in config["source_policy_documents"] or [] if text]
    overrides = [json.loads(text) for text in config["override_policy_documents"] or [] if text]
    statements = [statement for source in sources for statement in _statements(source)]
    _refuse_repeated_sids(statements)
    own = [_statement(statement) for statement in config["statement"]]
    _refuse_repeated_sids(own)
    for statement in [*own, *(statement for override in overrides for statement in _statements(override))]:
        _add(statements, statement)
    document: dict[str, Any] = {"Version": config["version"] or "2012-10-17"}
    if config["policy_id"]:
        document["Id"] = config["policy_id"]
    if statements:
        document["Statement"] = statements
    text = _as_go_writes(json.dumps(document, indent=2, ensure_ascii=False))
    return {
        "id": str(zlib.crc32(text.encode())),
        "json": text,
        "minified_json": _as_go_writes(json.dumps(document, separators=(",", ":"), ensure_ascii=False)),
        "version": document["Version"],
    }


def _statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    statements = document.get("Statement", [])
    return [statements] if isinstance(statements, dict) else list(statements)


def _refuse_repeated_sids(statements: list[dict[str, Any]]) -> None:
    sids = [statement["Sid"] for statement in statements if "Sid" in statement]
    repeated = sorted({sid for sid in sids if sids.count(sid) > 1})
    if repeated:
        raise InvalidConfigurationError(Problem(f"data aws_iam_policy_document: duplicate Sid ({', '.join(repeated)})"))


def _add(statements: list[dict[str, Any]], statement: dict[str, Any]) -> None:
    for index, earlier in enumerate(statements):
        if "Sid" in statement and earlier.get("Sid") == statement["Sid"]:
            statements[index] = statement
            return
    statements.append(statement)


def _statement(given: State) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": given["sid"]} if given["sid"] else {}
    statement["Effect"] = given["effect"] or "Allow"
    for name, member in _LISTS.items():
        if given[name]:
            statement[member] = _one_or_more(given[name])
    for name, member in _PRINCIPALS.items():
        if given[name]:
            statement[member] = _principals(given[name])
    # As sets of blocks have no order, the provider sorts what belongs to them.
    conditions = sorted(given["condition"], key=lambda condition: (condition["test"], condition["variable"]))
    for condition in conditions:
        values = [_variables(value) for value in condition["values"]]
        by_variable = statement.setdefault("Condition", {}).setdefault(condition["test"], {})
        by_variable[condition["variable"]] = values[0] if len(values) == 1 else values
    return statement


def _principals(given: list[State]) -> str | dict[str, str | list[str]]:
    if len(given) == 1 and given[0]["type"] == "*" and list(given[0]["identifiers"]) == ["*"]:
        return "*"
    by_type: dict[str, list[str]] = {}
    for principal in sorted(given, key=lambda principal: str(principal["type"])):
        by_type.setdefault(principal["type"], []).extend(principal["identifiers"])
    return {kind: _one_or_more(identifiers) for kind, identifiers in by_type.items()}


def _one_or_more(values: list[str]) -> str | list[str]:
    """Write a set as the provider does: in falling order, and one alone as no list."""
    written = sorted((_variables(value) for value in values), reverse=True)
    return written[0] if len(written) == 1 else written


def _variables(value: str) -> str:
    """Write IAM's variables: &{...} stands for ${...}, which is Terraform's own."""
    return value.replace("&{", "${")


def _as_go_writes(text: str) -> str:
    """Escape what Go's JSON escapes, and Python's doesn't."""
    for letter in "&<>":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text
