"""A date that a plain form asks in three fields, and the one text that the API takes: put together and apart."""

from __future__ import annotations

from registration_core.domain.fields import FieldType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.forms import Form

PARTS = ("year", "month", "day")
"""In the order of the text; a page asks them in its language's order."""

NOT_A_DATE = "not_a_date"
"""The code of an error that blames the whole date; `not_a_date_day` blames a part."""


def part_name(field: str, part: str) -> str:
    """Return the name of one of a date's three fields: `born-day`. No form's field is called so, for its hyphen."""
    return f"{field}-{part}"


def with_whole_dates(form: Form, sent: Mapping[str, object]) -> dict[str, object]:
    """Return what came with each date as one text, `2015-04-30`, in place of its parts.

    What a part lacks stays empty (`2015--30`), so that the date's own rules say what is missing. A date that came as
    one text stays as it is.
    """
    whole = dict(sent)
    for field in form.fields:
        if field.type is FieldType.DATE:
            parts = [_text(whole.pop(part_name(field.name, part), "")) for part in PARTS]
            if any(parts):
                year, *others = parts
                whole[field.name] = "-".join([year, *(part.zfill(2) if part else "" for part in others)])
    return whole


def parts_of(date: str) -> dict[str, str]:
    """Return what stands in each of the three fields when a date is shown again."""
    found = date.split("-", len(PARTS) - 1)
    return dict(zip(PARTS, found, strict=True)) if len(found) == len(PARTS) else dict.fromkeys(PARTS, "")


def wrong_part(date: str) -> str:
    """Return which of the three fields is to mend; nothing where no single one is, or the text has no three parts."""
    parts = date.split("-")
    if len(parts) != len(PARTS):
        return ""
    year, month, day = parts
    if not day:
        return "day"
    if not month:
        return "month"
    return "year" if len(year) != len("2015") else ""


def _text(value: object) -> str:
    return str(value[-1] if isinstance(value, list) else value).strip()
