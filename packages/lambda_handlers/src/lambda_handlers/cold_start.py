"""Cold starts: what a function does once, while Lambda gives it a full CPU. Events get less at our memory size."""

from __future__ import annotations

import sys

from registration_core.domain.errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def prepare(make: Callable[[], object]) -> None:
    """Build the function's services now. If a setting is missing, the first event reports it."""
    quiet_libraries()
    try:
        make()
    except SettingsError:
        return


def quiet_libraries() -> None:
    """Let libraries log only warnings, whatever the function's own level.

    Lambda sets the root logger to the function's level. At DEBUG, botocore would log whole requests
    and responses, with answers and keys in them. `Log` doesn't use the root logger. If nothing has
    loaded `logging` yet, its root logger starts at WARNING anyway.
    """
    logging = sys.modules.get("logging")
    if logging is not None:
        logging.getLogger().setLevel(logging.WARNING)
