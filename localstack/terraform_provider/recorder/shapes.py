"""Parameters of a call, read from any of AWS's wire formats by botocore's service model."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Mapping

    Shape = Any  # botocore's models have no types
    Value = Any

REMOVED = "<removed>"
TOKEN = "<idempotency token>"  # noqa: S105 - what stands in its place

#: Members that AWS or an SDK chooses anew for each call: versions to match, and checksums.
OF_THE_CALL = re.compile(r"^(?:IfMatch|RevisionId|ContentMD5|Checksum\w*)$")

#: Members that hold a secret even though their model doesn't say so.
SECRET_NAMES = re.compile(r"secret(?!id)|password|credential|signature|privatekey|accesskey|token$", re.IGNORECASE)


def from_query(shape: Shape, pairs: Mapping[str, str], prefix: str = "") -> Value:
    """Read the members of a form body, such as `Tags.member.1.Key=…`; None where nothing is given."""
    if shape.type_name == "structure":
        read = {
            name: from_query(member, pairs, _joined(prefix, member.serialization.get("name", name)))
            for name, member in shape.members.items()
        }
        given = {name: value for name, value in read.items() if value is not None}
        return given or None
    if shape.type_name == "list":
        if prefix in pairs:
            return []
        item = shape.member.serialization.get("name", "member")
        stem = prefix if shape.serialization.get("flattened") else f"{prefix}.{item}"
        return [from_query(shape.member, pairs, f"{stem}.{number}") for number in _numbers(pairs, stem)] or None
    if shape.type_name == "map":
        stem = prefix if shape.serialization.get("flattened") else f"{prefix}.entry"
        keys, values = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        return {
            pairs[f"{stem}.{number}.{keys}"]: from_query(shape.value, pairs, f"{stem}.{number}.{values}")
            for number in _numbers(pairs, stem)
        } or None
    return scalar(shape, pairs[prefix]) if prefix in pairs else None


def _joined(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _numbers(pairs: Mapping[str, str], stem: str) -> list[int]:
    numbers = {int(match[1]) for name in pairs if (match := re.match(rf"{re.escape(stem)}\.(\d+)(?:\.|$)", name))}
    return sorted(numbers)


def from_xml(shape: Shape, element: ET.Element) -> Value:
    """Read an element of an XML body, without its namespaces."""
    if shape.type_name == "structure":
        read: dict[str, Value] = {}
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            if member.serialization.get("xmlAttribute"):
                read[name] = next((v for k, v in element.attrib.items() if _local(k) == wire.partition(":")[2]), None)
                continue
            flat = member.type_name == "list" and member.serialization.get("flattened")
            wire = member.member.serialization.get("name", wire) if flat else wire
            children = [child for child in element if _local(child.tag) == wire]
            if flat:
                read[name] = [from_xml(member.member, child) for child in children] or None
            else:
                read[name] = from_xml(member, children[0]) if children else None
        return {name: value for name, value in read.items() if value is not None}
    if shape.type_name == "list":
        return [from_xml(shape.member, child) for child in element]
    return scalar(shape, element.text or "")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def from_members(shape: Shape, value: Value) -> Value:
    """Read a value of a JSON or CBOR body: members get their model's names, and unknown ones keep theirs."""
    if shape is None or value is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        return {
            names.get(wire, wire): from_members(shape.members.get(names.get(wire, wire)), inner)
            for wire, inner in value.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [from_members(shape.member, inner) for inner in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: from_members(shape.value, inner) for key, inner in value.items()}
    return value


def scalar(shape: Shape, text: str) -> Value:
    """Read a scalar that arrived as text."""
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name in ("float", "double"):
        return float(text)
    if shape.type_name == "boolean":
        return text == "true"
    return text


def without_secrets(shape: Shape, value: Value, name: str = "", *, secret: bool = False) -> Value:
    """Return a value in its recorded form: no secret, no random token, files as digests, documents in one order.

    Of a map or structure that its model calls sensitive, such as a function's environment, the names stay.
    """
    kind, metadata = getattr(shape, "type_name", ""), getattr(shape, "metadata", {})
    secret = secret or metadata.get("sensitive", False) or SECRET_NAMES.search(name) is not None
    if metadata.get("idempotencyToken"):
        return TOKEN
    if isinstance(value, dict):
        members = shape.members if kind == "structure" else dict.fromkeys(value, shape.value if kind == "map" else None)
        return {
            key: without_secrets(members.get(key), value[key], key, secret=secret)
            for key in sorted(value)
            if not OF_THE_CALL.match(key)
        }
    if isinstance(value, list):
        return [without_secrets(shape.member if kind == "list" else None, item, secret=secret) for item in value]
    if kind == "blob" and name == "ZipFile":
        data = value if isinstance(value, bytes) else base64.b64decode(value)
        return f"<{len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}>"
    if secret or kind == "blob":
        return REMOVED
    return _in_one_order(value)


def _in_one_order(value: Value) -> Value:
    """Return a JSON document, such as a policy, with its keys sorted: providers order them differently."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return json.dumps(json.loads(value), sort_keys=True)
    except ValueError:
        return value
