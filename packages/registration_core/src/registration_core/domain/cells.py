"""Cells: answers as staff write them in a spreadsheet, or after a `=` on the command line."""

from __future__ import annotations

import csv
import re
from functools import lru_cache

from registration_core.domain.fields import FieldType
from registration_core.domain.sheet_words import every_language
from registration_core.domain.values import ValueRefusedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from registration_core.domain.fields import Field, Option
    from registration_core.domain.messages import Words

JOINT = "; "
"""Separates several options in one cell."""

_YES = frozenset({"true", "on", "1", "x", "sant"})
_NO = frozenset({"false", "off", "0", "falskt"})
_SEPARATORS = (";", ",", "\n")
_QUOTED = re.compile(r'"[^"]*"')
_AROUND = re.compile(r"\s*([;,])\s*")
_MOST_PARTS = 200


def raw_answer(field: Field, text: str, form_words: Words | None = None) -> object:
    """Return a cell's text as the raw answer that `validate` expects.

    An option is written as its value, its label in any of the form's languages, or both: `Label
    (value)`. Semicolons, commas or line breaks separate several options, and each may be in double
    quotes. A consent is yes or no in any language. What can't be read is returned unchanged, and
    `validate` refuses it. form_words: the form's own. Raises ValueRefusedError for a name that two
    options share.
    """
    if field.type is FieldType.CHOICE:
        return _option(field, text) or text
    if field.type is FieldType.CHOICES:
        return _options(field, text)
    if field.type is FieldType.CONSENT:
        return _yes_or_no(text, form_words)
    return text


def _yes_or_no(text: str, form_words: Words | None) -> bool | str:
    word = text.strip().casefold()
    for words in every_language(form_words):
        if word in (words["yes"].casefold(), words["no"].casefold()):
            return word == words["yes"].casefold()
    return True if word in _YES else False if word in _NO else text


def option_cells(options: Iterable[Option], language: str, *, several: bool) -> dict[str, str]:
    """Return each option's text for a cell, by value; `raw_answer` reads it back.

    several: whether the cell may have more than one option. An ambiguous label is followed by its
    value. If several are allowed, a label that would be split is quoted.
    """
    options = tuple(options)
    meanings = _meanings(options)

    def cell(option: Option) -> str:
        label = option.label.in_language(language)
        clear = label if meanings[_folded(label)] == [option.value] else f"{label} ({option.value})"
        splits = any(sign in clear for sign in ';\n"') or (
            "," in clear and all(_folded(part) in meanings for part in clear.split(","))
        )
        return '"{}"'.format(clear.replace('"', '""')) if several and splits else clear

    return {option.value: cell(option) for option in options}


def shared_names(field: Field) -> dict[str, list[str]]:
    """Return the names that several options share, folded, with those options' values."""
    return {name: values for name, values in _meanings(field.options).items() if len(values) > 1}


def _meanings(options: Iterable[Option]) -> dict[str, list[str]]:
    """Return the options' values that each value or label, folded, may mean."""
    meanings: dict[str, list[str]] = {}
    for option in options:
        for name in dict.fromkeys(map(_folded, (option.value, *option.label.by_language.values()))):
            meanings.setdefault(name, []).append(option.value)
    return meanings


def _options(field: Field, text: str) -> list[str]:
    """Return the options in a cell. Labels may contain separators: the text is split only where that gives options."""
    outside = _QUOTED.sub("", text)
    separator = next((each for each in _SEPARATORS if each in outside), ";")
    line = text.replace("\n", separator if separator == "\n" else " ").replace("\n", ";")
    try:
        (parts,) = csv.reader([line], delimiter=separator.replace("\n", ";"), skipinitialspace=True) if line else ([],)
    except csv.Error:  # longer than any cell with options
        return [text]
    parts = [part for part in parts if part.strip()]
    return _grouped(field, parts, separator) or [_option(field, part) or part for part in parts]


def _grouped(field: Field, parts: Sequence[str], separator: str) -> list[str] | None:
    """Return the options that the parts make up, one or more parts per option; None if they don't."""
    if len(parts) > _MOST_PARTS:
        return None
    spelled: list[list[str] | None] = [[]]  # what the last 0, 1, 2 ... parts spell
    for start in reversed(range(len(parts))):
        options = None
        for end in range(start + 1, len(parts) + 1):
            rest = spelled[len(parts) - end]
            option = None if rest is None else _option(field, separator.join(parts[start:end]))
            if rest is not None and option is not None:
                options = [option, *rest]
                break
        spelled.append(options)
    return spelled[-1]


def _option(field: Field, text: str) -> str | None:
    """Return the value of the option that a text names; None if there is none.

    Raises ValueRefusedError if it names several.
    """
    name = _folded(text)
    matches = [
        option.value for option in field.options if name in _names(option.value, *option.label.by_language.values())
    ]
    if len(matches) > 1:
        options = {option.value: str(option.label) for option in field.options}
        raise ValueRefusedError("ambiguous_option", named=" or ".join(f"{options[each]} ({each})" for each in matches))
    return matches[0] if matches else None


@lru_cache(maxsize=1024)
def _names(value: str, *labels: str) -> frozenset[str]:
    """Return an option's possible names, folded."""
    return frozenset(map(_folded, (value, *labels, *(f"{label} ({value})" for label in labels))))


@lru_cache(maxsize=4096)  # most cells of a long file name the same few options
def _folded(text: str) -> str:
    return " ".join(_AROUND.sub(r"\1 ", text.casefold()).split())
