"""The order of a sorted list or export: as people read, with what is empty last."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from registration_core.domain.search_text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


def in_order(things: Iterable[T], value: Callable[[T], object], *, reverse: bool) -> list[T]:
    """Sort things by a value, empty values last. Equal values keep their order."""
    filled: list[tuple[T, object]] = []
    empty: list[T] = []
    for thing in things:
        sort_value = value(thing)
        if sort_value in (None, "", []):
            empty.append(thing)
        else:
            filled.append((thing, sort_value))
    filled.sort(key=lambda pair: _sort_key(pair[1]), reverse=reverse)
    return [*(thing for thing, _ in filled), *empty]


def _sort_key(value: object) -> tuple[int, float, str, str]:
    """Sort numbers and times by size, before texts in the order that people expect."""
    if isinstance(value, datetime):
        return (0, value.timestamp(), "", "")
    if isinstance(value, (int, float)):
        return (0, float(value), "", "")
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return (1, 0.0, fold(text), text)
