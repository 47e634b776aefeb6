"""How `make test` divides tests among its workers, and which start first.

Tests on the deployed stack run one after another in one worker, and those with a browser in another
with a separate stack: they are isolated by data, not by time. Every other file is a group of its
own.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

OWN_SYSTEMS = (
    "test_first_account",
    "test_local_processes",
    "test_local_up",
    "test_one_origin",
    "test_package",
)
"""Integration tests that don't use the deployed stack."""

STACKS = ("browser", "stack")
"""The groups with a deployed stack."""

LONGEST_FIRST = (*STACKS, "infra", "faults", "integration", "provider", "contract", "process", "unit")


def group_of(nodeid: str) -> str:
    """Return the name of a test's group."""
    *folders, file = nodeid.partition("::")[0].removesuffix(".py").split("/")
    tier = folders[1] if folders[0] == "tests" else "provider"
    if tier == "integration" and file not in OWN_SYSTEMS:
        return "stack"
    return tier if tier in ("browser", "infra") else f"{tier} {file}"


def place_of(nodeid: str) -> int:
    """Return the rank of a test's group: the longest groups start first, so that none runs on alone."""
    return LONGEST_FIRST.index(group_of(nodeid).partition(" ")[0])


class Groups(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each worker a group at a time."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
