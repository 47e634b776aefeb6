"""Date parts: the three fields of a date on a plain form, and the one text that the API accepts."""

from __future__ import annotations

from registration_core.domain.fields import FieldType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.domain.forms import Form

PARTS = ("year", "month", "day")
"""In the text's order. A page asks for them in its language's order."""

NOT_A_DATE = "not_a_date"
"""The code of an error about the whole date; `not_a_date_day` is about a part."""


def part_name(field: str, part: str) -> str:
    """Return the name of one of a date's three fields: `born-day`. Fields in a form file can't have a hyphen."""
    return f"{field}-{part}"


def with_whole_dates(form: Form, sent: Mapping[str, object]) -> dict[str, object]:
    """Return the fields with each date as one text, `2015-04-30`, instead of its parts.

    A missing part stays empty (`2015--30`), so that the date's own rules report it. A date that was
    sent as one text stays as it is.
    """
    whole = dict(sent)
    for field in form.fields:
        for name in _names(form, field.name) if field.type is FieldType.DATE else ():
            parts = [_text(whole.pop(part_name(name, part), "")) for part in PARTS]
            if any(parts):
                year, *others = parts
                whole[name] = "-".join([year, *(part.zfill(2) if part else "" for part in others)])
    return whole


def _names(form: Form, field: str) -> tuple[str, ...]:
    """Return the names that a field has on the page: one for each participant of a group."""
    if form.group is None:
        return (field,)
    from registration_core.domain.groups import page_names  # noqa: PLC0415 - few forms have groups

    return page_names(form, field)


def parts_of(date: str) -> dict[str, str]:
    """Return the text of each of the three fields when a page shows a date again."""
    parts = date.split("-", len(PARTS) - 1)
    return dict(zip(PARTS, parts, strict=True)) if len(parts) == len(PARTS) else dict.fromkeys(PARTS, "")


def wrong_part(date: str) -> str:
    """Return the part that is wrong; empty if it isn't a single one, or the text doesn't have three parts."""
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
