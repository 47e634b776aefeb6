"""Openings: from when to when an option of a form, or the whole form, accepts submissions.

The form file says when: an option is open from `opens_at` until `closes_at`, by default until it
starts. Staff may override that at once; the newest override of an option or of the form counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from registration_core.domain.errors import FormClosedError, OptionBegunError
from registration_core.domain.time_zones import local
from registration_core.domain.values import ValueRefusedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import TypeAlias

    from registration_core.domain.fields import Field, Option
    from registration_core.domain.forms import Form

    Overrides: TypeAlias = Mapping[str, "Override"]
    """The overrides in force by option; WHOLE_FORM for the form's own."""

WHOLE_FORM = "*"
"""Stands for the form itself where an option could be named."""


@dataclass(frozen=True, slots=True)
class Override:
    """What staff decided about an option or a whole form.

    open: whether it accepts submissions. until: when that ends. A closed one is then open by its
    form file again, an open one is closed. None for an open one: until the form file's next closing
    time; for a closed one: until staff open it. by, at: the IAM principal or account, and when.
    """

    open: bool
    by: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether an option or a form accepts submissions now.

    changes_at: when that changes next, if it does. override: what staff decided, if that is the
    reason.
    """

    open: bool
    changes_at: datetime | None = None
    override: Override | None = None


def option_opening(option: Option, overrides: Overrides, now: datetime) -> Opening:
    """Return whether an option is open, whatever its form is."""
    closes_at = option.closes_at if option.closes_at is not None else option.starts_at
    return _opening(option.opens_at, closes_at, overrides.get(option.value), now)


def form_opening(form: Form, overrides: Overrides, now: datetime) -> Opening:
    """Return whether the form is open, whatever its options are."""
    return _opening(form.opens_at, form.closes_at, overrides.get(WHOLE_FORM), now)


def ensure_open(form: Form, overrides: Overrides, now: datetime) -> None:
    """Raise FormClosedError if the form isn't open now."""
    opening = form_opening(form, overrides, now)
    if opening.open:
        return
    override = opening.override
    if override is None:
        form.ensure_open(now)
    at = opening.changes_at
    if at is None and override is not None:
        at = override.until if override.open else override.at
    shown = local(at, form.time_zone) if at is not None else None
    raise FormClosedError("The form is closed.", opens=opening.changes_at is not None, at=shown)


def ensure_option_open(form: Form, overrides: Overrides, now: datetime, field: Field, answer: object) -> None:
    """Raise ValueRefusedError if the chosen option is closed now. answer: to the field, as stored."""
    chosen = form.chosen_field is not None and form.chosen_field.name == field.name
    option = field.option(answer) if chosen and isinstance(answer, str) else None
    if option is None or (opening := option_opening(option, overrides, now)).open:
        return
    if opening.changes_at is None:
        raise ValueRefusedError("option_closed", option=option.label)
    opens = local(opening.changes_at, form.time_zone)
    raise ValueRefusedError("option_closed_until", option=option.label, day=opens.date(), time=f"{opens:%H:%M}")


def closed_options(form: Form, overrides: Overrides, now: datetime) -> frozenset[str]:
    """Return the options that are closed now."""
    options = form.chosen_field.options if form.chosen_field is not None else ()
    return frozenset(option.value for option in options if not option_opening(option, overrides, now).open)


def has_started(form: Form, value: str | None, now: datetime) -> bool:
    """Whether the option has started. Then promotion depends on the overrides: see `ensure_not_begun`."""
    option = _chosen_option(form, value)
    return option is not None and option.starts_at is not None and now >= option.starts_at


def ensure_not_begun(form: Form, value: str | None, overrides: Overrides, now: datetime) -> None:
    """Raise OptionBegunError if the option has started and is closed: nobody is promoted into it any more."""
    option = _chosen_option(form, value)
    if option is not None and has_started(form, value, now) and not option_opening(option, overrides, now).open:
        raise OptionBegunError(form.name, option.value)


def all_over(form: Form, now: datetime) -> bool:
    """Whether every option that a submission can be about is closed for good by its form file."""
    options = form.chosen_field.options if form.chosen_field is not None else ()
    openings = [option_opening(option, {}, now) for option in options]
    return bool(openings) and not any(one.open or one.changes_at is not None for one in openings)


def _chosen_option(form: Form, value: str | None) -> Option | None:
    field = form.chosen_field
    return field.option(value) if field is not None and value is not None else None


def _opening(
    opens_at: datetime | None, closes_at: datetime | None, override: Override | None, now: datetime
) -> Opening:
    if override is None or not _decides(override, closes_at, now):
        return _by_file(opens_at, closes_at, now)
    until = override.until
    if override.open:
        if until is None and closes_at is not None and closes_at > override.at:
            until = closes_at
        still = until is None or now < until
        return Opening(open=still, changes_at=until if still else None, override=override)
    if until is None:
        return Opening(open=False, override=override)
    after = _by_file(opens_at, closes_at, until)
    return Opening(open=False, changes_at=until if after.open else after.changes_at, override=override)


def _decides(override: Override, closes_at: datetime | None, now: datetime) -> bool:
    """Whether an override counts now, and not the form file again."""
    if not override.open:
        return override.until is None or now < override.until
    return override.until is not None or closes_at is None or closes_at <= override.at or now < closes_at


def _by_file(opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> Opening:
    if opens_at is not None and now < opens_at:
        return Opening(open=False, changes_at=opens_at)
    if closes_at is not None and now >= closes_at:
        return Opening(open=False)
    return Opening(open=True, changes_at=closes_at)
