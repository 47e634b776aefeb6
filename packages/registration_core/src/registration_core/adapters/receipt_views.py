"""What the thank-you page says of a form, on the site and in the answer to a plain form post."""

from __future__ import annotations

from dataclasses import dataclass

from registration_core.domain.dates import span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.domain.fields import Option
    from registration_core.domain.forms import Form

STATUSES = ("confirmed", "pending", "waitlisted")
"""What a submission may be when it has just come in, as its sender is told."""


@dataclass(frozen=True, slots=True)
class ChosenView:
    """One option that a submission may be about.

    when, place, calendar: in words, and the address of its file for the calendar; empty where it
    takes place at no time.
    """

    value: str
    label: str
    when: str
    place: str
    calendar: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What is told of a submission of this form.

    chosen_label: the question whose options are `options`; name_label: the one after who takes
    part; both may be empty. email, participant: the names of the fields for the address and for who
    takes part. keeps: the fields whose answers are filled in again for the next person.
    """

    form: str
    chosen_label: str
    options: tuple[ChosenView, ...]
    name_label: str
    participant: str
    email: str
    keeps: tuple[str, ...]


def receipt_view(form: Form, language: str, *, prefix: str) -> ReceiptView:
    """Return what the page needs. prefix: what the language's addresses begin with."""
    field = form.chosen_field
    named = form.field(form.name_field) if form.name_field else None
    return ReceiptView(
        form=form.name,
        chosen_label=field.label.in_language(language) if field is not None else "",
        options=tuple(_chosen(form, option, language, prefix) for option in field.options) if field else (),
        name_label=named.label.in_language(language) if named is not None else "",
        participant=form.name_field or "",
        email=form.email_field,
        keeps=tuple(each.name for each in form.fields if each.keep_for_next),
    )


def calendar_path(form: Form, option: Option, *, prefix: str) -> str:
    """Return where on the site an option's file for the calendar lies."""
    return f"{prefix}/calendar/{form.name}-{option.value}.ics"


def _chosen(form: Form, option: Option, language: str, prefix: str) -> ChosenView:
    timed = option.starts_at is not None
    return ChosenView(
        value=option.value,
        label=option.label.in_language(language),
        when=span(option.starts_at, option.ends_at, language, form.words) if option.starts_at is not None else "",
        place=option.place.in_language(language) if option.place is not None else "",
        calendar=calendar_path(form, option, prefix=prefix) if timed else "",
    )
