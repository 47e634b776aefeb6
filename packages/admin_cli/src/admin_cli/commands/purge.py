"""`rollcall purge`: what is older than it need be kept, erased for ever."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.services import of
from admin_cli.submissions.bulk import for_each
from admin_cli.submissions.filters import FormOption, OptionOption, StatusOption, selection
from admin_cli.submissions.lookup import counted
from admin_cli.submissions.promotions import Leaving, say_promoted, say_promotions
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.progress import Progress
from admin_cli.terminal.times import parse_time
from admin_cli.terminal.values import for_person
from registration_core.domain.errors import SubmissionNotFoundError
from registration_core.domain.identifiers import display_reference
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from admin_cli.confirmation import Act
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Submission

app = verb()

OlderThan = Annotated[
    str, typer.Option("--older-than", metavar="WHEN", help="What came in before then: 90d, 3mo, 2y, 2026-03-01.")
]


class Old(NamedTuple):
    """What is kept of a submission until it is its turn: nothing personal."""

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
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Erase every submission that came in before then, for ever, as `rollcall erase` does one.

    It cannot be undone. It first says how many there are, of which forms and statuses, and the oldest and the newest.
    It may be interrupted: what is erased is erased whole, and the same command again does the rest. Those that fail, or
    are of another status or option by their turn, are named, and it ends with 1. Without it each entry goes by itself
    when its form's retention_days are over.

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
    chosen = selection(lambda: forms, form=form, status=status, option=option, now=now)
    chosen = replace(chosen, until=until)
    found = _found(act, chosen)
    if not found:
        act.say(f"No submissions from before {for_person(until)} match.")
        return
    _tell(act, found)
    _say_promotions_move(act, found)
    if not act.agreed(f"erase {counted(len(found))} for good"):
        return
    manage = act.stack.manage()
    promoted: list[Submission] = []

    def erase(old: Old) -> None:
        try:
            manage.erase(old.id, by=act.by, only=chosen, promoted=promoted.append)
        except SubmissionNotFoundError:
            return  # its time ran out meanwhile

    # Who waits goes first, lest they are given the place, and mailed, of somebody who goes before them.
    turns = sorted(found, key=lambda old: old.status is not Status.WAITLISTED)
    try:
        for_each(act, turns, erase, name=lambda old: f"{old.form} {display_reference(old.reference)}", done="erased")
        act.say(f"{counted(len(found))} erased.")
    finally:
        say_promoted(act, promoted)


def _found(act: Act, chosen: Selection) -> list[Old]:
    """Read on to the oldest, saying how far it has come."""
    found = []
    with Progress(act.services.output, "submissions found") as progress:
        for each in act.stack.query().select(chosen):
            found.append(Old(each.id, each.reference, each.form, each.status, each.submitted_at, each.option))
            progress.advance()
    return found


def _say_promotions_move(act: Act, found: list[Old]) -> None:
    left = Leaving()
    for old in found:
        left.add(submission_id=old.id, form=old.form, option=old.option, status=old.status)
    say_promotions(act, left)


def _tell(act: Act, found: list[Old]) -> None:
    """Say how many of which, and from when to when."""
    for (form, status), many in sorted(Counter((old.form, str(old.status)) for old in found).items()):
        act.say(f"  {many:,} {status} of {form}")
    for which, old in (("oldest", found[-1]), ("newest", found[0])):
        act.say(f"  {which}: {old.form} {display_reference(old.reference)}, {for_person(old.submitted_at)}")
