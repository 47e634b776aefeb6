"""Filters: what selects submissions, as staff write it, and the selection that it makes."""

from __future__ import annotations

from dataclasses import replace

from registration_core.domain.errors import InvalidFilterError, UnknownNameError
from registration_core.domain.labels import read_label
from registration_core.domain.search_text import fold
from registration_core.domain.selection import Selection
from registration_core.domain.submission import Status
from registration_core.domain.suggestions import meant
from registration_core.domain.times import read_period

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime, tzinfo

    from registration_core.domain.forms import Form

STATUSES = ", ".join(Status)
OPTIONS = ("--since", "--until")
"""What the command line calls the limits of a period."""


def selection(
    forms: Callable[[], Mapping[str, Form]],
    *,
    form: str | None = None,
    status: Sequence[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    option: str | None = None,
    label: str | None = None,
    now: datetime | None = None,
    zone: tzinfo | None = None,
    period: tuple[str, str] = OPTIONS,
    versions_of: Callable[[str], Sequence[Form]] | None = None,
) -> Selection:
    """Return the selection that these options describe.

    forms: the stack's, read only when a form, an option or a time is named. now, zone: see
    `read_period`. period: what `since` and `until` are called. versions_of: reads all versions of a
    form, to find an option that it no longer has. Raises UnknownNameError for an unknown form or
    option and InvalidFilterError for an unknown status or time, with the known ones, and
    InvalidLabelError.
    """
    first, last = read_period(since, until, forms=forms, now=now, zone=zone, names=period)
    chosen = Selection(
        form=form,
        statuses=frozenset(map(the_status, (name for names in status or () for name in names.split(",")))),
        since=first,
        until=last,
        option=option,
        label=None if label is None else read_label(label),
    )
    if form is None and option is None:
        return chosen
    if option is not None and forms():
        named_forms = forms().values() if form is None else [the_form(forms(), form)]
        chosen = replace(chosen, option=the_option(named_forms, option))
    _ensure_there(forms(), form, chosen.option, versions_of)
    return chosen


def the_status(name: str) -> Status:
    """Return one status. Raises InvalidFilterError, with the known ones."""
    try:
        return Status(name.strip().lower())
    except ValueError as error:
        guess = meant(name.lower(), map(str, Status))
        raise InvalidFilterError(f"There is no status {name!r}.{guess} There are: {STATUSES}.") from error


def _ensure_there(
    forms: Mapping[str, Form],
    form: str | None,
    option: str | None,
    versions_of: Callable[[str], Sequence[Form]] | None,
) -> None:
    if not forms:
        return  # no form is known here; the list itself shows what there is
    asked_forms = list(forms.values()) if form is None else [the_form(forms, form)]
    counted = [name for each in asked_forms for name in each.capacities()]
    if option is None or option in counted:
        return
    if versions_of is not None and any(
        option in old.capacities() for each in asked_forms for old in versions_of(each.name)
    ):
        return
    where = "the form " + form if form is not None else "any form"
    available = f"There are: {', '.join(counted)}." if counted else "It has no limited seats."
    raise UnknownNameError(f"There is no option {option!r} in {where}.{meant(option.lower(), counted)} {available}")


def the_form(forms: Mapping[str, Form], name: str) -> Form:
    """Return one form. Raises UnknownNameError, which lists them, for an unknown name."""
    if name in forms:
        return forms[name]
    raise UnknownNameError(f"There is no form {name!r}.{meant(name.lower(), forms)} There are: {', '.join(forms)}.")


def the_option(forms: Iterable[Form], text: str, *, counted: bool = True) -> str:
    """Return the value of the option with this label in any language; the text itself if there is none.

    counted: only options with limited seats. A label of two options counts as unknown, so that
    nobody acts on the wrong one.
    """
    options = {
        option.value: option
        for form in forms
        if (field := form.chosen_field) is not None
        for option in field.options
        if option.capacity is not None or not counted
    }
    if text in options:
        return text
    named = [
        value
        for value, option in options.items()
        if fold(text) in {fold(label) for label in option.label.by_language.values()}
    ]
    return named[0] if len(named) == 1 else text
