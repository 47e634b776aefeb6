"""What a function does once, when Lambda starts it: with a full CPU, which no event gets at our memory size."""

from __future__ import annotations

import sys

from registration_core.domain.errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def prepare(make: Callable[[], object]) -> None:
    """Make the parts now. A setting that is missing is left for the first event to meet, and to answer."""
    quiet_libraries()
    try:
        make()
    except SettingsError:
        return


def quiet_libraries() -> None:
    """Keep libraries to their warnings, whatever level the function logs at.

    Lambda gives that level to the root logger, by which botocore would log every request and answer whole: what people
    wrote, and the keys. `Log` writes the function's own lines without it. Where nobody has loaded `logging`, its root
    logger will start at WARNING.
    """
    logging = sys.modules.get("logging")
    if logging is not None:
        logging.getLogger().setLevel(logging.WARNING)
