"""Languages of an organisation's own, `forms/_words/<language>.toml`: what the API says in them, checked and read."""

from __future__ import annotations

import re
from string import Formatter

from registration_core.adapters.mail_values import ANSWERS
from registration_core.domain.calendar_words import CALENDAR_WORDS
from registration_core.domain.dates import DATES
from registration_core.domain.messages import DEFAULT_LANGUAGE, LANGUAGES, MESSAGES
from registration_core.domain.sentences import SENTENCES
from registration_core.domain.sheet_words import TABLE as SHEETS
from registration_core.domain.sheet_words import WORDS
from rollcall_build.forms.checked_table import CheckedTable, listed
from rollcall_build.toml_files import TomlError, read_toml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER = "_words"

TABLES: Mapping[str, Mapping[str, str]] = {
    "messages": MESSAGES[DEFAULT_LANGUAGE],
    "sentences": SENTENCES[DEFAULT_LANGUAGE],
    "dates": DATES[DEFAULT_LANGUAGE],
    "answers": ANSWERS[DEFAULT_LANGUAGE],
    "calendar": CALENDAR_WORDS[DEFAULT_LANGUAGE],
    SHEETS: WORDS[DEFAULT_LANGUAGE],
}
"""The tables of a file and what they say in English. All but the first may be left out, each as a whole."""

_NEEDED = "messages"
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def read_words(forms_dir: Path, problems: list[str]) -> dict[str, dict[str, dict[str, str]]]:
    """Read the words of every language that has a file, and note each mistake; a file with mistakes counts as there."""
    return {path.stem: _language(path, problems) for path in sorted((forms_dir / FOLDER).glob("*.toml"))}


def file_of(forms_dir: Path, language: str) -> str:
    """Return what messages call the file of a language's words."""
    return f"{forms_dir.name}/{FOLDER}/{language}.toml"


def _language(path: Path, problems: list[str]) -> dict[str, dict[str, str]]:
    where = file_of(path.parents[1], path.stem)
    if path.stem in LANGUAGES:
        problems.append(f"{where}: {path.stem} is built in; remove this file")
    elif not _LANGUAGE.fullmatch(path.stem):
        problems.append(f"{where}: a language's name is two or three lowercase letters, such as de; rename the file")
    try:
        values = CheckedTable(read_toml(path), where, problems)
    except TomlError as error:
        problems.append(f"{where}: {error}")
    else:
        values.known_keys(tuple(TABLES), of="a language's words")
        if _NEEDED not in values:
            values.problem(f"[{_NEEDED}] is missing; copy it from docs/words.toml and translate it")
        tables = {name: _table(values.table(name), english) for name, english in TABLES.items()}
        return {name: texts for name, texts in tables.items() if texts}
    return {}


def _table(table: CheckedTable | None, english: Mapping[str, str]) -> dict[str, str]:
    if table is None:
        return {}
    table.known_keys(tuple(english), of="this table")
    texts = {}
    for key, model in english.items():
        text = table.string(key, required=True)
        if text is not None:
            _same_placeholders(table, key, text, model)
            texts[key] = text
    return texts


def _same_placeholders(table: CheckedTable, key: str, text: str, model: str) -> None:
    expected = _placeholders(model)
    try:
        same = _placeholders(text) == expected
    except ValueError:  # a brace without its other half
        same = False
    if not same:
        holds = listed(sorted(expected)) or "nothing in { }"
        table.problem(f'"{key}" must contain {holds}, as in "{model}"')


def _placeholders(text: str) -> set[str]:
    """Return what a text is filled in at, each as it stands there but for doubled braces."""
    placeholders = set()
    for _, name, layout, conversion in Formatter().parse(text):
        if name is not None:
            placeholders.add(
                "{" + name + (f"!{conversion}" if conversion else "") + (f":{layout}" if layout else "") + "}"
            )
    return placeholders
