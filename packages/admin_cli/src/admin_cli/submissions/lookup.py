"""One submission, looked up by its ID or by the reference that a registrant reads out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from registration_core.domain.identifiers import display_reference, parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from admin_cli.stack import Stack
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission, SubmissionDetails
    from registration_core.services.query import QueryService

Entry = Annotated[
    str, typer.Argument(metavar="ID|REFERENCE", help="As `list` prints it, or as a registrant reads it out.")
]

Entries = Annotated[
    list[str], typer.Argument(metavar="ID|REFERENCE", help="As `list` prints them, or as registrants read them out.")
]


Group = Annotated[bool, typer.Option("--group", help="Also all who were sent together with them.")]


def check_spelling(text: str) -> None:
    """Check a reference's spelling before any request. Raises InvalidReferenceError."""
    if "_" not in text:
        parse_reference(text)


def look_up(stack: Callable[[], Stack], text: str) -> SubmissionDetails:
    """Find a submission with its history and mails. Raises InvalidReferenceError, SubmissionNotFoundError."""
    check_spelling(text)
    return stack().query().show(text)


def each_once(query: QueryService, entries: Iterable[str]) -> list[Submission]:
    """Find submissions, each once however often it is named. Raises as `look_up` does, before anything is changed."""
    found = (query.show(entry).submission for entry in entries)
    return list({each.id: each for each in found}.values())


def with_groups(query: QueryService, submissions: Iterable[Submission]) -> list[Submission]:
    """Return submissions with all who were sent together with them, each once, the groups in their order."""
    named = {each.id: each for each in submissions}
    ids = dict.fromkeys(member for each in named.values() for member in each.members or (each.id,))
    stored = named if ids.keys() == named.keys() else {**query.several(ids), **named}
    return [stored[each] for each in ids if each in stored]


def called(submission: Submission, forms: Mapping[str, Form]) -> str:
    """Describe a submission by person and option, so that staff see whether it is the one they mean.

    Siblings share an address, so the name comes first if the form asks for one.
    """
    form = forms.get(submission.form)
    name = form.name_in(submission.answers) if form is not None else ""
    option = submission.option or (form.choice_in(submission.answers) if form is not None else "")
    which = f"{submission.form} {display_reference(submission.reference)}"
    if not name:
        return which + (f" of {submission.email}" if submission.email else "") + (f", {option}" if option else "")
    return f"{name}{f', {option}' if option else ''} ({which}, {submission.email})"


def counted(count: int) -> str:
    """Say how many submissions: 1 submission, 2 submissions."""
    return f"{count:,} submission{'' if count == 1 else 's'}"
