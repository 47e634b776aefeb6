"""One field of a form file: the keys of each type, checked and read."""

from __future__ import annotations

import re
from datetime import date

from registration_core.domain.fields import Field, FieldType, resolve_date
from registration_core.domain.messages import refused
from registration_core.domain.phone_codes import REGIONS
from registration_core.domain.values import ValueRefusedError, read_value
from rollcall_build.forms import conditions
from rollcall_build.forms.checked_table import CheckedTable, listed, repeated, suggestion
from rollcall_build.forms.conditions import read_condition
from rollcall_build.forms.file_fields import KEYS as FILE_KEYS
from rollcall_build.forms.file_fields import read_file_rules
from rollcall_build.forms.options import read_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

COMMON = (
    *("name", "type", "label", "hint", "required", "autocomplete", "keep_for_next", "draft", "missing", "example"),
    conditions.KEY,
)
OWN: Mapping[FieldType, tuple[str, ...]] = {
    FieldType.TEXT: ("min_length", "max_length", "from_query"),
    FieldType.TEXTAREA: ("min_length", "max_length", "from_query"),
    FieldType.EMAIL: (),
    FieldType.PHONE: ("region", "from_query"),
    FieldType.DATE: ("min", "max", "from_query"),
    FieldType.NUMBER: ("min", "max", "decimals", "from_query"),
    FieldType.CHOICE: ("options", "age_from"),
    FieldType.CHOICES: ("options", "min_choices", "max_choices"),
    FieldType.CONSENT: (),
    FieldType.FILE: FILE_KEYS,
    FieldType.HIDDEN: ("name", "type", "label", "from_query", "max_length", "example"),
}
"""The keys that a type has besides the common ones; all that a hidden field has."""

RESERVED = frozenset(
    {"id", "reference", "status", "form", "form_version", "submitted_at", "language", "version", "expires_at"}
    | {"position", "verify_by", "option"}
)
"""Columns of every submission: a field of that name could not be told from them."""

AUTOCOMPLETE = (
    *("off", "on", "name", "honorific-prefix", "given-name", "additional-name", "family-name", "honorific-suffix"),
    *("nickname", "username", "organization-title", "organization", "street-address", "address-line1", "address-line2"),
    *("address-line3", "address-level4", "address-level3", "address-level2", "address-level1", "country"),
    *("country-name", "postal-code", "language", "bday", "bday-day", "bday-month", "bday-year", "sex", "url", "photo"),
    *("tel", "tel-country-code", "tel-national", "tel-area-code", "tel-local", "tel-extension", "email", "impp"),
)
"""The HTML Standard's tokens, but those for passwords and payment."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")
_LENGTHS = {FieldType.TEXT: 200, FieldType.TEXTAREA: 2000, FieldType.HIDDEN: 100}
_LONGEST = 10_000


def read_fields(
    tables: Sequence[Mapping[str, Any]],
    file: str,
    languages: Sequence[str],
    problems: list[str],
    *,
    region: str | None = None,
) -> list[Field]:
    """Read a form's fields; what cannot be read is noted and left out.

    region: of telephone numbers whose field names none.
    """
    names = [str(values.get("name")) for values in tables if "name" in values]
    problems.extend(f'{file}: there are two fields named "{name}"; give each its own name' for name in repeated(names))
    fields = []
    for place, values in enumerate(tables, start=1):
        name = values.get("name")
        where = f'{file}: field "{name}"' if isinstance(name, str) and name else f"{file}: field number {place}"
        field = _read_field(CheckedTable(values, where, problems), languages, region)
        if field is not None:
            fields.append(field)
    return fields


def read_region(values: CheckedTable) -> str | None:
    """Read where telephone numbers without a country's code are dialled."""
    region = values.string("region")
    if region is not None and region not in REGIONS:
        values.problem(f'"region" is "{region}"; write the two capital letters of a country, such as SE or GB')
    return region


def _read_field(values: CheckedTable, languages: Sequence[str], region: str | None) -> Field | None:
    before = len(values.problems)
    name = values.string("name", required=True)
    if name is not None and not _NAME.fullmatch(name):
        values.problem("a name must begin with a lowercase letter and have at most 40 lowercase letters, digits and _")
    if name in RESERVED:
        values.problem(
            f"this name is reserved for the submission itself, as are {listed(sorted(RESERVED))}; use another"
        )
    kind = _type(values)
    if kind is None:
        return None
    values.known_keys(OWN[kind] if kind is FieldType.HIDDEN else (*COMMON, *OWN[kind]), of=f'type "{kind}"')
    label = values.text("label", languages, required=True)
    settings: dict[str, Any] = {
        "hint": values.text("hint", languages),
        "required": values.boolean("required"),
        "autocomplete": _autocomplete(values),
        "keep_for_next": _keep_for_next(values, kind),
        "draft": _draft(values, kind),
        "missing": values.text("missing", languages),
        "show_when": read_condition(values),
        "from_query": _parameter(values, kind),
        **_limits(values, kind, languages),
        "files": read_file_rules(values) if kind is FieldType.FILE else None,
    }
    if kind is FieldType.PHONE:
        settings["region"] = read_region(values) or region
    if len(values.problems) > before or name is None or label is None:
        return None
    field = Field(name=name, type=kind, label=label, example=_example(values), **settings)
    _try_example(values, field)
    return field


