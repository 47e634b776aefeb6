"""A help page, wrapped only at spaces, so that `--dry-run` stays in one piece."""

from __future__ import annotations

from contextlib import contextmanager
from textwrap import TextWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NARROWEST, WIDEST = 30, 100
"""The narrowest and widest page, in cells."""

_INDENT = 2
_WIDEST_TERM = 26
_NARROWEST_TEXT = 24


class HelpPage:
    """Formats a command's help, with the methods that Typer calls.

    columns: the terminal's width; None without a terminal.
    """

    def __init__(self, columns: int | None) -> None:
        self.width = max(NARROWEST, min(columns or WIDEST, WIDEST))
        self._indent = 0
        self._parts: list[str] = []

    def write(self, text: str) -> None:
        """Add a text unchanged."""
        self._parts.append(text)

    def write_paragraph(self) -> None:
        """Add an empty line, except at the top."""
        if self._parts:
            self.write("\n")

    def write_text(self, text: str, *, first: str = "", rest: str = "") -> None:
        """Add a paragraph. first, rest: the prefix of its first line and of the others."""
        indent = " " * self._indent
        wrapper = TextWrapper(
            self.width,
            initial_indent=indent + first,
            subsequent_indent=indent + rest,
            break_on_hyphens=False,
            break_long_words=False,
        )
        self.write(wrapper.fill(" ".join(text.split())) + "\n")

    def write_dl(self, rows: Sequence[tuple[str, str]]) -> None:
        """Add terms with their texts, side by side if there is room."""
        longest = max((len(term) for term, _ in rows), default=0)
        beside = min(longest, _WIDEST_TERM, self.width - self._indent - _INDENT - _NARROWEST_TEXT)
        for term, text in rows:
            if len(term) <= beside:
                self.write_text(text, first=f"{term:<{beside + _INDENT}}", rest=" " * (beside + _INDENT))
                continue
            self.write_text(term)
            if text:
                below = " " * (beside + _INDENT if beside > _INDENT else 2 * _INDENT)
                self.write_text(text, first=below, rest=below)

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Begin a section, indented under its heading."""
        self.write_paragraph()
        self.write(f"{name}:\n")
        self._indent += _INDENT
        try:
            yield
        finally:
            self._indent -= _INDENT

    def getvalue(self) -> str:
        """Return the page."""
        return "".join(self._parts).rstrip("\n")
