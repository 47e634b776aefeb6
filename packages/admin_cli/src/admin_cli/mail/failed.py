"""`rollcall mail failed` and `rollcall mail redrive`: what could not be mailed, and to have it mailed after all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.mail.failures import failed_mails, look_up, name_of
from admin_cli.services import of
from admin_cli.terminal.json_fields import json_option, pick, wanted
from admin_cli.terminal.progress import Progress
from admin_cli.terminal.table import Column
from admin_cli.terminal.times import read_since
from admin_cli.terminal.values import for_person, iso
from registration_core.domain.dead_letters import ChangeSpan
from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import MailRequest, MailState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from admin_cli.mail.failures import FailedMail
    from admin_cli.stack import Stack
    from admin_cli.terminal.values import Value
    from registration_core.domain.dead_letters import DeadLetter
    from registration_core.domain.submission import MailRecord, SubmissionDetails

FIELDS = ("message", "reference", "id", "name", "kind", "state", "since", "why")

COLUMNS = (
    Column("NAME", narrowest=12),
    Column("MESSAGE"),
    Column("REFERENCE"),
    Column("MAIL"),
    Column("STATE"),
    Column("SINCE"),
    Column("WHY", narrowest=20),
)
"""On a terminal. In a pipe the name comes last, behind the columns that there were before it."""

SHOWN = 8
"""So many letters of a message's ID tell it from all others, as good as always."""

SINCE = "30d"


@dataclass(frozen=True, slots=True)
class Failed:
    """A line: a dead letter, or a mail of an entry. message: of a dead letter alone."""

    state: str
    since: datetime | None
    kind: str = ""
    message: str = ""
    reference: str = ""
    id: str = ""
    name: str = ""
    why: str = ""

    def record(self) -> dict[str, object]:
        """Give what --json prints, under the names of FIELDS."""
        whole = {name: getattr(self, name) or None for name in FIELDS}
        return whole | {"since": iso(self.since) if self.since else None}

    def row(self, *, whole: bool) -> list[Value]:
        """Give a line; on a terminal a message's ID is short."""
        rest: list[Value] = [self.reference or self.id, self.kind, self.state, self.since, self.why]
        return [self.message, *rest, self.name] if whole else [self.name, self.message[:SHOWN], *rest]


def failed(
    ctx: typer.Context,
    *,
    since: Annotated[str, typer.Option(metavar="WHEN", help="Mails that failed since then.")] = SINCE,
    json: Annotated[str | None, json_option(FIELDS)] = None,
) -> None:
    """Print what could not be mailed, and why as far as it is known; nothing is consumed.

    First the dead letters: mails that failed five times, and changes of submissions whose mails could not be queued
    (`rollcall mail redrive` takes both up again). Then mails that came back, were called spam, were not sent to a
    suppressed address or are stuck, in the last 30 days or since --since. What is mended is forgotten: once a later
    mail reached the person, or the submission is erased.

    Examples:
      rollcall mail failed
      rollcall mail failed --since 30d
      rollcall mail failed --json message,reference,why
    """
    services = of(ctx)
    names = wanted(services.output, json, FIELDS)
    stack = services.stack()
    first = read_since(since, forms=lambda: stack.forms)
    letters = stack.mailing().redrive.read()
    whose = look_up(stack, {letter.about.id for letter in letters if isinstance(letter.about, MailRequest)})
    lines = [_of_letter(stack, letter, whose) for letter in letters]
    lines += map(_of_mail, failed_mails(stack, since=first))
    if names is not None:
        services.output.json([pick(line.record(), names) for line in lines])
        return
    if lines:
        whole = not services.output.on_terminal
        services.output.rows(COLUMNS, [line.row(whole=whole) for line in lines])
    if not lines:
        services.output.note(f"Nothing failed since {for_person(first)}.")


