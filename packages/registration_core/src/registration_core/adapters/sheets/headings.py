"""Column headings and what they may mean, so that no exported heading is ambiguous for an import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registration_core.domain.sheet_words import COLUMNS, every_language

if TYPE_CHECKING:
    from registration_core.domain.forms import Form

ANSWER = "answers."
"""The prefix of a field's name in the name of its column."""

READ = frozenset({"id", "reference", "form", "status", "language", "submitted_at"})
"""The columns beside the answers that an import reads; it ignores the others."""


class Headings:
    """The headings of one form: field names, with or without `answers.`, labels in any language, and `Label (name)`.

    Columns of every submission are known by their names and words in the same way.
    """

    def __init__(self, form: Form) -> None:
        self._columns: dict[str, set[str]] = {}
        for name in COLUMNS:
            self._add(name, name)
            for words in every_language(form.words):
                self._add(name, words[name], both_told(words[name], name))
        for field in form.fields:
            column = ANSWER + field.name
            self._add(column, field.name, column)
            for label in field.label.by_language.values():
                self._add(column, label, both_told(label, column))

    def columns(self, heading: str) -> list[str]:
        """Return every column that a heading may mean. A field comes before a column that imports ignore."""
        columns = sorted(self._columns.get(_folded(heading), ()))
        preferred = [column for column in columns if column.startswith(ANSWER) or column in READ]
        return preferred or columns

    def clear(self, column: str, heading: str) -> str:
        """Return the heading, with the column's name after it if it could also mean another column."""
        return heading if self.columns(heading) in ([], [column]) else both_told(heading, column)

    def _add(self, column: str, *headings: str) -> None:
        for heading in headings:
            self._columns.setdefault(_folded(heading), set()).add(column)


def both_told(heading: str, column: str) -> str:
    """Return a heading followed by the name of its column."""
    return f"{heading} ({column.removeprefix(ANSWER)})"


def _folded(heading: str) -> str:
    return " ".join(heading.casefold().split())
