"""`rollcall label`: puts labels on submissions, such as paid, and takes them off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError
from admin_cli.services import of
from admin_cli.submissions.bulk import for_each
from admin_cli.submissions.lookup import Entries, check_spelling, counted, each_once
from admin_cli.terminal.help import Command, noun
from registration_core.domain.labels import read_label
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registration_core.domain.submission import Submission

app = noun("""
Put labels on submissions, such as paid, and take them off.

Examples:
  rollcall label add paid K7QM-3XTP 8D2N-4WRA
  rollcall label remove paid K7QM-3XTP
""")

Label = Annotated[str, typer.Argument(metavar="LABEL", help="One word, such as paid.")]


@app.command("add", cls=Command)
def add(ctx: typer.Context, label: Label, entries: Entries, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Put a label on one or more submissions. Registrants never see it, and nobody is mailed.

    A label is one word of up to 30 letters, digits, - and _, in lower case; a submission can have
    20. Don't write about the person: the history keeps the word after the submission is erased. The
    label itself goes with it. To list those with a label: `rollcall list --label paid`.

    Examples:
      rollcall label add paid K7QM-3XTP --dry-run
      rollcall label add paid K7QM-3XTP
      rollcall label add paid K7QM-3XTP 8D2N-4WRA --yes
    """
    _change(ctx, read_label(label), entries, on=True, yes=yes, dry_run=dry_run)


@app.command("remove", cls=Command)
def remove(ctx: typer.Context, label: Label, entries: Entries, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Take a label off one or more submissions.

    Examples:
      rollcall label remove paid K7QM-3XTP --dry-run
      rollcall label remove paid K7QM-3XTP 8D2N-4WRA
    """
    _change(ctx, read_label(label), entries, on=False, yes=yes, dry_run=dry_run)


def _change(ctx: typer.Context, label: str, entries: Sequence[str], *, on: bool, yes: bool, dry_run: bool) -> None:
    for entry in entries:
        check_spelling(entry)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    named = each_once(act.stack.query(), entries)
    for each in named:
        if each.status is Status.ERASED:
            raise CliError(f"{act.called(each)} is erased, so it can't have a label.")
    left = [each for each in named if (label in each.labels) is not on]
    for each in named:
        has = "" if each in left else f", which already {'has' if on else 'lacks'} it"
        act.say(f"  {act.called(each)}{has}")
    if not left or not act.agreed(f"{f'put {label} on' if on else f'take {label} off'} {counted(len(left))}"):
        return
    manage = act.stack.manage()

    def change_one(each: Submission) -> None:
        manage.label(each.id, label, on=on, by=act.by)

    for_each(act, left, change_one, name=act.called, done="labelled" if on else "changed")
    act.say(f"{counted(len(left))} {'labelled' if on else 'changed'}.")
