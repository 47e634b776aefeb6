"""`rollcall mail resubscribe`: says who refuses a form's mails, and lets them be sent again."""

from __future__ import annotations

from typing import Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.services import of
from admin_cli.submissions.lookup import check_spelling
from registration_core.domain.submission import Status

_MOST_OF_AN_ADDRESS = 1000


def resubscribe(
    ctx: typer.Context,
    about: Annotated[str, typer.Argument(metavar="ADDRESS|ID|REFERENCE", help="The address, or a submission from it.")],
    *,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Send somebody the mails again that they stopped with the link in a mail.

    Do this only if they ask for it. It is about the mails that a form file marks with `unsubscribe
    = true`; all others come anyway. --dry-run says which forms' mails somebody has stopped.

    Examples:
      rollcall mail resubscribe per.lindqvist@example.org --dry-run
      rollcall mail resubscribe K7QM-3XTP
    """
    if "@" not in about:
        check_spelling(about)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    query, unsubscribe = act.stack.query(), act.stack.mailing().unsubscribe
    if "@" in about:
        submissions = query.by_email(about.strip(), limit=_MOST_OF_AN_ADDRESS)
    else:
        submissions = (query.show(about).submission,)
    by_form = {each.form: each for each in submissions if each.status is not Status.ERASED}
    stopped = [each for each in by_form.values() if unsubscribe.is_unsubscribed(each)]
    if not stopped:
        act.say(f"{about} has stopped no mails. Nothing was changed.")
        return
    forms = ", ".join(sorted(each.form for each in stopped))
    act.say(f"{stopped[0].email} has stopped the mails of {forms} that aren't about a registration itself.")
    if act.agreed(f"send {stopped[0].email} these mails again"):
        for each in stopped:
            unsubscribe.subscribe(each, by=act.by)
        act.say(f"{stopped[0].email} gets these mails again from now on.")
