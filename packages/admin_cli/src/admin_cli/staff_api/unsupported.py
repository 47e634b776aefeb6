"""What can't be done through the staff API."""

from __future__ import annotations

from typing import Any

from admin_cli.errors import CliError, ExitCode


def not_through_the_api() -> CliError:
    """Return the error of a command that needs the stack's own AWS resources."""
    return CliError(
        "This command needs AWS rights to the stack; it can't be used through the staff API.",
        hint="If you have them, use a context without --via api, or add --via aws. Otherwise ask the stack's operator.",
        exit_code=ExitCode.USAGE,
    )


class Unsupported:
    """Stands for a service that the staff API doesn't offer: whatever is asked of it raises CliError."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - it stands for any service
        raise not_through_the_api()
