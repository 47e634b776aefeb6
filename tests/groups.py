"""How `make test` divides tests among its workers, and which start first.

Tests on the deployed stack run one after another in one worker, and those with a browser in another
with a separate stack: they are isolated by data, not by time. Every other file is a group of its
own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

LONGEST_FIRST = ("browser", "stack", "infra", "faults", "integration", "provider", "contract", "process", "unit")


def group_of(item: pytest.Item) -> str:
    """Return the name of a test's group."""
    fixtures = getattr(item, "fixturenames", ())
    tier = tier_of(item)
    if "deployed" in fixtures:
        return "browser" if tier == "browser" else "stack"
    if "terraform" in fixtures and tier == "infra":
        return "infra"
    return f"{tier}-{item.path.stem}"


def tier_of(item: pytest.Item) -> str:
    """Return a test's tier: its folder, or the stand-in provider."""
    first, second, *_ = item.path.relative_to(item.config.rootpath).parts
    return second if first == "tests" else "provider"


def place_of(item: pytest.Item) -> int:
    """Return the rank of a test's group: the longest groups start first, so that none runs on alone."""
    group = group_of(item)
    return LONGEST_FIRST.index(group if group in LONGEST_FIRST else tier_of(item))
