"""Terraform's values: how they travel, and when two of them mean the same."""

from __future__ import annotations

import json
from typing import Any, Final, Self

import msgpack

# A Terraform value as Python holds it: None, bool, int, float, str, list, dict or UNKNOWN.
Value = Any
# An object: every attribute and block of a resource.
State = dict[str, Any]
# The schema facts of a resource or of a nested block (see schema.json).
Block = dict[str, Any]

_UNKNOWN_CODES: Final = (0, 12)  # 12: unknown with refinements, which Terraform sends since 1.6


class Unknown:
    """A value that is known only after apply."""

    def __repr__(self) -> str:
        return "<unknown>"

    def __bool__(self) -> bool:
        return False

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self


UNKNOWN: Final = Unknown()


def _extension(code: int, data: bytes) -> Value:
    return UNKNOWN if code in _UNKNOWN_CODES else msgpack.ExtType(code, data)


def _unknown_on_the_wire(value: object) -> msgpack.ExtType:
    if value is UNKNOWN:
        return msgpack.ExtType(0, b"\0")
    raise TypeError(f"{type(value).__name__} is no Terraform value: {value!r}")


def decode(raw: bytes) -> Value:
    """Return the value that Terraform sent; None for no value at all."""
    return msgpack.unpackb(raw, ext_hook=_extension, strict_map_key=False) if raw else None


def encode(value: Value) -> bytes:
    """Return the value as Terraform reads it."""
    encoded: bytes = msgpack.packb(value, default=_unknown_on_the_wire)
    return encoded


def known(value: Value) -> Value:
    """Return the value with None in place of everything unknown, at every depth."""
    if value is UNKNOWN:
        return None
    if isinstance(value, dict):
        return {name: known(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [known(inner) for inner in value]
    return value


def has_unknown(value: Value) -> bool:
    """Return whether anything in the value is known only after apply."""
    if isinstance(value, dict):
        return any(has_unknown(inner) for inner in value.values())
    if isinstance(value, list):
        return any(has_unknown(inner) for inner in value)
    return value is UNKNOWN


def conform(block: Block, value: Value) -> Value:
    """Return the object in exactly the block's shape: every attribute there, no nested block null."""
    if value is None or value is UNKNOWN:
        return value
    shaped = {name: _conform_attribute(fact["type"], value.get(name)) for name, fact in block["attributes"].items()}
    for name, nested in block.get("block_types", {}).items():
        inner = value.get(name)
        if nested["nesting"] == "single":
            shaped[name] = conform(nested["block"], inner)
        elif inner is UNKNOWN:
            shaped[name] = inner
        else:
            shaped[name] = [conform(nested["block"], element) for element in inner or []]
    return shaped


def _conform_attribute(kind: Value, value: Value) -> Value:
    """Shape an attribute's value; numbers without an exact float (0.1, 1e30) arrive as decimal strings."""
    if kind == "number" and isinstance(value, str):
        return float(value) if "." in value or "e" in value.lower() else int(value)
    if isinstance(kind, list) and kind[0] == "object" and isinstance(value, dict):
        return {name: _conform_attribute(inner, value.get(name)) for name, inner in kind[1].items()}
    if isinstance(kind, list) and kind[0] in ("list", "set") and isinstance(value, (list, tuple, set, frozenset)):
        return [_conform_attribute(kind[1], element) for element in value]
    return value


def meaning(block: Block, value: Value) -> str:
    """Return a form in which two objects are equal when they mean the same to AWS's provider.

    Sets have no order, and null, "", false, 0 and an empty list are one: the provider can't tell unset from zero.
    """
    if value is None or value is UNKNOWN:
        return repr(value)
    parts: list[tuple[str, object]] = [
        (name, attribute_meaning(fact["type"], value.get(name))) for name, fact in sorted(block["attributes"].items())
    ]
    for name, nested in sorted(block.get("block_types", {}).items()):
        if name != "timeouts":
            parts.append((name, _nested_meaning(nested, value.get(name))))
    return repr(parts)


def _nested_meaning(nested: Block, value: Value) -> str:
    if nested["nesting"] == "single":
        return meaning(nested["block"], value)
    if value is UNKNOWN:
        return "?"
    elements = [meaning(nested["block"], element) for element in value or []]
    return repr(sorted(elements) if nested["nesting"] == "set" else elements)


def attribute_meaning(kind: Value, value: Value) -> object:
    """Return the same for one attribute of the given cty type."""
    if value is UNKNOWN:
        return "?"
    if value is None or value in ("", [], {}, False, 0):
        return None
    if isinstance(kind, list):
        return _collection_meaning(kind, value)
    return float(value) if kind == "number" else value


def _collection_meaning(kind: list[Value], value: Value) -> object:
    if kind[0] == "set":
        return sorted(repr(attribute_meaning(kind[1], element)) for element in value)
    if kind[0] == "object":
        return [(name, attribute_meaning(inner, value.get(name))) for name, inner in sorted(kind[1].items())]
    if kind[0] == "map":
        return sorted((name, repr(element)) for name, element in value.items())
    return [attribute_meaning(kind[1], element) for element in value]


def same_json(one: Value, other: Value) -> bool:
    """Return whether two texts hold the same JSON."""
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def differing(block: Block, one: State, other: State) -> set[str]:
    """List the attributes and blocks in which two objects don't mean the same."""
    names = {
        name
        for name, fact in block["attributes"].items()
        if attribute_meaning(fact["type"], one.get(name)) != attribute_meaning(fact["type"], other.get(name))
    }
    for name, nested in block.get("block_types", {}).items():
        if name != "timeouts" and _nested_meaning(nested, one.get(name)) != _nested_meaning(nested, other.get(name)):
            names.add(name)
    return names
