"""`rollcall check-in`: checks people in at the door, and undoes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.services import of
from admin_cli.submissions.bulk import for_each
from admin_cli.submissions.days import read_day
from admin_cli.submissions.lookup import check_spelling, counted, each_once, look_up
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.values import for_person
from registration_core.domain.attendance import check_in_of, ensure_day
from registration_core.domain.errors import (
    InvalidReferenceError,
    StatusTransitionError,
    StorageDeniedError,
    SubmissionNotFoundError,
)
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from admin_cli.confirmation import Act
    from registration_core.domain.submission import Submission
    from registration_core.services.attendance import AttendanceService

app = verb()

FROM_SCANNER = "-"

_Entries = Annotated[
    list[str],
    typer.Argument(
        metavar="ID|REFERENCE|-", help="As `list` prints them, as registrants read them out, or - for a scanner."
    ),
]


@app.command(cls=Command)
def check_in(
    ctx: typer.Context,
    entries: _Entries,
    *,
    day: Annotated[
        str | None, typer.Option("--day", metavar="DAY", help="today (the default), yesterday or 2026-03-01.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Undo the day's check-in.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Check people in, or undo it. Nobody is mailed.

    With - it reads one reference per line until Ctrl-D, and says at once who it is: connect a
    scanner that types, and scan the QR codes in the confirmation mails. Only confirmed submissions
    can be checked in; if a line was refused, the command ends with exit code 1. Today is the day
    where the organisation is. A person who is already checked in stays so. The history says who
    checked them in, and for which day.

    Examples:
      rollcall check-in K7QM-3XTP
      rollcall check-in K7QM-3XTP 8D2N-4WRA --day yesterday --yes
      rollcall check-in K7QM-3XTP --undo
      rollcall check-in -
    """
    scanning = FROM_SCANNER in entries
    if scanning and len(entries) > 1:
        raise CliError("Give either - or references, not both.", exit_code=ExitCode.USAGE)
    for entry in entries:
        if not scanning:
            check_spelling(entry)
    if day is not None:
        read_day(day, datetime.now(UTC).date())  # report a mistake before calling the stack
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    door = Door(act, act.stack.attendance(), day, undo=undo)
    if scanning:
        _scan(door)
    else:
        _check_in_named(door, entries)


@dataclass(frozen=True, slots=True)
class Door:
    """Where people are checked in, or out again with undo. day: as it was written; None for today."""

    act: Act
    attendance: AttendanceService
    day: str | None
    undo: bool

    def day_of(self, submission: Submission) -> date:
        """Return the day for a submission of this form. Raises CliError, InvalidCheckInError."""
        today = self.attendance.today(submission.form)
        its_day = today if self.day is None else read_day(self.day, today)
        if not self.undo:
            ensure_day(its_day, today)
        return its_day

    def why_not(self, submission: Submission) -> str:
        """Say why there is nothing to do for a submission; empty if there is something."""
        made = check_in_of(submission, self.day_of(submission))
        if self.undo:
            return "" if made is not None else "not checked in"
        return "" if made is None or submission.status is not Status.CONFIRMED else f"already in, {for_person(made.at)}"

    def ensure_confirmed(self, submission: Submission) -> None:
        """Raise StatusTransitionError for a submission that can't be checked in."""
        if not self.undo and submission.status is not Status.CONFIRMED:
            raise StatusTransitionError(
                f"{self.act.called(submission)} is {submission.status}; only a confirmed submission can be checked in."
            )

    def do(self, submission: Submission) -> None:
        """Check one in, or undo it."""
        act = self.attendance.undo if self.undo else self.attendance.check_in
        act(submission.id, self.day_of(submission), by=self.act.by)

    @property
    def done(self) -> str:
        """What was done to a person."""
        return "no longer checked in" if self.undo else "checked in"


def _check_in_named(door: Door, entries: Sequence[str]) -> None:
    act = door.act
    named = each_once(act.stack.query(), entries)
    for each in named:
        door.ensure_confirmed(each)
    left = []
    for each in named:
        why_not = door.why_not(each)
        left += [] if why_not else [each]
        act.say(f"  {act.called(each)}{f', {why_not}' if why_not else ''}")
    if not left:
        return
    day = door.day_of(left[0])
    what = f"undo the check-in of {counted(len(left))}" if door.undo else f"check in {counted(len(left))}"
    if act.agreed(f"{what} for {day}"):
        for_each(act, left, door.do, name=act.called, done=door.done)
        act.say(f"{counted(len(left))} {door.done}.")


def _scan(door: Door) -> None:
    """Check in whom a scanner or a person names, one per line, and say so at once. A wrong one stops nobody.

    Raises CliError at the end if a line was refused.
    """
    act = door.act
    if not act.agreed("undo the check-ins of everyone you scan" if door.undo else "check in everyone you scan"):
        return
    done = refused = 0
    for reference in _lines(act):
        try:
            submission = look_up(lambda: act.stack, reference).submission
            door.ensure_confirmed(submission)
            why_not = door.why_not(submission)
            if not why_not:
                door.do(submission)
                done += 1
            act.say(f"  {act.called(submission)}{f', {why_not}' if why_not else ''}")
        except StorageDeniedError:
            raise
        except (InvalidReferenceError, SubmissionNotFoundError, StatusTransitionError) as error:
            refused += 1
            act.say(f"! {error}")
    act.say(f"{counted(done)} {door.done}.")
    if refused:
        lines = "1 line was" if refused == 1 else f"{refused} lines were"
        raise CliError(f"{lines} refused; see the lines above that begin with !")


def _lines(act: Act) -> Iterator[str]:
    """Yield the lines of standard input that have something in them, as they come."""
    stdin = act.services.stdin
    while stdin is not None and (line := stdin.readline()):
        if line.strip():
            yield line.strip()
