"""`rollcall purge`: erases every submission received before a date."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.services import of
from admin_cli.submissions.bulk import for_each
from admin_cli.submissions.filters import (  # noqa: TC001 - Typer reads the annotations
    FormOption,
    LabelOption,
    OptionOption,
    StatusOption,
)
from admin_cli.submissions.lookup import counted
from admin_cli.submissions.promotions import Leaving, say_promoted, say_promotions
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.progress import Progress
from admin_cli.terminal.values import for_person
from registration_core.domain.errors import SubmissionNotFoundError
from registration_core.domain.filters import selection
from registration_core.domain.identifiers import display_reference
from registration_core.domain.submission import Status
from registration_core.domain.times import parse_time

if TYPE_CHECKING:
    from admin_cli.confirmation import Act
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Submission

app = verb()

OlderThan = Annotated[
    str, typer.Option("--older-than", metavar="WHEN", help="Received before then: 90d, 3mo, 2y, 2026-03-01.")
]


class Old(NamedTuple):
    """What purge remembers of a submission until its turn: nothing personal."""

    id: str
    reference: str
    form: str
    status: Status
    submitted_at: datetime
    option: str | None


@app.command(cls=Command)
def purge(
    ctx: typer.Context,
    *,
    older_than: OlderThan,
    form: FormOption = None,
    status: StatusOption = None,
    option: OptionOption = None,
    label: LabelOption = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Erase every submission received before a date, as `rollcall erase` does.

    You can't undo it. It first says how many submissions there are, of which forms and statuses,
    and names the oldest and the newest. If it is interrupted, run the same command again for the
    rest. It names those that it could not erase, and those whose status or option changed in the
    meantime, and then ends with 1. Without a purge, each submission expires after its form's
    retention_days.

    Examples:
      rollcall purge --older-than 2y --dry-run
      rollcall purge --older-than 90d --status cancelled --status spam
      rollcall purge --older-than 2026-03-01 --form contact --yes
    """
    now = datetime.now(UTC)
    parse_time(older_than, now=now, option="--older-than")  # before anything is asked
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    forms = act.stack.forms
    until = parse_time(older_than, now=now, option="--older-than")  # now that a day is the organisation's
    chosen = selection(lambda: forms, form=form, status=status, option=option, label=label, now=now)
    chosen = replace(chosen, until=until)
    submissions = _find(act, chosen)
    if not submissions:
        act.say(f"No submissions from before {for_person(until)} match.")
        return
    _summarise(act, submissions)
    _announce_promotions(act, submissions)
    if not act.agreed(f"erase {counted(len(submissions))} for good"):
        return
    manage = act.stack.manage()
    promoted: list[Submission] = []

    def erase(old: Old) -> None:
        try:
            manage.erase(old.id, by=act.by, only=chosen, promoted=promoted.append)
        except SubmissionNotFoundError:
            return  # it has expired in the meantime

    # The waitlisted go first, so that nobody is promoted, and mailed, just before being erased.
    turns = sorted(submissions, key=lambda old: old.status is not Status.WAITLISTED)
    try:
        for_each(act, turns, erase, name=lambda old: f"{old.form} {display_reference(old.reference)}", done="erased")
        act.say(f"{counted(len(submissions))} erased.")
    finally:
        say_promoted(act, promoted)


def _find(act: Act, chosen: Selection) -> list[Old]:
    """Read the selection, newest first, and show the progress."""
    submissions = []
    with Progress(act.services.output, "submissions found") as progress:
        for each in act.stack.query().select(chosen):
            submissions.append(Old(each.id, each.reference, each.form, each.status, each.submitted_at, each.option))
            progress.advance()
    return submissions


def _announce_promotions(act: Act, submissions: list[Old]) -> None:
    leaving = Leaving()
    for old in submissions:
        leaving.add(submission_id=old.id, form=old.form, option=old.option, status=old.status)
    say_promotions(act, leaving)


def _summarise(act: Act, submissions: list[Old]) -> None:
    """Say how many of each form and status there are, and which are the oldest and the newest."""
    for (form, status), count in sorted(Counter((old.form, str(old.status)) for old in submissions).items()):
        act.say(f"  {form}: {count:,} {status}")
    for which, old in (("oldest", submissions[-1]), ("newest", submissions[0])):
        act.say(f"  {which}: {old.form} {display_reference(old.reference)}, {for_person(old.submitted_at)}")
