"""The table [group] of a form file: what is asked of each of several participants, checked and read."""

from __future__ import annotations

from registration_core.adapters.field_views import control_of
from registration_core.domain.fields import FieldType
from registration_core.domain.groups import GROUP, MOST, Group
from rollcall_build.forms.checked_table import CheckedTable, listed, suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form

KEYS = ("fields", "max")
MOST_INPUTS = 180
"""What a plain form may send, with some room: `http_request.MOST_FIELDS` is the API's limit."""


def read_group(values: CheckedTable, form: Form) -> Group | None:
    """Read which questions are asked of each participant. form: all of the file that was read before."""
    table = values.table(GROUP)
    if table is None:
        return None
    table.known_keys(KEYS, of="[group]")
    names = [field.name for field in form.fields]
    most = table.whole("max", 2, MOST, required=True)
    asked = table.strings("fields")
    if not asked and not table.raw("fields"):
        table.problem(
            '"fields" is missing; it lists what you ask of each participant, such as fields = ["participant"]'
        )
    unknown = [name for name in asked if name not in names]
    for name in unknown:
        table.problem(f'"fields" has "{name}"{suggestion(name, names)}, which is not a field of this form')
    if not asked or unknown or most is None:
        return None
    group = Group(tuple(name for name in names if name in asked), most)
    _ensure_one_block(table, group, names, [section.begins_with for section in form.sections])
    _ensure_told_apart(table, group, form)
    _ensure_judged(table, group, form.fields)
    if form.asks_for_files:
        table.problem(
            'a form with [group] can\'t have a field of type "file" yet; ask for files in a form of their own'
        )
    return group


def _ensure_one_block(table: CheckedTable, group: Group, names: Sequence[str], starts: Sequence[str]) -> None:
    """Note fields that the page couldn't ask as one block."""
    first = names.index(group.fields[0])
    if tuple(names[first : first + len(group.fields)]) != group.fields:
        table.problem(
            'the fields that "fields" lists must come directly after each other in the form file, because the page '
            "asks them together for each participant"
        )
    for name in starts:
        if name in group.fields[1:]:
            table.problem(f'a section can\'t begin with "{name}", in the middle of what is asked of each participant')
    if GROUP in names:
        table.problem(f'a form with [group] can\'t have a field called "{GROUP}": the API has the participants there')


def _ensure_told_apart(table: CheckedTable, group: Group, form: Form) -> None:
    """Note fields that belong to the whole, and participants who could get lost or whom `once` couldn't tell apart."""
    if form.email_field in group.fields:
        table.problem(f'"fields" has "{form.email_field}", but all participants get their mail at one address')
    for name in form.hidden:
        if name in group.fields:
            table.problem(f'"fields" has "{name}", but a hidden field holds what one link brought for all of them')
    if form.once is not None and form.name_field not in group.fields:
        table.problem(
            'with "once", "name_field" must name one of the fields that "fields" lists, because it tells the '
            "participants apart"
        )
    elif not any(_always_answered(field) for field in form.fields if field.name in group.fields):
        table.problem(
            "a participant without answers would get lost, because browsers send nothing for radio buttons and "
            "checkboxes that nobody ticks, for questions that aren't shown, or for what may stay empty; add a required "
            'field without "show_when", such as a name (type "text"), and list it in "fields"'
        )


def _always_answered(field: Field) -> bool:
    """Return whether a field is always answered, and browsers send even its empty answer."""
    return field.required and field.show_when is None and control_of(field) not in ("radios", "checkboxes", "consent")


def _ensure_judged(table: CheckedTable, group: Group, fields: Sequence[Field]) -> None:
    """Note questions for all that depend on one participant's answer, and more inputs than a form can send."""
    for field in fields:
        conditions = [field.show_when, *(option.show_when for option in field.options)]
        deciding = [each.field for each in conditions if each is not None and each.field in group.fields]
        if field.name not in group.fields and deciding:
            table.problem(
                f'field "{field.name}" is asked once, so its "show_when" can\'t depend on "{deciding[0]}", which is '
                "asked of each participant"
            )
    inputs = sum(_inputs(field) * (group.most if field.name in group.fields else 1) for field in fields)
    if inputs > MOST_INPUTS:
        table.problem(
            f'with "max" = {group.most} the page would have {inputs} inputs, of at most {MOST_INPUTS}; use a lower '
            f'"max", or fewer fields than {listed(group.fields)}'
        )


def _inputs(field: Field) -> int:
    """Return how many names a plain form may send for a field."""
    if field.type is FieldType.DATE:
        return 3
    return len(field.options) if field.type is FieldType.CHOICES else 1
