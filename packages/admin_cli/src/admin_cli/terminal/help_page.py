"""A help page as it is written: wrapped between words only, so that `--dry-run` stays one word."""

from __future__ import annotations

from contextlib import contextmanager
from textwrap import TextWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NARROWEST, WIDEST = 30, 100
"""How narrow and how wide a page is, in cells."""

_INDENT = 2
_WIDEST_TERM = 26
_NARROWEST_TEXT = 24


class HelpPage:
    """Takes what Typer writes of a command, by the methods that it calls.

    columns: how wide the terminal is; None where there is none.
    """

    def __init__(self, columns: int | None) -> None:
        self.width = max(NARROWEST, min(columns or WIDEST, WIDEST))
        self._indent = 0
        self._parts: list[str] = []

    def write(self, text: str) -> None:
        """Add a text as it is."""
        self._parts.append(text)

    def write_paragraph(self) -> None:
        """Leave a line empty, unless nothing was written yet."""
        if self._parts:
            self.write("\n")

    def write_text(self, text: str, *, first: str = "", rest: str = "") -> None:
        """Add a paragraph. first, rest: what its first line and the others begin with."""
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
        """Add terms and their texts: side by side, or one below the other where there is no room."""
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
        """Begin a part of the page, indented under its heading."""
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
