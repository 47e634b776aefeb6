"""The command line's errors and exit codes."""

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
    """A command cannot continue.

    message: what is wrong, in a sentence. hint: what to do next, if anything.
    """

    def __init__(self, message: str, *, hint: str | None = None, exit_code: ExitCode = ExitCode.FAILURE) -> None:
        super().__init__(message)
        self.hint = hint
        self.exit_code = exit_code


class DeclinedError(CliError):
    """The person at the terminal answered no: the command ends with 1, but nothing went wrong."""


class OutputClosedError(Exception):
    """The program that read our output has ended, as `head` does. Nothing is wrong."""
