"""Waits for mails that were just queued, and counts what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.terminal.progress import Progress
from registration_core.domain.mail import MailState

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from admin_cli.confirmation import Act
    from registration_core.bootstrap.command_line import MailingParts
    from registration_core.domain.mail import MailRequest

NoWait = Annotated[bool, typer.Option("--no-wait", help="Don't wait to see what becomes of it.")]

_OUT = frozenset({MailState.SENT, MailState.DELIVERED})


def wait_for(
    act: Act, mailing: MailingParts, requests: Sequence[MailRequest], *, longest_s: float
) -> Counter[MailState]:
    """Wait until each mail is sent or has failed, and count their states.

    Mails still on their way at the end count as queued, delivered ones as sent.
    """
    with Progress(act.services.output, "mails sent", total=len(requests)) as progress:
        try:
            states = mailing.watch.states(requests, longest_s=longest_s, ended=progress.advance)
        except KeyboardInterrupt:
            progress.tell("Mails already queued are still sent.")
            raise
    for state in _OUT & states.keys() - {MailState.SENT}:
        states[MailState.SENT] += states.pop(state)
    return states
