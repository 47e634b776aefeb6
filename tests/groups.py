"""Which tests share a worker where `make test` runs several at once, and which begin first.

Tests on the deployed stack run one after another in one worker, those with a browser on a stack of
their own: they tell each other apart by data, not by time. Every other file is a group of its own,
and so is each test that brings up a system for itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

APART = ("test_local_up", "test_local_processes")
"""Files of long tests that share nothing."""

LONGEST_FIRST = ("browser", "stack", "infra", "faults", "integration", "provider", "contract", "unit")


def group_of(item: pytest.Item) -> str | None:
    """Name the group of a test; None for one that is a group by itself."""
    fixtures = getattr(item, "fixturenames", ())
    tier = tier_of(item)
    if "deployed" in fixtures:
        return "browser" if tier == "browser" else "stack"
    if "terraform" in fixtures and tier == "infra":
        return "infra"
    return None if item.path.stem in APART else f"{tier}-{item.path.stem}"


def tier_of(item: pytest.Item) -> str:
    """Name the tier of a test: its folder, or the stand-in provider."""
    first, second, *_ = item.path.relative_to(item.config.rootpath).parts
    return second if first == "tests" else "provider"


def place_of(item: pytest.Item) -> int:
    """Say how early a test begins: the longest group first, so that none begins when the others end."""
    group = group_of(item)
    return LONGEST_FIRST.index(group if group in LONGEST_FIRST else tier_of(item))
