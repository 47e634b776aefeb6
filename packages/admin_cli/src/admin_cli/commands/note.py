"""`rollcall note`: notes that staff write about submissions for each other."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.services import of
from admin_cli.submissions.bulk import for_each
from admin_cli.submissions.history_lines import note_lines
from admin_cli.submissions.lookup import Entries, Entry, check_spelling, counted, each_once, look_up
from admin_cli.terminal.help import Command, noun
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.notes import read_note
from registration_core.domain.records import note_record
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from registration_core.domain.notes import Note
    from registration_core.domain.submission import Submission

app = noun("""
Write notes about submissions for the other staff, such as "called, no answer".

Examples:
  rollcall note add "Called, no answer" K7QM-3XTP
  rollcall note list K7QM-3XTP
  rollcall note remove 1 K7QM-3XTP
""")

FIELDS = ("id", "at", "by", "text")

Text = Annotated[str, typer.Argument(metavar="TEXT", help="What to write, in quotes.")]
Which = Annotated[str, typer.Argument(metavar="NOTE", help="Its number, as `note list` prints it, or its ID.")]


@app.command("add", cls=Command)
def add(ctx: typer.Context, text: Text, entries: Entries, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Write a note about one or more submissions. Nobody is mailed.

    A note has up to 1,000 characters; a submission can have 50. Registrants don't see notes on
    their page, but get them if they ask what you keep about them (`rollcall show --copy`). The
    history says who wrote a note and when, never its text. A note goes when its submission is
    erased.

    Examples:
      rollcall note add "Called, no answer" K7QM-3XTP --dry-run
      rollcall note add "Pays on the day" K7QM-3XTP 8D2N-4WRA --yes
    """
    text = read_note(text)
    for entry in entries:
        check_spelling(entry)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    named = each_once(act.stack.query(), entries)
    for each in named:
        if each.status is Status.ERASED:
            raise CliError(f"{act.called(each)} is erased, so it can't have a note.")
        act.say(f"  {act.called(each)}")
    if not act.agreed(f"write a note about {counted(len(named))}"):
        return
    notes, note_id = act.stack.notes(), new_ulid(datetime.now(UTC), os.urandom)

    def note_one(each: Submission) -> None:
        notes.add(each.id, text, by=act.by, note_id=note_id)

    for_each(act, named, note_one, name=act.called, done="noted")
    act.say(f"Note written about {counted(len(named))}.")


@app.command("list", cls=Command)
def list_notes(ctx: typer.Context, entry: Entry, *, json: Annotated[str | None, json_option(FIELDS)] = None) -> None:
    """Print the notes about a submission, oldest first.

    In a pipe each line has the ID, when, by whom and the text.

    Examples:
      rollcall note list K7QM-3XTP
      rollcall note list K7QM-3XTP --json text
    """
    services = of(ctx)
    output = services.output
    names = requested_fields(output, json, FIELDS)
    notes = look_up(services.stack, entry).submission.notes
    if names is not None:
        output.json([pick(note_record(note), names) for note in notes])
    elif not notes:
        output.note("It has no notes.")
    elif output.on_terminal:
        output.fields(note_lines(notes))
    else:
        output.rows((), [[note.id, note.at, note.by, note.text] for note in notes])


@app.command("remove", cls=Command)
def remove(ctx: typer.Context, note: Which, entry: Entry, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Remove a note for good. The history says who removed one, and not what it said.

    Examples:
      rollcall note remove 1 K7QM-3XTP --dry-run
      rollcall note remove 1 K7QM-3XTP
    """
    check_spelling(entry)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    submission = look_up(lambda: act.stack, entry).submission
    found = _the_note(submission, note)
    act.say(f"  {act.called(submission)}")
    for line in found.text.splitlines():
        act.say(f"    {line}")
    if act.agreed("remove this note"):
        act.stack.notes().remove(submission.id, found.id, by=act.by)
        act.say("The note was removed.")


def _the_note(submission: Submission, which: str) -> Note:
    """Return a note by its number or ID. Raises CliError."""
    for number, note in enumerate(submission.notes, 1):
        if which in (str(number), note.id):
            return note
    there = len(submission.notes)
    has = f"It has {there} note{'' if there == 1 else 's'}" if there else "It has none"
    raise CliError(f"The submission has no note {which!r}. {has}.", exit_code=ExitCode.NOT_FOUND)
