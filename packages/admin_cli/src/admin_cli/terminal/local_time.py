"""The organisation's time zone, used as this process's own, so that staff read every time in it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from registration_core.domain.forms import zone_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.forms import Form


def keep_time_of(forms: Mapping[str, Form]) -> None:
    """Use the time zone of these forms; if they name none, this machine's."""
    zone = zone_of(forms.values())
    if zone is not None and hasattr(time, "tzset"):
        os.environ["TZ"] = zone.rule
        time.tzset()
