"""Formats of single values: for a person at a terminal, or for a program behind a pipe."""

from datetime import datetime

from registration_core.domain.records import iso

Value = str | int | float | datetime | list[str] | None


def for_program(value: Value) -> str:
    """Return a value for a pipe: times in ISO 8601 UTC, lists comma-separated."""
    if isinstance(value, datetime):
        return iso(value)
    return _text(value)


def for_person(value: Value) -> str:
    """Return a value for a terminal: times in this process's zone (see `local_time`), to the minute."""
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    return _text(value)


def _text(value: Value) -> str:
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, list) else str(value)
