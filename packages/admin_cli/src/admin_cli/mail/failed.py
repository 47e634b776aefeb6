"""`rollcall mail failed` and `rollcall mail redrive`: lists failed mails, and tries them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.mail.failures import failed_mails, look_up, name_of
from admin_cli.mail.letters import SHORT_ID, Every, Messages, agreed_letters, counted, ensure_named
from admin_cli.services import of
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.progress import Progress
from admin_cli.terminal.table import Column
from admin_cli.terminal.values import for_person
from registration_core.domain.dead_letters import ChangeSpan
from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import MailRequest, MailState
from registration_core.domain.records import iso
from registration_core.domain.times import read_since

if TYPE_CHECKING:
    from collections.abc import Mapping
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
"""On a terminal. In a pipe the name comes last, after the older columns."""

LISTS = "rollcall mail failed"

SINCE = "30d"


@dataclass(frozen=True, slots=True)
class Failed:
    """One line: a dead letter, or a submission's mail. message: only for a dead letter."""

    state: str
    since: datetime | None
    kind: str = ""
    message: str = ""
    reference: str = ""
    id: str = ""
    name: str = ""
    why: str = ""

    def record(self) -> dict[str, object]:
        """Return what --json prints, under the names of FIELDS."""
        fields = {name: getattr(self, name) or None for name in FIELDS}
        return fields | {"since": iso(self.since) if self.since else None}

    def row(self, *, whole: bool) -> list[Value]:
        """Return the line's cells. whole: with the whole ID of the message, for a pipe."""
        rest: list[Value] = [self.reference or self.id, self.kind, self.state, self.since, self.why]
        return [self.message, *rest, self.name] if whole else [self.name, self.message[:SHORT_ID], *rest]


def failed(
    ctx: typer.Context,
    *,
    since: Annotated[str, typer.Option(metavar="WHEN", help="Mails that failed since then.")] = SINCE,
    json: Annotated[str | None, json_option(FIELDS)] = None,
) -> None:
    """Print the mails that failed, and why if it is known; this changes nothing.

    First come the dead letters: mails that failed five times, and changes of submissions whose
    mails could not be queued (`rollcall mail redrive` tries both again). Then come mails that
    bounced, were reported as spam, were not sent to a suppressed address, or are stuck, from the
    last 30 days or since --since. A mail is left out once a later mail has reached the person, or
    the submission is erased.

    Examples:
      rollcall mail failed
      rollcall mail failed --since 30d
      rollcall mail failed --json message,reference,why
    """
    services = of(ctx)
    names = requested_fields(services.output, json, FIELDS)
    stack = services.stack()
    first = read_since(since, forms=lambda: stack.forms)
    letters = stack.mailing().redrive.read()
    submissions = look_up(stack, {letter.about.id for letter in letters if isinstance(letter.about, MailRequest)})
    lines = [_dead_letter(stack, letter, submissions) for letter in letters]
    lines += map(_failed_mail, failed_mails(stack, since=first))
    if names is not None:
        services.output.json([pick(line.record(), names) for line in lines])
        return
    if lines:
        whole = not services.output.on_terminal
        services.output.rows(COLUMNS, [line.row(whole=whole) for line in lines])
    if not lines:
        services.output.note(f"No mails failed since {for_person(first)}.")


def redrive(
    ctx: typer.Context,
    messages: Messages = None,
    *,
    every: Every = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Queue dead letters again, once you have fixed what stopped their mails.

    Nobody gets a mail twice, so you can safely repeat this command or interrupt it. A dead letter
    of the table's stream becomes the mails that its changes call for. The stream forgets changes
    after a day; the command then looks at the submissions received at that time instead.

    Examples:
      rollcall mail redrive --all --dry-run
      rollcall mail redrive --all
      rollcall mail redrive 3f2a9c01 --yes
    """
    ensure_named(messages, every=every, lists=LISTS)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    service = act.stack.mailing().redrive
    chosen = agreed_letters(act, service.read(), messages, lists=LISTS)
    if not chosen:
        return
    mails = webhooks = 0
    with Progress(act.services.output, "dead letters", total=len(chosen)) as progress:
        for redriven in service.redrive([letter.id for letter in chosen]):
            progress.advance()
            mails += redriven.mails
            webhooks += redriven.webhooks
            if redriven.gone:
                progress.tell(
                    f"{redriven.letter.id[:SHORT_ID]}: the stream has forgotten these changes, so the command looked "
                    "at the submissions received at that time. This misses older ones that were cancelled or promoted, "
                    "and all webhooks."
                )
    queued = f"{mails:,} mail{'' if mails == 1 else 's'}"
    if webhooks:
        queued += f" and {webhooks:,} webhook{'' if webhooks == 1 else 's'}"
    act.say(f"Queued {queued} for {progress.done:,} of {counted(len(chosen))}.")


def _dead_letter(stack: Stack, letter: DeadLetter, submissions: Mapping[str, SubmissionDetails]) -> Failed:
    about = letter.about
    if isinstance(about, ChangeSpan):
        when = f"between {for_person(about.since)} and {for_person(about.until)}"
        changes = "1 change" if about.count == 1 else f"{about.count:,} changes"
        return Failed("not queued", letter.since, message=letter.id, why=f"{changes} of submissions {when}")
    if not isinstance(about, MailRequest):
        return Failed("unknown", letter.since, message=letter.id, why="Rollcall did not send this message")
    line = {"kind": about.kind, "message": letter.id, "id": about.id}
    details = submissions.get(about.id)
    if details is None:
        return Failed("not sent", letter.since, **line, why="the submission is gone: nobody will be mailed")
    submission = details.submission
    reference = display_reference(submission.reference)
    line["name"] = name_of(stack, submission)
    record = next((mail for mail in details.mails if _same(mail, about)), None)
    if not about.fits(submission):
        why = f"it is now {submission.status}: nobody will be mailed"
    elif record is None or not record.attempts:
        why = "never attempted: see the log of notify"
    elif record.state not in (MailState.SENDING, MailState.QUEUED):
        return Failed(record.state, letter.since, **line, reference=reference, why="a later attempt dealt with it")
    else:
        why = f"{record.problem or 'no answer'}, {record.attempts} attempt{'' if record.attempts == 1 else 's'}"
    return Failed("not sent", letter.since, **line, reference=reference, why=why)


def _failed_mail(failed_mail: FailedMail) -> Failed:
    return Failed(
        failed_mail.mail.state,
        failed_mail.at,
        kind=failed_mail.mail.kind,
        reference=failed_mail.reference,
        id=failed_mail.id,
        name=failed_mail.name,
        why=failed_mail.why,
    )


def _same(mail: MailRecord, request: MailRequest) -> bool:
    if request.sending is not None:
        return mail.sending == request.sending
    return (mail.kind, mail.version, mail.copy) == (request.kind, request.version, request.copy)
