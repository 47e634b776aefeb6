"""Names inside values that Terraform doesn't know. It drops them without a word: keepdays = 30 would mean nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: The files that declare the variables; they use nothing from the others.
DECLARED = "variables*.tf"

_TYPE = re.compile(r'^variable "(\w+)" \{.*?^  type += (.*?)^(?:  \w|\})', re.DOTALL | re.MULTILINE)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\w[\w.]*|[(){}\[\],=]')


def unknown_names(configuration: Path, values: Mapping[str, Any]) -> list[str]:
    """Say which names inside the values no variable's type has, each in a sentence."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(configuration.glob(DECLARED)))
    types = {name: _parsed(iter(_TOKEN.findall(spelled))) for name, spelled in _TYPE.findall(text)}
    return [sentence for name, value in values.items() for sentence in _unknown(name, value, types.get(name))]


def _unknown(path: str, value: Any, shape: Any) -> Iterator[str]:  # noqa: ANN401 - any value of Terraform's
    """shape: for an object its attributes, for a list the shape of its elements, else None."""
    if isinstance(shape, dict) and isinstance(value, dict):
        for name, inner in value.items():
            if name not in shape:
                yield f"{path} has no {name}. It has {', '.join(shape) or 'nothing in it'}."
            yield from _unknown(f"{path}.{name}", inner, shape.get(name))
    if isinstance(shape, list) and isinstance(value, list):
        for inner in value:
            yield from _unknown(path, inner, shape[0])


def _parsed(words: Iterator[str]) -> Any:  # noqa: ANN401 - a shape, as above
    kind = next(words)
    if kind == "object":
        next(words)  # (
        shape = _attributes(words)
        next(words)  # )
        return shape
    if kind == "optional":
        next(words)
        shape = _parsed(words)
        _skip_to_end(words)
        return shape
    if kind in {"list", "map", "set"}:
        next(words)
        shape = _parsed(words)
        next(words)
        return None if kind == "map" else [shape]
    return None


def _attributes(words: Iterator[str]) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    next(words)  # {
    for word in words:
        if word == "}":
            break
        if word != ",":
            next(words)  # =
            attributes[word] = _parsed(words)
    return attributes


def _skip_to_end(words: Iterator[str]) -> None:
    """Skip a default, and the bracket that ends it."""
    depth = 1
    for word in words:
        depth += (word in "([{") - (word in ")]}")
        if depth == 0:
            return
