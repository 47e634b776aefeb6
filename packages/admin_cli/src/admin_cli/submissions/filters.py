"""The options that select submissions, and the selection that they make."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.definitions import the_form, the_option
from admin_cli.terminal import completion
from admin_cli.terminal.times import read_period
from admin_cli.terminal.usage import meant
from registration_core.domain.labels import read_label
from registration_core.domain.selection import Selection
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from registration_core.domain.forms import Form

STATUSES = ", ".join(Status)

FormOption = Annotated[
    str | None,
    typer.Option("--form", metavar="FORM", help="Only this form's submissions.", autocompletion=completion.forms),
]
StatusOption = Annotated[
    list[str] | None,
    typer.Option(
        "--status",
        metavar="STATUS",
        help=f"Only submissions with this status; repeatable: {STATUSES}.",
        autocompletion=completion.statuses,
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="WHEN", help="Only submissions since then: 7d, 3mo, monday, 2026-03-01."),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="WHEN", help="Only submissions before then. A day is included whole.")
]
OptionOption = Annotated[
    str | None,
    typer.Option(
        "--option",
        metavar="OPTION",
        help="Only submissions for this option: its value, as `quota list` prints it, or its label.",
        autocompletion=completion.options,
    ),
]

LabelOption = Annotated[
    str | None, typer.Option("--label", metavar="LABEL", help="Only submissions with this label, such as paid.")
]


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
    versions_of: Callable[[str], Sequence[Form]] | None = None,
) -> Selection:
    """Return the selection that these options describe.

    forms: the stack's, read only when a form, an option or a time is named. now: the present moment; None to look.
    versions_of: reads all versions of a form, to find an option that it no longer has. Raises CliError for an unknown
    form, status, option or time, with the known ones, and InvalidLabelError.
    """
    first, last = read_period(since, until, forms=forms, now=now)
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
    """Return one status. Raises CliError, with the known ones."""
    try:
        return Status(name.strip().lower())
    except ValueError as error:
        raise CliError(
            f"There is no status {name!r}.{meant(name.lower(), map(str, Status))} There are: {STATUSES}.",
            exit_code=ExitCode.USAGE,
        ) from error


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
    raise CliError(
        f"There is no option {option!r} in {where}.{meant(option.lower(), counted)} {available}",
        exit_code=ExitCode.NOT_FOUND,
    )
