"""What the command line says when it cannot do what was asked, and the exit code that goes with it."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended, for the shell."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    NOT_FOUND = 3
    CREDENTIALS = 4
    INTERRUPTED = 130


class CliError(Exception):
    """A command cannot go on.

    message: one sentence for a person. hint: the next step, if there is one to take.
    """

    def __init__(self, message: str, *, hint: str | None = None, exit_code: ExitCode = ExitCode.FAILURE) -> None:
        super().__init__(message)
        self.hint = hint
        self.exit_code = exit_code


class DeclinedError(CliError):
    """The person at the terminal answered no: the command ends with 1, but nothing went wrong."""


class OutputClosedError(Exception):
    """Whoever read our output has gone, as `head` does; there is nothing left to say, and nothing is wrong."""