def redrive(
    ctx: typer.Context,
    messages: Annotated[
        list[str] | None,
        typer.Argument(metavar="MESSAGE...", help="As `mail failed` prints them; the first letters will do."),
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Queue dead letters again, once what kept them from being mailed is mended.

    Whoever has their mail already gets no second one, so that it is safe to repeat, and to break off. A dead letter of
    the table's stream is turned into the mails that those changes call for; a day later the stream has forgotten them,
    and the submissions that came in at that time are looked at instead.

    Examples:
      rollcall mail redrive --all --dry-run
      rollcall mail redrive --all
      rollcall mail redrive 3f2a9c01 --yes
    """
    if every == bool(messages):
        raise CliError(
            "Name the messages to queue again, or --all.",
            hint="See which there are: rollcall mail failed",
            exit_code=ExitCode.USAGE,
        )
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    service = act.stack.mailing().redrive
    letters = service.read()
    ours = [letter for letter in letters if letter.about is not None]
    if len(ours) < len(letters):
        act.say(f"Left where they are, for they are none of Rollcall's: {len(letters) - len(ours)} of the messages.")
    chosen = ours if every else [_the_letter(ours, named) for named in messages or ()]
    if not chosen:
        act.say("There are no dead letters.")
        return
    letter_s = "1 dead letter" if len(chosen) == 1 else f"{len(chosen):,} dead letters"
    if not act.agreed(f"queue {letter_s} again"):
        return
    mails = 0
    with Progress(act.services.output, "dead letters", total=len(chosen)) as progress:
        for redriven in service.redrive([letter.id for letter in chosen]):
            progress.advance()
            mails += redriven.mails
            if redriven.gone:
                progress.tell(
                    f"{redriven.letter.id[:SHOWN]}: the stream has forgotten those changes, so the submissions of that "
                    "time were looked at. Cancellations and promotions of older ones are not found so."
                )
    act.say(f"Queued {mails:,} mail{'' if mails == 1 else 's'} for {progress.done:,} of {letter_s}.")


def _the_letter(letters: Sequence[DeadLetter], named: str) -> DeadLetter:
    found = [letter for letter in letters if letter.id.startswith(named)] if named else []
    if len(found) == 1:
        return found[0]
    raise CliError(
        f"There is no dead letter {named!r}; it may have been queued again already."
        if not found
        else f"{len(found)} dead letters begin with {named!r}; write more of it.",
        hint="See which there are: rollcall mail failed",
        exit_code=ExitCode.USAGE if found else ExitCode.NOT_FOUND,
    )


def _of_letter(stack: Stack, letter: DeadLetter, whose: Mapping[str, SubmissionDetails]) -> Failed:
    about = letter.about
    if isinstance(about, ChangeSpan):
        when = f"between {for_person(about.since)} and {for_person(about.until)}"
        changes = "1 change" if about.count == 1 else f"{about.count:,} changes"
        return Failed("not queued", letter.since, message=letter.id, why=f"{changes} of submissions {when}")
    if about is None:
        return Failed("unknown", letter.since, message=letter.id, why="none of Rollcall's own messages")
    line = {"kind": about.kind, "message": letter.id, "id": about.id}
    details = whose.get(about.id)
    if details is None:
        return Failed("not sent", letter.since, **line, why="the submission is gone: nobody will be mailed")
    entry = details.submission
    reference = display_reference(entry.reference)
    line["name"] = name_of(stack, entry)
    noted = next((mail for mail in details.mails if _same(mail, about)), None)
    if not about.fits(entry):
        why = f"it is {entry.status} now: nobody will be mailed"
    elif noted is None or not noted.attempts:
        why = "never begun: the log of notify tells"
    elif noted.state not in (MailState.SENDING, MailState.QUEUED):
        return Failed(noted.state, letter.since, **line, reference=reference, why="it was seen to after all")
    else:
        why = f"{noted.problem or 'no answer'}, {noted.attempts} attempt{'' if noted.attempts == 1 else 's'}"
    return Failed("not sent", letter.since, **line, reference=reference, why=why)


def _of_mail(found: FailedMail) -> Failed:
    return Failed(
        found.mail.state,
        found.at,
        kind=found.mail.kind,
        reference=found.reference,
        id=found.id,
        name=found.name,
        why=found.why,
    )


def _same(mail: MailRecord, request: MailRequest) -> bool:
    if request.sending is not None:
        return mail.sending == request.sending
    return (mail.kind, mail.version, mail.copy) == (request.kind, request.version, request.copy)
