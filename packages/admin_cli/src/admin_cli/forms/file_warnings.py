"""Warnings of `forms check`: about a valid form file that may not do what its editor expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registration_core.adapters.sheets.headings import ANSWER, Headings, both_told
from registration_core.domain.cells import shared_names
from registration_core.domain.fields import FIRST_DATE, FieldType
from rollcall_build.forms.example_addresses import example_staff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.domain.forms import Form


def warnings_of(form: Form) -> Iterator[str]:
    """Yield a sentence per warning, which names the field."""
    for address in example_staff(form):
        yield f'"staff" has the example address {address}, which nobody reads. Use an address of your own.'
    headings = Headings(form)
    for field in form.fields:
        where = f'field "{field.name}"'
        for label in dict.fromkeys(field.label.by_language.values()):
            others = [name for name in headings.columns(label) if name != ANSWER + field.name]
            if others:
                also = " and ".join(f'"{name.removeprefix(ANSWER)}"' for name in others)
                warning = f'{where}: the label "{label}" could also mean {also}. Exports write'
                yield f'{warning} "{both_told(label, field.name)}", and imports refuse the label on its own.'
        for name, values in shared_names(field).items():
            yield f'{where}: "{name}" could mean the options {" and ".join(values)}. Imports refuse it.'
        if field.type is FieldType.PHONE and field.region is None:
            yield f'{where}: there is no "region", so 070-123 45 67 is stored as typed. Add one: region = "SE"'
        if field.type is FieldType.DATE and field.minimum is None:
            yield f'{where}: there is no "min", so dates from {FIRST_DATE} on are accepted. Add one: min = "today-20y"'