def _type(values: CheckedTable) -> FieldType | None:
    kinds = [kind.value for kind in FieldType]
    kind = values.string("type", required=True)
    if kind is None or kind in kinds:
        return None if kind is None else FieldType(kind)
    values.problem(f'type "{kind}" is unknown{suggestion(kind, kinds)}; use one of {listed(kinds)}')
    return None


def _parameter(values: CheckedTable, kind: FieldType) -> str | None:
    """Read the parameter of the page's address that fills in the answer."""
    name = values.string("from_query", required=kind is FieldType.HIDDEN)
    if name is not None and (not _PARAMETER.fullmatch(name) or name == "lang"):
        values.problem(
            f'"from_query" is "{name}"; write a parameter of the address such as utm_source: letters, digits, _, . and '
            "-, not lang, which is the language"
        )
    return name


def _autocomplete(values: CheckedTable) -> str | None:
    """Read a token of the HTML Standard, such as `email`, or `section-guardian email`."""
    tokens = values.string("autocomplete")
    if tokens is None:
        return None
    *before, last = tokens.split(" ")
    if last not in AUTOCOMPLETE or any(not part.startswith("section-") for part in before[:1]) or len(before) > 1:
        values.problem(
            f'autocomplete "{tokens}" is not an HTML token{suggestion(last, AUTOCOMPLETE)}; use one such as name, '
            "email, tel, bday, off, or section-guardian email"
        )
    return tokens


def _keep_for_next(values: CheckedTable, kind: FieldType) -> bool:
    keep = values.boolean("keep_for_next")
    if keep and kind is FieldType.CONSENT:
        values.problem('each person must give their own consent; remove "keep_for_next"')
    return keep


def _draft(values: CheckedTable, kind: FieldType) -> bool | None:
    draft = values.boolean("draft") if "draft" in values else None
    if draft and kind is FieldType.CONSENT:
        values.problem(
            '"draft" can\'t be true for type "consent": it must be ticked again each time the page is opened'
        )
    return draft


def _limits(values: CheckedTable, kind: FieldType, languages: Sequence[str]) -> dict[str, Any]:
    if kind in _LENGTHS:
        return _lengths(values, _LENGTHS[kind])
    if kind is FieldType.DATE:
        return _dates(values)
    if kind is FieldType.NUMBER:
        low, high = values.number("min"), values.number("max")
        _in_order(values, "min", low, "max", high)
        decimals = values.whole("decimals", 0, 6) or 0
        for key, limit in (("min", low), ("max", high)):
            if limit is not None and round(limit, decimals) != limit:
                values.problem(f'"{key}" ({limit}) has more digits after the point than "decimals" allows ({decimals})')
        return {"minimum": low, "maximum": high, "decimals": decimals}
    if kind is FieldType.CHOICE:
        return {"options": read_options(values, kind, languages), "age_from": values.string("age_from")}
    if kind is FieldType.CHOICES:
        options = read_options(values, kind, languages)
        most = max(1, len(options))
        low, high = values.whole("min_choices", 1, most), values.whole("max_choices", 1, most)
        _in_order(values, "min_choices", low, "max_choices", high)
        return {"options": options, "min_choices": low, "max_choices": high}
    return {}


def _lengths(values: CheckedTable, default: int) -> dict[str, Any]:
    low = values.whole("min_length", 1, _LONGEST)
    high = values.whole("max_length", 1, _LONGEST) or default
    _in_order(values, "min_length", low, "max_length", high)
    return {"min_length": low, "max_length": high}


def _dates(values: CheckedTable) -> dict[str, Any]:
    low, high = _date(values, "min"), _date(values, "max")
    if low is not None and high is not None:
        today = date(2024, 2, 29)
        _in_order(values, "min", resolve_date(low, today), "max", resolve_date(high, today))
    return {"minimum": low, "maximum": high}


def _date(values: CheckedTable, key: str) -> str | None:
    value = values.raw(key)
    if value is None:
        return None
    text = value.isoformat() if type(value) is date else value
    try:
        resolve_date(str(text), date(2024, 2, 29))
    except ValueError:
        text = None
    if not isinstance(text, str):
        values.problem(
            f'"{key}" must be a date such as 2026-06-30, or "today", "today-18y" (years), "today+30d" (days)'
        )
        return None
    return text


def _in_order(values: CheckedTable, low_key: str, low: Any, high_key: str, high: Any) -> None:  # noqa: ANN401 - numbers or dates
    if low is not None and high is not None and low > high:
        values.problem(f'"{low_key}" ({low}) is more than "{high_key}" ({high})')


def _example(values: CheckedTable) -> Any:  # noqa: ANN401 - what a type takes
    example = values.raw("example")
    if type(example) is date:
        return example.isoformat()
    return tuple(map(str, example)) if isinstance(example, list) else example


def _try_example(values: CheckedTable, field: Field) -> None:
    """Note an example that the field itself would refuse; a date's is tried by its form alone, for `today` moves on."""
    if field.example is None:
        return
    example: object = list(field.example) if isinstance(field.example, tuple) else field.example
    if field.type is FieldType.DATE and isinstance(example, str):
        try:
            resolve_date(example, date(2024, 2, 29))
        except ValueError:
            values.problem(f'the example "{example}" is not a date; write one such as 2015-04-30, or "today-10y"')
        return
    try:
        if read_value(field, example, today=date(2024, 2, 29)) is None:
            values.problem("the example is empty")
    except ValueRefusedError as refusal:
        options = listed(option.value for option in field.options)
        sentence = refused(field, refusal.wording, "en", **{"options": options} | refusal.values)
        values.problem(f"the example would be refused: {sentence}")
