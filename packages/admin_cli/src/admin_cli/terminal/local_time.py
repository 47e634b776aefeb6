"""The organisation's time zone as this process's own: staff read every time as its clocks show it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.forms import Form


def keep_time_of(forms: Mapping[str, Form]) -> None:
    """Read and write times as the organisation of these forms does; as this machine does when they name no zone."""
    zone = next((form.time_zone for form in forms.values() if form.time_zone is not None), None)
    if zone is not None and hasattr(time, "tzset"):
        os.environ["TZ"] = zone.rule
        time.tzset()
