"""One table of a TOML file, read key by key. Each mistake is noted with its place, and reading continues."""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches

from registration_core.domain.fields import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_NAMES = {str: "text", bool: "true or false", int: "a whole number", list: "a list", dict: "a table"}
_TEXT_LENGTH = 2000


class CheckedTable:
    """A table with its place in the file.

    where: how messages begin, such as ``forms/registration/form.toml: field "age"``. problems: where they are noted.
    """

    def __init__(self, values: Mapping[str, object], where: str, problems: list[str]) -> None:
        self._values = values
        self.where = where
        self.problems = problems

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def problem(self, sentence: str) -> None:
        """Note a mistake in this table."""
        self.problems.append(f"{self.where}: {sentence}")

    def known_keys(self, allowed: Sequence[str], *, of: str) -> None:
        """Note every key that is not allowed."""
        for key in self._values:
            if key not in allowed:
                self.problem(f'key "{key}" is unknown for {of}{suggestion(key, allowed)}; use one of {listed(allowed)}')

    def raw(self, key: str) -> object:
        """Return the value, unchecked; None if there is none."""
        return self._values.get(key)

    def string(self, key: str, *, required: bool = False) -> str | None:
        """Return a text that is not empty."""
        value = self._values.get(key)
        if isinstance(value, str) and value.strip():
            return value
        self._missing(key, "text in quotes", required=required)
        return None

    def boolean(self, key: str) -> bool:
        """Return true or false; false when the key is not there."""
        value = self._values.get(key, False)
        if isinstance(value, bool):
            return value
        self._missing(key, "true or false", required=True)
        return False

    def whole(self, key: str, low: int, high: int, *, required: bool = False) -> int | None:
        """Return a whole number from low to high."""
        value = self._values.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self._missing(key, f"a whole number from {low} to {high}", required=required)
        return None

    def number(self, key: str) -> int | float | None:
        """Return a number."""
        value = self._values.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15:
            return value
        self._missing(key, "a number", required=False)
        return None

    def moment(self, key: str) -> datetime | None:
        """Return a moment with its offset from UTC."""
        value = self._values.get(key)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value
        self._missing(key, "a time with its offset, such as 2026-01-15T09:00:00+01:00", required=False)
        return None

    def strings(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, each of them once; none when the key is not there."""
        value = self._values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(element, str) and element for element in value):
            self._missing(key, 'a list of texts, such as ["one", "two"]', required=True)
            return ()
        for element in repeated(value):
            self.problem(f'"{key}" has "{element}" twice')
        return tuple(dict.fromkeys(value))

    def tables(self, key: str, *, required: bool) -> list[Mapping[str, object]]:
        """Return a list of tables."""
        value = self._values.get(key, [])
        if isinstance(value, list) and all(isinstance(element, dict) for element in value) and (value or not required):
            return value
        header = f"[[fields.{key}]]" if key == "options" else f"[[{key}]]"
        self._missing(key, f"a list of one or more tables, each below a {header} of its own", required=True)
        return []

    def table(self, key: str) -> CheckedTable | None:
        """Return a table of the file, `[key]`, to be read in its turn; None when it is not there."""
        value = self._values.get(key)
        if isinstance(value, dict):
            return CheckedTable(value, f"{self.where}: [{key}]", self.problems)
        self._missing(key, f"a table: [{key}] on a line of its own, with its keys below", required=False)
        return None

    def text(self, key: str, languages: Sequence[str], *, required: bool = False) -> Text | None:
        """Return a text in all of the languages."""
        value = self._values.get(key)
        if isinstance(value, str) and len(languages) == 1:
            value = {languages[0]: value}
        example = "{ " + ", ".join(f'{language} = "…"' for language in languages) + " }"
        if not isinstance(value, dict):
            self._missing(key, f"a text per language: {example}", required=required)
            return None
        place = f'{self.where}{", " if ": " in self.where else ": "}"{key}"'
        inner = CheckedTable(value, place, self.problems)
        inner.known_keys(languages, of="a text of this form")
        texts = {}
        for language in languages:
            words = inner.string(language, required=True)
            if words is not None and len(words) > _TEXT_LENGTH:
                inner.problem(f'"{language}" is longer than {_TEXT_LENGTH} characters')
            texts[language] = (words or "").strip()
        return Text(texts)

    def one_of(self, key: str, allowed: Sequence[str], *, required: bool = False) -> str | None:
        """Return one of the allowed texts."""
        value = self.string(key, required=required)
        if value is None or value in allowed:
            return value
        self.problem(f'{key} "{value}" is unknown{suggestion(value, allowed)}; use one of {listed(allowed)}')
        return None

    def _missing(self, key: str, expected: str, *, required: bool) -> None:
        if key in self._values:
            self.problem(f'"{key}" must be {expected}, not {_kind(self._values[key])}')
        elif required:
            self.problem(f'"{key}" is missing; it must be {expected}')


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence lists them."""
    return ", ".join(names)


def suggestion(wrong: str, allowed: Iterable[str]) -> str:
    """Return `, did you mean "email"?` for a name that is nearly one of the allowed; else nothing."""
    near = get_close_matches(wrong.lower(), list(allowed), n=1, cutoff=0.6)
    return f' (did you mean "{near[0]}"?)' if near else ""


def repeated(names: Iterable[str]) -> list[str]:
    """Return each name that stands there more than once."""
    seen: set[str] = set()
    twice = []
    for name in names:
        if name in seen and name not in twice:
            twice.append(name)
        seen.add(name)
    return twice


def _kind(value: object) -> str:
    if isinstance(value, str):
        return f'"{value[:40]}"' if value.strip() else "an empty text"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)[:40]
    if isinstance(value, datetime):
        return "a time without its offset" if value.tzinfo is None else "a time"
    return _NAMES.get(type(value), f"a {type(value).__name__}")
