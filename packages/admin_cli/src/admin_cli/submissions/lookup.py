"""One entry as a command is told it: by its ID, or by the reference that a person reads out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from registration_core.domain.identifiers import display_reference, parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from admin_cli.stack import Stack
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission, SubmissionDetails

Entry = Annotated[
    str, typer.Argument(metavar="ID|REFERENCE", help="As `list` prints it, or as a registrant reads it out.")
]

Entries = Annotated[
    list[str], typer.Argument(metavar="ID|REFERENCE", help="As `list` prints them, or as registrants read them out.")
]


def check_spelling(wanted: str) -> None:
    """Tell a slip in a reference before anything is asked. Raises InvalidReferenceError."""
    if "_" not in wanted:
        parse_reference(wanted)


def look_up(stack: Callable[[], Stack], wanted: str) -> SubmissionDetails:
    """Find an entry with its history and mails. Raises InvalidReferenceError, SubmissionNotFoundError."""
    check_spelling(wanted)
    return stack().query().show(wanted)


def called(entry: Submission, forms: Mapping[str, Form]) -> str:
    """Say which entry it is, so that a person sees whether it is the one they mean: whose, and of which option.

    Brothers and sisters share an address, so that the name comes first where the form asks one.
    """
    form = forms.get(entry.form)
    name = form.name_in(entry.answers) if form is not None else ""
    option = entry.option or (form.choice_in(entry.answers) if form is not None else "")
    which = f"{entry.form} {display_reference(entry.reference)}"
    if not name:
        return which + (f" of {entry.email}" if entry.email else "") + (f", {option}" if option else "")
    return f"{name}{f', {option}' if option else ''} ({which}, {entry.email})"


def counted(many: int) -> str:
    """Say how many submissions: 1 submission, 2 submissions."""
    return f"{many:,} submission{'' if many == 1 else 's'}"
