"""Values that AWS knows by name, as botocore's service models list them."""

from __future__ import annotations

import functools
import json
import pathlib
from typing import TYPE_CHECKING

from .errors import Problem

if TYPE_CHECKING:
    from .resource import Resource
    from .values import State

ENUMS_FILE = pathlib.Path(__file__).with_name("enums.json")


@functools.cache
def _enums() -> dict[str, list[str]]:
    enums: dict[str, list[str]] = json.loads(ENUMS_FILE.read_text(encoding="utf-8"))
    return enums


def allowed(service: str, shape: str) -> list[str]:
    """Return the values that a shape of a service allows.

    Raises KeyError for a shape that tools/extract_enums.py hasn't written down yet.
    """
    return _enums()[f"{service} {shape}"]


def problems(handler: Resource, config: State) -> list[Problem]:
    """List every argument of `enums` whose value isn't one of the shape's."""
    return [
        Problem(f"{handler.type}: {name} must be one of {', '.join(values)}; it is {config[name]!r}", path=(name,))
        for name, (service, shape) in handler.enums.items()
        if isinstance(config.get(name), str) and config[name] not in (values := allowed(service, shape))
    ]
