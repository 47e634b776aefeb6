"""What a function does once, when Lambda starts it: with a full CPU, which no event gets at our memory size."""

from __future__ import annotations

from registration_core.domain.errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def prepare(make: Callable[[], object]) -> None:
    """Make the parts now. A setting that is missing is left for the first event to meet, and to answer."""
    try:
        make()
    except SettingsError:
        return
