"""CSV delimiters: the one asked for, or the one that spreadsheets in a language expect."""

from __future__ import annotations

from admin_cli.errors import CliError, ExitCode

_NAMES = {",": ",", "comma": ",", ";": ";", "semicolon": ";", "\t": "\t", "\\t": "\t", "tab": "\t"}

_WITH_SEMICOLONS = frozenset(
    [
        "af",
        "az",
        "be",
        "bg",
        "bs",
        "ca",
        "cs",
        "da",
        "de",
        "el",
        "es",
        "et",
        "eu",
        "fi",
        "fo",
        "fr",
        "fy",
        "gl",
        "hr",
        "hu",
        "hy",
        "id",
        "is",
        "it",
        "ka",
        "kk",
        "ky",
        "lb",
        "lt",
        "lv",
        "mk",
        "mn",
        "nb",
        "nl",
        "nn",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "se",
        "sk",
        "sl",
        "sq",
        "sr",
        "sv",
        "tg",
        "tk",
        "tr",
        "tt",
        "uk",
        "uz",
        "vi",
        "wo",
    ]
)
"""Languages with a decimal comma, in which spreadsheets therefore separate cells by semicolons."""


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


def list_separator(language: str) -> str:
    """Return the delimiter that spreadsheets in this language expect."""
    return ";" if language in _WITH_SEMICOLONS else ","
