"""The sections of a form file: headings over its questions, checked and read."""

from __future__ import annotations

from registration_core.domain.forms import Section
from rollcall_build.forms.checked_table import CheckedTable, listed, repeated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

KEYS = ("title", "begins_with")


def read_sections(values: CheckedTable, names: Sequence[str], languages: Sequence[str]) -> tuple[Section, ...]:
    """Read `[[sections]]`, and note where one begins with no field, or out of the fields' order.

    names: the form's fields, in order.
    """
    sections = []
    for place, table in enumerate(values.tables("sections", required=False), start=1):
        section = CheckedTable(table, f"{values.where}: section number {place}", values.problems)
        section.known_keys(KEYS, of="a section")
        title = section.text("title", languages, required=True)
        first = section.one_of("begins_with", names, required=True)
        if title is not None and first in names:
            sections.append(Section(title, str(first)))
    starts = [section.begins_with for section in sections]
    for name in repeated(starts):
        values.problem(f'two sections begin with "{name}"')
    if starts and starts[0] != names[0]:
        values.problem(f'the first section must begin with the first field, "{names[0]}", not "{starts[0]}"')
    in_order = sorted(set(starts), key=names.index)
    if list(dict.fromkeys(starts)) != in_order:
        values.problem(f"sections must be in the order of the fields they begin with: {listed(in_order)}")
    return tuple(sections)
