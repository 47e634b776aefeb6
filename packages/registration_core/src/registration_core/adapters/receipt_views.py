"""Receipt views: what the thank-you page shows, on the site and after a plain form post."""

from __future__ import annotations

from dataclasses import dataclass

from registration_core.domain.dates import span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.domain.fields import Option
    from registration_core.domain.forms import Form

STATUSES = ("confirmed", "pending", "waitlisted")
"""The statuses of a new submission that its registrant may see."""


@dataclass(frozen=True, slots=True)
class ChosenView:
    """One option that a submission may be about.

    when, place, calendar: the date and place in words, and the path of the calendar file; empty
    without a date.
    """

    value: str
    label: str
    when: str
    place: str
    calendar: str

    @property
    def lines(self) -> tuple[str, ...]:
        """Its label, date and place, as far as it has them."""
        return tuple(line for line in (self.label, self.when, self.place) if line)


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What the thank-you page shows for a form.

    chosen_label: the label of the field with these options. name_label: the label of the
    participant's name. Both may be empty. email, participant: the fields for the address and the
    participant's name. keeps: the fields whose answers are filled in again for the next person.
    """

    form: str
    chosen_label: str
    options: tuple[ChosenView, ...]
    name_label: str
    participant: str
    email: str
    keeps: tuple[str, ...]


def receipt_view(form: Form, language: str, *, prefix: str) -> ReceiptView:
    """Return the view. prefix: the start of the language's paths."""
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
    """Return the path of an option's calendar file on the site."""
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
