"""An organisation's time zone: `time_zone` in its `site/site.toml`, made into the rule that compiled forms bring.

And the moments of form files as that zone's clocks show them.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from importlib import resources
from pathlib import Path

from registration_core.domain.fields import OPTION_TIMES
from registration_core.domain.time_zones import TimeZone, local
from rollcall_build.toml_files import read_toml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from registration_core.domain.fields import Option
    from registration_core.domain.forms import Form

KEY = "time_zone"
FILE = "site.toml"
"""Where an organisation names it: in this file of its site."""
_YEARS_AHEAD = 10


class TimeZoneError(ValueError):
    """A name that is no time zone, or one whose clock changes follow no rule; a sentence."""


def read_time_zone(forms_dir: Path, problems: list[str]) -> TimeZone | None:
    """Return the zone of the organisation whose forms these are; None when it names none.

    A mistake in it is noted; other mistakes in the file are told where the site is built.
    """
    file = forms_dir.parent / "site" / FILE
    try:
        named = read_toml(file).get(KEY)
        return None if named is None else time_zone(named)
    except TimeZoneError as error:
        problems.append(f'site/{FILE}: "{KEY}" {error}')
    except (OSError, ValueError):
        pass
    return None


def in_zone(form: Form, zone: TimeZone) -> Form:
    """Return the form with every moment as the organisation's clocks show it, however its file wrote them."""
    fields = tuple(
        replace(field, options=tuple(_option_in_zone(option, zone) for option in field.options))
        for field in form.fields
    )
    opens_at, closes_at = _shown(form.opens_at, zone), _shown(form.closes_at, zone)
    return replace(form, fields=fields, opens_at=opens_at, closes_at=closes_at, time_zone=zone)


def _option_in_zone(option: Option, zone: TimeZone) -> Option:
    times: dict[str, Any] = {key: _shown(getattr(option, key), zone) for key in OPTION_TIMES}
    return replace(option, **times)


def _shown(at: datetime | None, zone: TimeZone) -> datetime | None:
    """Return a moment with the offset that the zone has then."""
    if at is None:
        return None
    shown = local(at, zone)
    return shown.replace(tzinfo=timezone(zone.utcoffset(shown)))


def time_zone(name: object) -> TimeZone:
    """Return the zone of this name. Raises TimeZoneError."""
    if not isinstance(name, str) or name not in zoneinfo.available_timezones():
        raise TimeZoneError(f"is {name!r}, which is not a time zone; use one such as Europe/Stockholm")
    try:
        zone = TimeZone(name, _rule(name))
    except ValueError as error:
        raise TimeZoneError(f"is {name}, whose clock changes follow no rule; {_FIXED}") from error
    real = zoneinfo.ZoneInfo(name)
    if any(at.astimezone(zone).utcoffset() != at.astimezone(real).utcoffset() for at in _coming_weeks()):
        raise TimeZoneError(f"is {name}, whose clock changes follow a different rule each year; {_FIXED}")
    return zone


_FIXED = "use one that never changes, such as Etc/GMT-1 for UTC+1"


def _rule(name: str) -> str:
    """Return the last line of the zone's file: the rule for all times to come."""
    for folder in zoneinfo.TZPATH:
        if (file := Path(folder) / name).is_file():
            return _last_line(file.read_bytes())
    package, _, last = f"tzdata.zoneinfo.{name.replace('/', '.')}".rpartition(".")
    return _last_line(resources.files(package).joinpath(last).read_bytes())


def _last_line(content: bytes) -> str:
    return content.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii")


def _coming_weeks() -> Iterator[datetime]:
    now = datetime.now(UTC)
    return (now + timedelta(weeks=week) for week in range(_YEARS_AHEAD * 52))
