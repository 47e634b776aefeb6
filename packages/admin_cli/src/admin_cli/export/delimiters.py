"""What stands between the cells of a CSV file: what was asked for, or what the language's spreadsheets expect."""

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
"""Languages in which a comma divides a number, so that spreadsheets divide lists by semicolons."""


def the_delimiter(text: str | None) -> str | None:
    """Read --delimiter. Raises CliError, naming those there are."""
    if text is None:
        return None
    found = _NAMES.get(text.strip(" ").lower())
    if found is None:
        raise CliError(
            f"--delimiter must be comma, semicolon or tab, not {text!r}.",
            hint="The signs themselves will do too: --delimiter ';'",
            exit_code=ExitCode.USAGE,
        )
    return found


def list_separator(language: str) -> str:
    """Give what spreadsheets in this language divide cells by."""
    return ";" if language in _WITH_SEMICOLONS else ","
