"""Separators: what spreadsheets in a language expect between the cells of a CSV file."""

from __future__ import annotations

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


def list_separator(language: str) -> str:
    """Return the delimiter that spreadsheets in this language expect."""
    return ";" if language in _WITH_SEMICOLONS else ","
