"""Nested blocks that stand at most once, names that Terraform makes up, and blocks that AWS fills in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from standin.values import UNKNOWN, State, Value

if TYPE_CHECKING:
    from collections.abc import Iterable

_MADE_UP = re.compile(r"(?P<prefix>.*)[0-9a-f]{26}(?P<suffix>\.fifo)?", re.DOTALL)


def only(blocks: Value) -> State:
    """Return the object of a block that stands at most once; an empty one when it doesn't stand there."""
    return dict((blocks or [None])[0] or {})


def keep_computed_blocks(prior: State | None, planned: State, changed: set[str], names: Iterable[str]) -> None:
    """Plan blocks that the provider marks as optional and computed: what isn't configured is left to AWS.

    The schema facts don't tell such a block from others, so a class names its own. What is kept is no longer changed.
    """
    for name in names:
        if planned[name] == []:
            planned[name] = UNKNOWN if prior is None else prior[name]
            changed.discard(name)


def name_prefix(name: str) -> str:
    """Return the prefix of a name that was made up (by `unique_name`); "" when it was given as a whole."""
    match = _MADE_UP.fullmatch(name)
    return match["prefix"] if match else ""
