"""What can go wrong on one machine; each message says what to do."""

from __future__ import annotations


class LocalStackError(Exception):
    """The local system can't do what you asked. The message is written for a person."""


class PortTakenError(LocalStackError):
    """Another program uses a port that the local system needs."""


class EmulatorDiedError(LocalStackError):
    """A process of the local system stopped unexpectedly."""


class TerraformMissingError(LocalStackError):
    """Terraform is not on the PATH, or too old."""


class TerraformFailedError(LocalStackError):
    """A Terraform command failed. Its output was shown or is in the message.

    exit_code: Terraform's.
    """

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code
