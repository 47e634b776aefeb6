"""Conditions of a form file, `show_when`: which answers a question or an option depends on, checked and read."""

from __future__ import annotations

from registration_core.domain.conditions import Condition
from registration_core.domain.fields import FieldType
from rollcall_build.forms.checked_table import CheckedTable, listed, suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from registration_core.domain.fields import Field

KEY = "show_when"
_EXAMPLE = 'show_when = { field = "experience", is = ["some"] }'


def read_condition(values: CheckedTable) -> Condition | None:
    """Read when the question or option of this table is shown; None for always."""
    raw = values.raw(KEY)
    if raw is None:
        return None
    if not isinstance(raw, dict):
        values.problem(f'"{KEY}" must be a table, such as {_EXAMPLE}')
        return None
    table = CheckedTable(raw, f'{values.where}, "{KEY}"', values.problems)
    table.known_keys(("field", "is", "not"), of=f'"{KEY}"')
    name = table.string("field", required=True)
    unless = "not" in table
    if unless == ("is" in table):
        table.problem(f'write either "is" or "not", with the options that count, such as {_EXAMPLE}')
        return None
    options = table.strings("not" if unless else "is")
    if name is None or not options:
        if name is not None and raw["not" if unless else "is"] == []:
            table.problem("the list of options is empty")
        return None
    return Condition(name, options, unless)


def ensure_conditions_count(
    values: CheckedTable, fields: Sequence[Field], always_asked: Collection[str | None]
) -> None:
    """Note conditions that could never be judged, and questions that can't have one.

    always_asked: the fields that the form relies on, such as the one for the address.
    """
    deciding: dict[str, Field] = {}
    for field in fields:
        where = f'field "{field.name}"'
        if field.show_when is not None and field.name in always_asked:
            values.problem(
                f'{where}: "{KEY}" can\'t be here: "email_field", "name_field", "once", [quota] or "age_from" names '
                "this field, so everyone has to answer it"
            )
        _ensure_judged(values, where, field.show_when, deciding)
        for option in field.options:
            _ensure_judged(values, f'{where}, option "{option.value}"', option.show_when, deciding)
        if field.type in (FieldType.CHOICE, FieldType.CHOICES) and field.show_when is None:
            deciding[field.name] = field


def _ensure_judged(
    values: CheckedTable, where: str, condition: Condition | None, deciding: Mapping[str, Field]
) -> None:
    if condition is None:
        return
    if condition.field not in deciding:
        use = f"use one of {listed(deciding)}" if deciding else "there is none"
        values.problem(
            f'{where}: "{KEY}" names "{condition.field}"{suggestion(condition.field, tuple(deciding))}, but must name '
            f'a field of type "choice" or "choices" that stands before it and has no "{KEY}" itself; {use}'
        )
        return
    known = [option.value for option in deciding[condition.field].options]
    for value in condition.values:
        if value not in known:
            values.problem(
                f'{where}: "{KEY}" names "{value}", which is not an option of "{condition.field}"'
                f"{suggestion(value, known)}; use one of {listed(known)}"
            )
