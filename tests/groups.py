"""Which tests share a worker where `make test` runs several at once, and which begin first.

Tests on the deployed stack run one after another in one worker, those with a browser on a stack of
their own: they tell each other apart by data, not by time. Every other file is a group of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

LONGEST_FIRST = ("browser", "stack", "infra", "faults", "integration", "provider", "contract", "process", "unit")


def group_of(item: pytest.Item) -> str:
    """Name the group of a test."""
    fixtures = getattr(item, "fixturenames", ())
    tier = tier_of(item)
    if "deployed" in fixtures:
        return "browser" if tier == "browser" else "stack"
    if "terraform" in fixtures and tier == "infra":
        return "infra"
    return f"{tier}-{item.path.stem}"


def tier_of(item: pytest.Item) -> str:
    """Name the tier of a test: its folder, or the stand-in provider."""
    first, second, *_ = item.path.relative_to(item.config.rootpath).parts
    return second if first == "tests" else "provider"


def place_of(item: pytest.Item) -> int:
    """Say how early a test begins: the longest group first, so that none begins when the others end."""
    group = group_of(item)
    return LONGEST_FIRST.index(group if group in LONGEST_FIRST else tier_of(item))
