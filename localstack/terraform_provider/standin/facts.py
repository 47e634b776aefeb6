"""Schema facts: which arguments and blocks each type of hashicorp/aws has. See README.md for where they come from."""

from __future__ import annotations

import functools
import json
import pathlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .values import Block

SCHEMA_FILE = pathlib.Path(__file__).with_name("schema.json")


@dataclass(frozen=True, slots=True)
class Facts:
    """The schemas of the provider block, of the resource types and of the data sources."""

    version: str
    provider: Block
    resources: dict[str, Block]
    data_sources: dict[str, Block]


@functools.cache
def facts() -> Facts:
    """Return the facts, read once a process."""
    raw = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return Facts(version=raw["version"], provider=raw["provider"], resources=raw["resources"], data_sources=raw["data"])
