"""Warnings of `forms check`: about a valid form file that may not do what its editor expects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from registration_core.adapters.sheets.headings import ANSWER, Headings, both_told
from registration_core.domain.cells import shared_names
from registration_core.domain.fields import FIRST_DATE, FieldType
from registration_core.domain.openings import all_over
from registration_core.domain.webhooks import WebhookEvent, webhooks_of
from rollcall_build.forms.example_addresses import example_staff, example_webhooks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.domain.forms import Form


def warnings_of(form: Form) -> Iterator[str]:
    """Yield a sentence per warning, which names the field."""
    for address in example_staff(form):
        yield f'"staff" has the example address {address}, which nobody reads. Use an address of your own.'
    yield from _of_webhooks(form)
    if all_over(form, datetime.now(UTC)):
        yield (
            "every option is closed, because its dates are over, so nobody can send it. Write the next dates, or "
            "close the whole form: closes_at = 2027-06-30T18:00:00+02:00"
        )
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


def _of_webhooks(form: Form) -> Iterator[str]:
    for name in example_webhooks(form):
        yield f'webhook "{name}": "url" has an example address, which nobody receives at. Use an address of your own.'
    for webhook in webhooks_of(form):
        if webhook.fields and WebhookEvent.ERASED not in webhook.events:
            yield (
                f'webhook "{webhook.name}": it gets answers and isn\'t told when they are erased here. Add "erased" to '
                '"events", and let the receiver delete them.'
            )
