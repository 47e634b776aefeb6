"""`rollcall erase`: what a submission says of its person, removed for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer  # noqa: TC002 - Typer reads the annotations

from admin_cli.acting import DryRun, Yes, begin
from admin_cli.entries import Entry, check_spelling
from admin_cli.helping import Command, verb
from admin_cli.moving_up import leaving, say_moved, say_who_would
from admin_cli.services import of
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from registration_core.domain.submission import Submission

app = verb()


@app.command(cls=Command)
def erase(ctx: typer.Context, entry: Entry, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Remove a submission's answers and address for ever; its seat goes to the next in line.

    It cannot be undone. It says before who would move up, and afterwards who did; they are mailed. What remains is the
    ID, the reference, the form, the option, the times and the history; docs/privacy.md tells which copies it does not
    reach, such as mails already sent. An erasure that was broken off is ended by the same command.

    Examples:
      rollcall erase K7QM-3XTP --dry-run
      rollcall erase K7QM-3XTP
      rollcall erase reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE --yes
    """
    check_spelling(entry)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    before = act.stack.query().show(entry).submission
    again = before.status is Status.ERASED
    if again and dry_run:
        act.say(f"{act.called(before)} is erased already.")
        return
    say_who_would(act, leaving([before]))
    if again or act.agreed(f"erase {act.called(before)}, which is {before.status}, for ever"):
        moved: list[Submission] = []
        erased = act.stack.manage().erase(before.id, by=act.by, moved_up=moved.append)
        act.say(f"{act.called(erased)} is erased{' already' if again else ''}.")
        say_moved(act, moved)
