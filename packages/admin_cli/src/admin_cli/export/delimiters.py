"""CSV delimiters as people ask for them."""

from __future__ import annotations

from admin_cli.errors import CliError, ExitCode

_NAMES = {",": ",", "comma": ",", ";": ";", "semicolon": ";", "\t": "\t", "\\t": "\t", "tab": "\t"}


def read_delimiter(text: str | None) -> str | None:
    """Read --delimiter. Raises CliError, which lists them."""
    if text is None:
        return None
    delimiter = _NAMES.get(text.strip(" ").lower())
    if delimiter is None:
        raise CliError(
            f"--delimiter must be comma, semicolon or tab, not {text!r}.",
            hint="You can also give the character itself: --delimiter ';'",
            exit_code=ExitCode.USAGE,
        )
    return delimiter
