"""Days of attendance as staff write them: today, yesterday, tomorrow, 2026-03-01."""

from __future__ import annotations

from datetime import date, timedelta

from admin_cli.errors import CliError, ExitCode

_FROM_TODAY = {"yesterday": -1, "today": 0, "tomorrow": 1}


def read_day(text: str, today: date) -> date:
    """Return a day. Raises CliError, which says what it accepts."""
    written = text.strip().lower()
    try:
        return today + timedelta(days=_FROM_TODAY[written]) if written in _FROM_TODAY else date.fromisoformat(written)
    except ValueError as error:
        raise CliError(
            f"--day {text!r} is not a day. Give today, yesterday, tomorrow or a date such as 2026-03-01.",
            exit_code=ExitCode.USAGE,
        ) from error
