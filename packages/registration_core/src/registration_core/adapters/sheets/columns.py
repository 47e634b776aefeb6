"""The columns of an export: their names, order and headings, and a submission's value in each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from registration_core.adapters.sheets.errors import UnknownColumnError
from registration_core.adapters.sheets.headings import ANSWER, Headings, both_told
from registration_core.adapters.sheets.rows import moment
from registration_core.domain.cells import option_cells
from registration_core.domain.fields import FieldType
from registration_core.domain.identifiers import display_reference
from registration_core.domain.phones import shown_phone
from registration_core.domain.records import iso
from registration_core.domain.sheet_words import words
from registration_core.domain.spam_signs import sign_in_words
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from registration_core.adapters.sheets.rows import Row
    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form
    from registration_core.domain.values import Answer


class Kind(StrEnum):
    """The type of a column's values, for formats that have types."""

    TEXT = "text"
    MOMENT = "moment"
    DATE = "date"
    WHOLE = "whole"
    NUMBER = "number"
    YES_NO = "yes_no"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    name: as in `--columns`. value: a submission's value as it is stored; a time as ISO 8601 UTC. labels: the options'
    labels, by value. answer: the name of the answer, if the value is simply that answer; otherwise None. in_words:
    writes a stored text as people read it; None if they are the same.
    """

    name: str
    heading: str
    kind: Kind
    value: Callable[[Row], Answer | None]
    labels: Mapping[str, str] | None = None
    answer: str | None = None
    in_words: Callable[[str], str] | None = None


#: The columns that every submission has, named as in `list --json`: each one's kind and value. A submission alone does
#: not have the values of `DERIVED`; `Columns` gets them.
FIXED: Mapping[str, tuple[Kind, Callable[[Row], Answer | None]]] = {
    "id": (Kind.TEXT, lambda row: row.id),
    "reference": (Kind.TEXT, lambda row: display_reference(row.reference)),
    "form": (Kind.TEXT, lambda row: row.form),
    "status": (Kind.TEXT, lambda row: row.status),
    "submitted_at": (Kind.MOMENT, lambda row: in_utc(row.submitted_at)),
    "email": (Kind.TEXT, lambda row: row.email or None),
    "language": (Kind.TEXT, lambda row: row.language),
    "form_version": (Kind.TEXT, lambda row: row.form_version),
    "version": (Kind.WHOLE, lambda row: row.version),
    "expires_at": (Kind.MOMENT, lambda row: iso(moment(row.expires_at))),
    "option": (Kind.TEXT, lambda row: row.option),
    "position": (Kind.WHOLE, lambda row: row.position),
    "rank": (Kind.WHOLE, lambda _row: None),
    "verify_by": (Kind.MOMENT, lambda row: None if row.verify_by is None else iso(moment(row.verify_by))),
    "verified_at": (Kind.MOMENT, lambda row: None if row.verified_at is None else in_utc(row.verified_at)),
    "name": (Kind.TEXT, lambda _row: None),
    "age": (Kind.WHOLE, lambda _row: None),
    "spam_sign": (Kind.TEXT, lambda row: row.spam_sign),
    "labels": (Kind.LIST, lambda row: (row.labels or "").split()),
    "notes": (Kind.LIST, lambda row: row.notes or []),
    "notes_count": (Kind.WHOLE, lambda row: len(row.notes or [])),
    "checked_in": (Kind.LIST, lambda row: row.checked_in or []),
    "group": (Kind.TEXT, lambda row: row.members[0] if row.members else None),
}

RANK, NAME, AGE, SPAM_SIGN = "rank", "name", "age", "spam_sign"

DERIVED = frozenset({RANK, NAME, AGE})
"""Values that come from the waiting list and the form."""

OWN_FIRST = DERIVED | {"notes"}
"""If a form has a field of such a name, the column is its answer."""

#: The columns before and after the answers, unless --columns names others.
BEFORE, AFTER = ("reference", "submitted_at", "status"), ("id",)

_KINDS = {
    FieldType.DATE: Kind.DATE,
    FieldType.CONSENT: Kind.YES_NO,
    FieldType.CHOICES: Kind.LIST,
}


def in_utc(stored: str) -> str:
    """Write a stored time as all commands print it: `2026-03-01T12:30:05Z`, with milliseconds if there are any."""
    return stored.replace("+00:00", "Z").replace(".000Z", "Z")


class Columns:
    """All columns of one form's submissions: the present version's first, then those of older versions.

    versions: all versions of the form, the present one first. answered: the names of all answers in the export; a field
    of only older versions gets a column if it was answered. derived: the values of the columns in `DERIVED`.
    """

    def __init__(
        self,
        versions: Sequence[Form],
        answered: Iterable[str],
        language: str,
        derived: Mapping[str, Callable[[Row], Answer | None]] | None = None,
    ) -> None:
        self._derived = derived or {}
        self._language = language
        self._words = words(language, versions[0].words if versions else None)
        self._headings = Headings(versions[0]) if versions else None
        self._fields: dict[str, list[tuple[str, Field]]] = {}
        for form in versions:
            for field in form.fields:
                self._fields.setdefault(field.name, []).append((form.version, field))
        # Files are no answers: `rollcall export --files` downloads them.
        asked = [field for field in versions[0].fields if field.type is not FieldType.FILE] if versions else []
        present = [field.name for field in asked]
        answered = set(answered)
        older = [name for name in self._fields if name not in present and name in answered]
        unknown = sorted(answered - self._fields.keys())
        self._answers = [*present, *older, *unknown]
        self._together = ("group",) if any(form.group is not None for form in versions) else ()

    def chosen(self, names: Sequence[str] | None) -> list[Column]:
        """Return the named columns, or the default ones. Raises UnknownColumnError for an unknown name."""
        if names is None:
            names = [*BEFORE, *(ANSWER + name for name in self._answers), *self._together, *AFTER]
        return _distinct([self._column(name) for name in names], self._headings)

    def _column(self, name: str) -> Column:
        if name in FIXED and not (name in OWN_FIRST and name in self._fields):
            kind, value = FIXED[name]
            value = self._derived.get(name, value)
            labels = {str(status): self._words[status] for status in Status} if name == "status" else None
            column = Column(name, self._words[name], kind, value, labels)
            return replace(column, in_words=sign_in_words) if name == SPAM_SIGN else column
        answer = name.removeprefix(ANSWER)
        if answer not in self._fields and answer not in self._answers:
            raise no_column(name, self._answers)
        fields = self._fields.get(answer, [])
        kinds = {_kind(field) for _, field in fields}
        kind = kinds.pop() if len(kinds) == 1 else Kind.TEXT
        options = {option.value: option for _, field in reversed(fields) for option in field.options}
        option_labels = option_cells(options.values(), self._language, several=kind is Kind.LIST)
        asked_in = frozenset(version for version, _ in fields)
        plain = kind is not Kind.YES_NO
        value = _answer(answer) if plain else _yes_or_no(answer, asked_in)
        heading = fields[0][1].label.in_language(self._language) if fields else answer
        in_words = _in_words(fields[0][1]) if fields else None
        return Column(ANSWER + answer, heading, kind, value, option_labels or None, answer if plain else None, in_words)


def check_names(names: Sequence[str], forms: Iterable[Form]) -> None:
    """Raise UnknownColumnError for a name that is neither a fixed column nor a field of these forms."""
    answer_names = list(dict.fromkeys(field.name for form in forms for field in form.fields))
    for name in names:
        if name not in FIXED and not name.startswith(ANSWER) and name not in answer_names:
            raise no_column(name, answer_names)


def no_column(name: str, answer_names: Sequence[str]) -> UnknownColumnError:
    """Return the error for an unknown column, which lists the known ones."""
    from registration_core.domain.suggestions import meant  # noqa: PLC0415 - only for a mistyped name

    guess = meant(name.removeprefix(ANSWER), [*FIXED, *answer_names])
    column_names = ", ".join([*FIXED, *(ANSWER + each for each in answer_names)])
    return UnknownColumnError(f"There is no column {name!r}.{guess} There are: {column_names}.")


def _kind(field: Field) -> Kind:
    if field.type is FieldType.NUMBER:
        return Kind.NUMBER if field.decimals else Kind.WHOLE
    return _KINDS.get(field.type, Kind.TEXT)


def _in_words(field: Field) -> Callable[[str], str] | None:
    """Return a function that writes an answer as people read it; None if it is stored that way."""
    if field.type is not FieldType.PHONE:
        return None
    return lambda stored: shown_phone(stored, field.region)


def _answer(name: str) -> Callable[[Row], Answer | None]:
    return lambda row: row.answers.get(name)


def _yes_or_no(name: str, asked_in: frozenset[str]) -> Callable[[Row], Answer | None]:
    """Read a consent. Only a yes is stored; if the form asked and nothing is stored, it is a no."""

    def value(row: Row) -> Answer | None:
        answer: Answer | None = row.answers.get(name, False if row.form_version in asked_in else None)
        return answer

    return value


def _distinct(columns: list[Column], headings: Headings | None) -> list[Column]:
    """Make every heading unique, so that an import can tell the columns apart."""
    if headings is not None:
        columns = [replace(column, heading=headings.clear(column.name, column.heading)) for column in columns]
    seen = Counter(column.heading for column in columns)
    return [
        replace(column, heading=both_told(column.heading, column.name)) if seen[column.heading] > 1 else column
        for column in columns
    ]
