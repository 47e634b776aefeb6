"""Dead letters that a command queues again: which ones, and how staff name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.confirmation import Act
    from registration_core.domain.dead_letters import DeadLetter

SHORT_ID = 8
"""This many characters of a message's ID are practically always unique."""

Messages = Annotated[
    list[str] | None,
    typer.Argument(metavar="MESSAGE...", help="As `failed` prints them; the first few characters are enough."),
]
Every = Annotated[bool, typer.Option("--all", help="All of them.")]


def ensure_named(messages: Sequence[str] | None, *, every: bool, lists: str) -> None:
    """Raise CliError unless staff gave messages or --all, and not both. lists: the command that lists them."""
    if every == bool(messages):
        raise CliError(
            "Name the messages to queue again, or add --all.",
            hint=f"List them: {lists}",
            exit_code=ExitCode.USAGE,
        )


def agreed_letters(
    act: Act, letters: Sequence[DeadLetter], messages: Sequence[str] | None, *, lists: str
) -> Sequence[DeadLetter]:
    """Return the letters to queue again, once staff agreed; otherwise none. messages: None or empty for all."""
    ours = [letter for letter in letters if letter.about is not None]
    foreign = len(letters) - len(ours)
    if foreign:
        act.say(f"Skipped {foreign} message{'' if foreign == 1 else 's'} that Rollcall did not send.")
    chosen = [_find_letter(ours, message, lists) for message in messages] if messages else ours
    if not chosen:
        act.say("There are no dead letters.")
        return ()
    return chosen if act.agreed(f"queue {counted(len(chosen))} again") else ()


def counted(letters: int) -> str:
    """Return a number of dead letters in words."""
    return "1 dead letter" if letters == 1 else f"{letters:,} dead letters"


def _find_letter(letters: Sequence[DeadLetter], message: str, lists: str) -> DeadLetter:
    matches = [letter for letter in letters if letter.id.startswith(message)] if message else []
    if len(matches) == 1:
        return matches[0]
    raise CliError(
        f"There is no dead letter {message!r}. It may already have been queued again."
        if not matches
        else f"{len(matches)} dead letters begin with {message!r}. Give more of the ID.",
        hint=f"List them: {lists}",
        exit_code=ExitCode.USAGE if matches else ExitCode.NOT_FOUND,
    )
