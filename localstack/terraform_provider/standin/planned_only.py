"""Types that no emulator has: they validate and plan by their schema alone, and an apply refuses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import StandInError
from .facts import facts
from .resource import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .values import Block, State


class PlannedOnly(Resource):
    """A type without a class of its own. Every argument of its schema is accepted, and what is computed is unknown.

    So is a Region other than the provider's: some services, such as certificates for CloudFront, need us-east-1.
    """

    def create(self, planned: State) -> State:
        """Refuse: raises StandInError."""
        del planned
        raise StandInError(
            f"{self.type}: the stand-in provider can plan this type and not create it, because the emulators don't "
            "have it. Leave out the option that needs it on this machine."
        )

    def read(self, state: State) -> State | None:
        """Refuse: raises StandInError."""
        return self.create(state)

    def delete(self, state: State) -> None:
        """Refuse: raises StandInError."""
        self.create(state)


def planned_only(kind: str) -> type[Resource]:
    """Return a class for a type, by its schema. Raises KeyError for one that the schema doesn't have."""
    return type(PlannedOnly.__name__, (PlannedOnly,), {"type": kind, "supported": _arguments(facts().resources[kind])})


def _arguments(block: Block, prefix: str = "") -> frozenset[str]:
    """Return the dotted path of every argument and block."""

    def walk() -> Iterator[str]:
        for name in block["attributes"]:
            yield prefix + name
        for name, nested in block.get("block_types", {}).items():
            yield prefix + name
            yield from _arguments(nested["block"], f"{prefix}{name}.")

    return frozenset(walk())
