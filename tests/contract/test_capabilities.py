"""What is stated of the emulator is what it answers: a capability can't go missing in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from needs import Needs


def test_emulator__has_exactly_the_capabilities_that_are_stated(needs: Needs) -> None:
    """When this fails, an emulator changed: update PROFILES in tests/capabilities.py."""
    assert {name for name, has in needs.answers.items() if has} == needs.stated
