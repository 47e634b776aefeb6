"""What every command that changes something does first: name the stack and account, and ask."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, DeclinedError, ExitCode
from admin_cli.submissions.lookup import called

if TYPE_CHECKING:
    from admin_cli.services import Services
    from admin_cli.stack import Stack
    from registration_core.domain.submission import Submission

Yes = Annotated[bool, typer.Option("--yes", help="Don't ask first. Needed in scripts.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]


@dataclass(frozen=True, slots=True)
class Act:
    """One change to a stack, after the stack was named."""

    services: Services
    stack: Stack
    yes: bool
    dry_run: bool

    @property
    def by(self) -> str:
        """The person or IAM identity that histories name."""
        return self.stack.by

    def called(self, submission: Submission) -> str:
        """Describe a submission by person and option."""
        return called(submission, self.stack.forms)

    def say(self, text: str) -> None:
        """Print what would be done, or was done; also with --quiet."""
        self.services.output.tell(text)

    def agreed(self, what: str) -> bool:
        """Whether to go on; not with --dry-run. what: "cancel …". Raises DeclinedError after a no."""
        if self.dry_run:
            self.say(f"Would {what}. Nothing was changed.")
            return False
        if not self.yes and not says_yes(self.services, f"{what[:1].upper()}{what[1:]}?"):
            raise DeclinedError("Nothing was changed.")
        return True


def begin(services: Services, *, yes: bool, dry_run: bool) -> Act:
    """Print the stack and the account. Raises CliError if there is no terminal to ask on and no --yes."""
    if not yes and not dry_run and not can_ask(services):
        raise CliError(
            "This command changes the stack, and there is no terminal to ask you on.",
            hint="Add --yes to go ahead, or --dry-run to see what would change.",
            exit_code=ExitCode.USAGE,
        )
    stack = services.stack()
    services.output.tell(stack.heading)
    return Act(services, stack, yes, dry_run)


def can_ask(services: Services) -> bool:
    """Whether there is a terminal to ask a person on."""
    return services.stdin is not None and services.stdin.isatty() and services.output.stderr.isatty()


def says_yes(services: Services, question: str) -> bool:
    """Ask a question and return whether the person agrees. Needs `can_ask`."""
    services.output.tell(question)
    return answer(services, "y/N: ").lower() in ("y", "yes")


def answer(services: Services, prompt: str) -> str:
    """Return what the person types, where `can_ask`. Ctrl-C and Ctrl-D end the prompt's line as Return does."""
    assert services.stdin is not None  # noqa: S101 - `can_ask` made sure
    with contextlib.suppress(OSError):
        services.output.stderr.write(prompt)
        services.output.stderr.flush()
    typed = ""
    try:
        typed = services.stdin.readline()
    finally:
        if not typed.endswith("\n"):
            services.output.tell("")
    return typed.strip()
