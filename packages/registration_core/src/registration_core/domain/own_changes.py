"""Own changes: which answers registrants may change themselves, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registration_core.domain.lengths import before
from registration_core.domain.openings import form_opening, option_opening
from registration_core.domain.submission import STANDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from registration_core.domain.fields import Field, Option
    from registration_core.domain.forms import Form
    from registration_core.domain.openings import Overrides
    from registration_core.domain.submission import Submission


@dataclass(frozen=True, slots=True)
class OwnChanges:
    """A form file's `[own_changes]`.

    fields: the names of the fields. length: how long before the start of the chosen option changes
    end, such as `7d`; empty for until the start. until: when they end for everyone, instead.
    """

    fields: tuple[str, ...]
    length: str = ""
    until: datetime | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> OwnChanges:
        """Read what `to_dict` returned."""
        until = data.get("until")
        return cls(
            tuple(data["fields"]), data.get("before", ""), None if until is None else datetime.fromisoformat(until)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return values for the compiled form, without what isn't set."""
        data: dict[str, Any] = {"fields": list(self.fields)}
        data |= {"before": self.length} if self.length else {}
        return data | ({"until": self.until.isoformat()} if self.until is not None else {})


def own_changes_of(form: Form) -> OwnChanges | None:
    """Return a form's own changes; None if registrants can't change anything."""
    return None if form.own_changes is None else OwnChanges.from_dict(form.own_changes)


def changes_end(form: Form, option: Option | None) -> datetime | None:
    """Return when registrants of an option can no longer change anything; None for never.

    option: None for a submission that is about no option.
    """
    rules = own_changes_of(form)
    if rules is None or rules.until is not None:
        return rules.until if rules is not None else None
    if option is None or option.starts_at is None:
        return None
    return before(option.starts_at, rules.length, form.time_zone) if rules.length else option.starts_at


def changeable_fields(form: Form, submission: Submission, now: datetime) -> tuple[Field, ...]:
    """Return the fields that a submission's registrant may change now, in the form's order.

    Not those that aren't asked with answers that stay. None if the submission is cancelled, spam or
    erased, if it is too late, or if the form no longer has the option that it is about: then nobody
    knows when that starts.
    """
    rules, chosen = own_changes_of(form), form.chosen_field
    if rules is None or submission.status not in STANDING:
        return ()
    option = chosen.option(form.choice_in(submission.answers)) if chosen is not None else None
    if chosen is not None and option is None:
        return ()
    ends = changes_end(form, option)
    if ends is not None and now >= ends:
        return ()
    return tuple(
        field
        for field in form.fields
        if field.name in rules.fields
        and (field.show_when is None or field.show_when.field in rules.fields or form.asks(field, submission.answers))
    )


def offered_options(
    form: Form, field: Field, submission: Submission, overrides: Overrides, now: datetime
) -> tuple[Option, ...]:
    """Return the options that a registrant may choose now, with the one that they have.

    The form offers an option for a new choice while its own time for changes lasts, and it and the
    form are open. What depends on an answer that stays is left out if it isn't offered with it.
    """
    rules = own_changes_of(form)
    return tuple(
        option
        for option in field.options
        if option.value == submission.answers.get(field.name)
        or (
            (field != form.chosen_field or may_be_chosen(form, option, overrides, now))
            and (
                option.show_when is None
                or (rules is not None and option.show_when.field in rules.fields)
                or form.offers(option, submission.answers)
            )
        )
    )


def may_be_chosen(form: Form, option: Option, overrides: Overrides, now: datetime) -> bool:
    """Whether a registrant may move to this option of the field that the form is about."""
    ends = changes_end(form, option)
    is_open = form_opening(form, overrides, now).open and option_opening(option, overrides, now).open
    return is_open and (ends is None or now < ends)
