"""The errors, as Terraform prints them."""

from __future__ import annotations

from dataclasses import dataclass

AttributePath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a configuration, and where."""

    summary: str
    detail: str = ""
    path: AttributePath = ()


class StandInError(Exception):
    """Base of every error that the stand-in raises itself; the message is printed as it stands."""


class InvalidConfigurationError(StandInError):
    """The configuration asks for what the stand-in doesn't carry out, or what AWS would refuse.

    problems: all of them, so that one run shows everything to fix.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.summary for problem in problems))
        self.problems = problems


class NotLocalError(StandInError):
    """The endpoint isn't on this machine, so nothing is done at all."""


class TimedOutError(StandInError):
    """The emulator did not reach the state waited for."""


class StoppedError(StandInError):
    """Terraform asked the provider to stop."""


def error_code(error: Exception) -> str:
    """Return the code of a botocore ClientError, such as NoSuchBucket; "" for any other error."""
    response: dict[str, dict[str, str]] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))
