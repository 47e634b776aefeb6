"""Whether an answer is as docs/openapi.json describes it: the part of JSON Schema that the description uses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

DOCUMENT = json.loads((Path(__file__).parents[1] / "docs" / "openapi.json").read_text(encoding="utf-8"))
_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_VARIABLE = re.compile(r"{\w+}")


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """Return the description of a request; None if it isn't listed. path: without its query."""
    for pattern, operations in DOCUMENT["paths"].items():
        if re.fullmatch(_VARIABLE.sub("[^/]+", pattern), path):
            return operations.get(method.lower())  # type: ignore[no-any-return]
    return None


def assert_described(operation: dict[str, Any], status: int, headers: dict[str, str], body: str) -> None:
    """Fail unless the operation has this status, with these headers and a body of this schema."""
    response = _resolved(operation["responses"][str(status)])
    for name in response.get("headers", {}):
        assert name in headers, f"{status} lacks the header {name}"
    kind = headers["Content-Type"]
    assert kind in response["content"], f"{status} is {kind}"
    assert_conforms(json.loads(body), response["content"][kind]["schema"], f"{status}")


def assert_conforms(value: Any, schema: dict[str, Any], place: str = "") -> None:
    """Fail unless a value conforms to a schema. place: names the value in the failure."""
    schema = _resolved(schema)
    for part in schema.get("allOf", ()):
        assert_conforms(value, part, place)
    kinds = schema.get("type", [])
    if kinds:
        kinds = [kinds] if isinstance(kinds, str) else kinds
        assert any(_is(value, kind) for kind in kinds), f"{place}: {value!r} is no {' or '.join(kinds)}"
    if "enum" in schema:
        assert value in schema["enum"], f"{place}: {value!r} is none of {schema['enum']}"
    if isinstance(value, dict):
        missing = [name for name in schema.get("required", ()) if name not in value]
        assert not missing, f"{place} lacks {missing}"
        for name, part in schema.get("properties", {}).items():
            if name in value:
                assert_conforms(value[name], part, f"{place}.{name}")
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            assert_conforms(item, schema["items"], f"{place}[{number}]")


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    target: Any = DOCUMENT
    for part in schema["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return target  # type: ignore[no-any-return]
