"""What can go wrong on one machine, each with what to do about it."""

from __future__ import annotations


class LocalStackError(Exception):
    """The local system cannot do what was asked; the message is one sentence for a person."""


class PortTakenError(LocalStackError):
    """Something else listens on a port that the local system needs."""


class EmulatorDiedError(LocalStackError):
    """A process of the local system ended by itself."""


class TerraformMissingError(LocalStackError):
    """Terraform is not on the PATH, or too old."""


class TerraformFailedError(LocalStackError):
    """A Terraform command failed; its own words were shown or are in the message.

    exit_code: Terraform's.
    """

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code
