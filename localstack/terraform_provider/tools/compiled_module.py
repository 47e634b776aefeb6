# ruff: noqa: INP001 - a module of the scripts beside it, not of a package
"""One compiled module of the wheel, read as text: its classes' accessors, and its tables for HCL."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_CLASS = re.compile(r"^class (\w+) extends cdktn\.(\w+)")
_FLAGS = re.compile(r"^    // ([a-z0-9_]+) - computed: (\w+), optional: (\w+), required: (\w+)$")
_TO_HCL = re.compile(r"^function (\w+)ToHclTerraform\(struct\)")
_TABLE_ROW = re.compile(r"^\s+([a-z0-9_]+): \{$")
_TABLE_CELL = re.compile(r"^\s+(value|isBlock|type|storageClassType): (.*),$")
_CONSTRUCTOR = re.compile(r"= new (?:\w+\.)?(\w+)\(this, \"\w+\"(?:, (\w+))?\)")
_READER = re.compile(r"this\.(\w+)\('")
_VERSION = re.compile(r"providerVersion: '([\d.]+)'")
_ACCESSOR_LINES = 13

# How an attribute is read tells its type ...
_BY_READER: dict[str, Any] = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
    "getNumberListAttribute": ["list", "number"],
    "getStringMapAttribute": ["map", "string"],
    "getNumberMapAttribute": ["map", "number"],
    "getBooleanMapAttribute": ["map", "bool"],
    "getAnyMapAttribute": ["map", "dynamic"],
    "interpolationForAttribute": "dynamic",
}
# ... and so does how it is written.
_BY_STORAGE: dict[str, Any] = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "any": "dynamic",
    "stringMap": ["map", "string"],
    "numberMap": ["map", "number"],
    "booleanMap": ["map", "bool"],
    "stringList": ["list", "string"],
    "numberList": ["list", "number"],
    "booleanList": ["list", "bool"],
    "stringMapList": ["list", ["map", "string"]],
}
_TOP = "<top>"


@dataclass(slots=True)
class Field:
    """What a class says of one attribute or block.

    made_by: the class of a nested value, and whether it is a set; reader: the statement that reads a plain one.
    """

    flags: dict[str, bool] = field(default_factory=dict)
    made_by: tuple[str, bool] | None = None
    reader: str = ""


class CompiledModule:
    """The facts in one module."""

    def __init__(self, text: str) -> None:
        lines = text.splitlines()
        self.classes: dict[str, dict[str, Field]] = {}
        self.tables: dict[str, dict[str, dict[str, str]]] = {}
        self._top_class = ""
        found = _VERSION.search(text)
        self.version = found[1] if found else ""
        self._read_classes(lines)
        self._read_tables(lines)

    def schema(self) -> dict[str, Any]:
        """Return the type's facts."""
        return self._block(self._top_class, self.tables[_TOP])

    # --- reading -----------------------------------------------------------------------------------------------------

    def _read_classes(self, lines: list[str]) -> None:
        current = ""
        for number, line in enumerate(lines):
            if found := _CLASS.match(line):
                current = found[1]
                self.classes[current] = {}
            elif "static tfResourceType" in line or "synthesizeHclAttributes()" in line:
                self._top_class = current
            elif found := _FLAGS.match(line):
                names = ("computed", "optional", "required")
                flags = {name: True for name, value in zip(names, found.groups()[1:], strict=True) if value == "true"}
                self.classes[current][found[1]] = _field(lines[number + 1 :], flags)

    def _read_tables(self, lines: list[str]) -> None:
        table: dict[str, dict[str, str]] | None = None
        row: dict[str, str] = {}
        for line in lines:
            if found := _TO_HCL.match(line):
                table = self.tables.setdefault(_capital(found[1]), {})
            elif "synthesizeHclAttributes()" in line:
                table = self.tables.setdefault(_TOP, {})
            elif _CLASS.match(line):
                table = None
            elif table is not None and (found := _TABLE_ROW.match(line)):
                row = table[found[1]] = {}
            elif table is not None and (found := _TABLE_CELL.match(line)):
                row[found[1]] = found[2].strip('"')

    # --- facts -------------------------------------------------------------------------------------------------------

    def _block(self, name: str, table: dict[str, dict[str, str]]) -> dict[str, Any]:
        attributes: dict[str, Any] = {}
        blocks: dict[str, Any] = {}
        # Blocks of the provider have no accessors, only tables.
        fields = self.classes.get(name) or {row: Field({"optional": True}) for row in table}
        for attribute, found in fields.items():
            row = table.get(attribute)
            kind = _plain_type(found) or _stored_type(row)
            if kind is None and row is None:
                kind = self._type(found)
            if kind is not None:
                attributes[attribute] = {"type": kind, **found.flags}
            else:
                self._nested(attribute, found, row or {}, attributes, blocks)
        return {"attributes": attributes, **({"block_types": blocks} if blocks else {})}

    def _nested(
        self, name: str, found: Field, row: dict[str, str], attributes: dict[str, Any], blocks: dict[str, Any]
    ) -> None:
        """Tell a block from an attribute that holds objects ("attributes as blocks")."""
        mapper = re.match(r"cdktn\.listMapperHcl\((\w+)ToHclTerraform, (true|false)\)", row["value"])
        single = re.match(r"(\w+)ToHclTerraform\(", row["value"])
        base = _capital((mapper or single or [""] * 2)[1])
        if mapper and mapper[2] == "false":
            attributes[name] = {"type": [row["type"], self._object(base)], **found.flags}
            return
        nesting = {"struct": "single"}.get(row["type"], row["type"])
        block: dict[str, Any] = {
            "nesting": nesting,
            "block": self._block(f"{base}OutputReference", self.tables.get(base, {})),
        }
        if nesting != "single" and found.flags.get("required"):
            block["min"] = 1
        if nesting != "single" and not mapper:
            block["max"] = 1
        blocks[name] = block

    def _object(self, base: str) -> list[Any]:
        fields = self.classes.get(f"{base}OutputReference", {})
        return ["object", {name: self._type(found) for name, found in fields.items()}]

    def _type(self, found: Field) -> Any:  # noqa: ANN401 - a cty type is a word or a list
        kind = _plain_type(found)
        if kind is not None:
            return kind
        name, is_set = found.made_by or ("", False)
        if name == "StringMap":
            return ["map", "string"]
        if name.endswith("StringMapList"):
            return ["list", ["map", "string"]]
        if name.endswith("List"):
            return ["set" if is_set else "list", self._object(name.removesuffix("List"))]
        if name.endswith("Map"):
            return ["map", self._object(name.removesuffix("Map"))]
        return self._object(name.removesuffix("OutputReference"))


def _field(following: list[str], flags: dict[str, bool]) -> Field:
    """Read the lines of an accessor."""
    found = Field(flags)
    for line in following[:_ACCESSOR_LINES]:
        if _FLAGS.match(line):
            break
        made = _CONSTRUCTOR.search(line)
        if made and found.made_by is None:
            found.made_by = (made[1], made[2] == "true")
        if line.strip().startswith("return ") and not found.reader:
            found.reader = line.strip()
    return found


def _plain_type(found: Field) -> Any:  # noqa: ANN401 - a cty type is a word or a list
    reader = _READER.search(found.reader)
    if reader is None:
        return None
    kind = _BY_READER[reader[1]]
    return ["set", kind[1]] if "Fn.tolist(" in found.reader else kind


def _stored_type(row: dict[str, str] | None) -> Any:  # noqa: ANN401 - as above
    kind = _BY_STORAGE.get((row or {}).get("storageClassType", ""))
    return ["set", kind[1]] if kind and row and row["type"] == "set" else kind


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]
