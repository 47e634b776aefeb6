"""The options of a choice in a form file: their keys, checked and read."""

from __future__ import annotations

import re

from registration_core.domain.fields import FieldType, Option, Text
from registration_core.domain.quota import MOST_SEATS
from rollcall_build.forms import conditions
from rollcall_build.forms.checked_table import CheckedTable, repeated
from rollcall_build.forms.conditions import read_condition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

COMMON = ("value", "label", "hint", conditions.KEY)
OF_A_CHOICE = ("capacity", "starts_at", "ends_at", "place", "min_age", "max_age", "opens_at", "closes_at")
"""What an option of a `choice` says besides: of several `choices` none could be told to be the one attended."""

OLDEST = 150
_VALUE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def read_options(values: CheckedTable, kind: FieldType, languages: Sequence[str]) -> tuple[Option, ...]:
    """Read the options of a field; each mistake is noted with the option's value or number."""
    keys = (*COMMON, *OF_A_CHOICE) if kind is FieldType.CHOICE else COMMON
    options = []
    for place, table in enumerate(values.tables("options", required=True), start=1):
        value = table.get("value")
        named = f'option "{value}"' if isinstance(value, str) and value else f"option number {place}"
        option = CheckedTable(table, f"{values.where}, {named}", values.problems)
        option.known_keys(keys, of=f'an option of type "{kind}"')
        options.append(_option(option, languages, with_event=kind is FieldType.CHOICE))
    for value in repeated(option.value for option in options if option.value):
        values.problem(f'two options have the value "{value}"')
    return tuple(options)


def _option(option: CheckedTable, languages: Sequence[str], *, with_event: bool) -> Option:
    value = option.string("value", required=True)
    if value is not None and not _VALUE.fullmatch(value):
        option.problem(
            "a value must have at most 60 lowercase letters, digits, _ and -, and begin with a letter or digit"
        )
    label = option.text("label", languages, required=True) or Text({languages[0]: ""})
    hint = option.text("hint", languages)
    condition = read_condition(option)
    if not with_event:
        return Option(value or "", label, hint, show_when=condition)
    starts_at, ends_at = _times(option)
    opens_at, closes_at = _openings(option, starts_at)
    min_age, max_age = _ages(option, hint)
    return Option(
        value or "",
        label,
        hint,
        capacity=option.whole("capacity", 0, MOST_SEATS),
        starts_at=starts_at,
        ends_at=ends_at,
        place=option.text("place", languages),
        min_age=min_age,
        max_age=max_age,
        show_when=condition,
        opens_at=opens_at,
        closes_at=closes_at,
    )


def _openings(option: CheckedTable, starts_at: datetime | None) -> tuple[datetime | None, datetime | None]:
    """Read from when to when the option can be chosen."""
    opens_at, closes_at = option.moment("opens_at"), option.moment("closes_at")
    if opens_at is not None and closes_at is not None and opens_at >= closes_at:
        option.problem('"closes_at" must come after "opens_at"')
    elif opens_at is not None and closes_at is None and starts_at is not None and opens_at >= starts_at:
        option.problem('it would never be open: it closes at "starts_at"; give "closes_at" a time after "opens_at"')
    return opens_at, closes_at


def _ages(option: CheckedTable, hint: Text | None) -> tuple[int | None, int | None]:
    """Read for which ages the option is; a visitor must be able to read it before choosing."""
    low, high = option.whole("min_age", 0, OLDEST), option.whole("max_age", 0, OLDEST)
    if low is not None and high is not None and low > high:
        option.problem(f'"min_age" ({low}) is more than "max_age" ({high})')
    if low is not None or high is not None:
        if "starts_at" not in option:
            option.problem('"starts_at" is missing; ages are counted on that day')
        missing = [str(age) for age in (low, high) if age is not None and not _says(hint, age)]
        if missing:
            option.problem(
                f'its "hint" must show visitors the ages before they choose; it lacks {" and ".join(missing)}'
            )
    return low, high


def _says(hint: Text | None, age: int) -> bool:
    """Whether a hint holds this number in every language."""
    texts = [] if hint is None else hint.by_language.values()
    return bool(texts) and all(str(age) in re.findall(r"\d+", text) for text in texts)


def _times(option: CheckedTable) -> tuple[datetime | None, datetime | None]:
    """Read from when to when the option takes place: both, or neither."""
    starts_at, ends_at = option.moment("starts_at"), option.moment("ends_at")
    if ("starts_at" in option) != ("ends_at" in option):
        missing = "ends_at" if "starts_at" in option else "starts_at"
        option.problem(f'"{missing}" is missing; a calendar invitation needs "starts_at" and "ends_at"')
    elif starts_at is not None and ends_at is not None and starts_at >= ends_at:
        option.problem('"ends_at" must come after "starts_at"')
    return starts_at, ends_at
