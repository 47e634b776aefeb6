"""`rollcall erase`: removes submissions' answers and addresses for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.services import of
from admin_cli.submissions.bulk import for_each
from admin_cli.submissions.lookup import Group, check_spelling, counted, with_groups
from admin_cli.submissions.promotions import leaving, say_promoted, say_promotions
from admin_cli.terminal.help import Command, verb
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from admin_cli.confirmation import Act
    from registration_core.domain.submission import Submission

app = verb()

Named = Annotated[
    list[str],
    typer.Argument(
        metavar="ID|REFERENCE|ADDRESS", help="Submissions as `list` prints them, or an e-mail address for all of its."
    ),
]

ALL_OF_AN_ADDRESS = 10_000


@app.command(cls=Command)
def erase(ctx: typer.Context, names: Named, *, group: Group = False, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Erase submissions: remove their answers and addresses for good, and give their seats to the next in line.

    You can't undo it. An e-mail address means every submission from it, such as a whole family's;
    --group means all that were sent together.
    Before it erases, the command says who would be promoted; afterwards, who was. The ID,
    reference, form, option, times and history remain. docs/privacy.md lists the copies that it does
    not reach, such as mails already sent. If it is interrupted, run the same command again.

    Examples:
      rollcall erase K7QM-3XTP --dry-run
      rollcall erase K7QM-3XTP 8D2N-4WRA
      rollcall erase K7QM-3XTP --group
      rollcall erase per.lindqvist@example.org
      rollcall erase reg_01JD9Z3V8Q4X2M7N5R6T1WKBCE --yes
    """
    for name in names:
        if "@" not in name:
            check_spelling(name)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    submissions = _find(act, names)
    if group:
        submissions = with_groups(act.stack.query(), submissions)
    left = [each for each in submissions if each.status is not Status.ERASED]
    for each in submissions:
        if each not in left:
            act.say(f"{act.called(each)} is already erased.")
        elif len(left) > 1:
            act.say(f"  {act.called(each)}, which is {each.status}")
    say_promotions(act, leaving(left))
    one = f"{act.called(left[0])}, which is {left[0].status}," if len(left) == 1 else counted(len(left))
    if (left and not act.agreed(f"erase {one} for good")) or dry_run:
        return
    _erase(act, submissions, new=len(left))


def _erase(act: Act, submissions: list[Submission], *, new: int) -> None:
    """Erase each, including those already erased: that finishes an erasure that was interrupted.

    new: how many of them are not erased yet.
    """
    manage = act.stack.manage()
    promoted: list[Submission] = []
    # The waitlisted go first, so that nobody is promoted, and mailed, just before being erased.
    turns = sorted(submissions, key=lambda each: each.status is not Status.WAITLISTED)
    try:
        for_each(
            act,
            turns,
            lambda each: manage.erase(each.id, by=act.by, promoted=promoted.append),
            name=act.called,
            done="erased",
        )
        if new:
            act.say(f"{counted(new)} erased.")
    finally:
        say_promoted(act, promoted)


def _find(act: Act, names: list[str]) -> list[Submission]:
    """Find each once. Raises SubmissionNotFoundError, or CliError for an address without submissions."""
    query = act.stack.query()
    by_id: dict[str, Submission] = {}
    for name in names:
        if "@" not in name:
            submission = query.show(name).submission
            by_id[submission.id] = submission
            continue
        submissions = query.by_email(name, limit=ALL_OF_AN_ADDRESS)
        if not submissions:
            raise CliError(f"There are no submissions from {name}.", exit_code=ExitCode.NOT_FOUND)
        by_id |= {submission.id: submission for submission in submissions}
    return list(by_id.values())
