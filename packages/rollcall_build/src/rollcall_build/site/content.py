"""The site's words: `site/`, one file per language. Errors say which text is missing in which file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from registration_core.domain.errors import RollcallError
from rollcall_build.forms import time_zones
from rollcall_build.toml_files import TomlError, read_toml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from registration_core.domain.forms import Form

SHARED = time_zones.FILE
"""The file with what is the same in every language."""
UNLISTED = "unlisted_forms"
OWN_PAGE = "my"
"""The table of a registrant's own page, which has its own file per language: `my.sv.toml`."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]+)*")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_KINDS = {str: "a text", list: "a list", dict: "a table", bool: "true or false", int: "a number"}


class SiteContentError(RollcallError):
    """The site's words have mistakes. One sentence per mistake, with the file, the key and what is allowed."""

    code = "site_content"


@dataclass(frozen=True, slots=True)
class SiteContent:
    """The words by language, the site's first language first, each including what is the same in every language.

    A language's words include `language`, its tag, and `direction`, `ltr` or `rtl`. unlisted_forms: the forms
    that only people with the address find.
    """

    words: Mapping[str, dict[str, Any]]
    unlisted_forms: tuple[str, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages. The first one's addresses have no prefix."""
        return tuple(self.words)

    def prefix(self, language: str) -> str:
        """Return the prefix of this language's addresses: empty, or such as `/sv`."""
        return "" if language == self.languages[0] else f"/{language}"


def read_site_content(folder: Path, *, source: str = "site") -> SiteContent:
    """Read an organisation's `site/`. source: its name in messages.

    Every language must have every text, with the same placeholders. Raises SiteContentError with every mistake.
    """
    shared = _table(folder, SHARED, source)
    languages = sorted(path.stem for path in folder.glob("*.toml") if _LANGUAGE.fullmatch(path.stem))
    first = shared.pop("first_language", "")
    unlisted = shared.pop(UNLISTED, [])
    if not isinstance(unlisted, list) or not all(isinstance(name, str) for name in unlisted):
        raise SiteContentError(f'{source}/{SHARED}: "{UNLISTED}" must be a list of forms, such as ["camp"].')
    shared.pop(time_zones.KEY, None)  # comes with the forms
    if first not in languages:
        files = ", ".join(languages) or "no language, for there is no such file"
        raise SiteContentError(f'{source}/{SHARED}: "first_language" is {first!r}; use one of {files}.')
    words = {
        language: _words(folder, language, shared, source)
        for language in sorted(languages, key=lambda one: one != first)
    }
    problems = [
        problem
        for language in words
        if language != first
        for problem in _differences(words[first], words[language], first=first, language=language, source=source)
    ]
    if problems:
        raise SiteContentError("\n".join(problems))
    return SiteContent(words, tuple(unlisted))


def ensure_words_of_changes(content: SiteContent, forms: Mapping[str, Form]) -> None:
    """Raise SiteContentError if a form lets registrants change answers, and a language has no words for that page.

    Content files from before `[own_changes]` lack them.
    """
    name = next((form.name for form in forms.values() if form.own_changes is not None), None)
    missing = [
        f"site/my.{language}.toml: [{table}] is missing, and forms/{name}/form.toml has [own_changes]; copy it from "
        "example/site in the product."
        for language, words in content.words.items()
        for table, there in (
            ("my.change", "change" in words["my"]),
            ("my.problem.too_late", "too_late" in words["my"]["problem"]),
        )
        if name is not None and not there
    ]
    if missing:
        raise SiteContentError("\n".join(missing))


def _words(folder: Path, language: str, shared: dict[str, Any], source: str) -> dict[str, Any]:
    texts = _table(folder, f"{language}.toml", source)
    if not isinstance(texts.get("name"), str):
        raise SiteContentError(
            f'{source}/{language}.toml: "name" must be what its speakers call the language, such as "Deutsch".'
        )
    if texts.setdefault("direction", "ltr") not in ("ltr", "rtl"):
        raise SiteContentError(f'{source}/{language}.toml: "direction" is {texts["direction"]!r}; use one of ltr, rtl.')
    page = _table(folder, f"{OWN_PAGE}.{language}.toml", source)
    return {**over(shared, texts), **page, "language": language}


def over(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with the texts of `more` in place, table by table."""
    inner = {
        name: over(base[name], value)
        for name, value in more.items()
        if isinstance(value, dict) and isinstance(base.get(name), dict)
    }
    return {**base, **more, **inner}


def _table(folder: Path, name: str, source: str) -> dict[str, Any]:
    try:
        return read_toml(folder / name)
    except FileNotFoundError as error:
        raise SiteContentError(f"{source}/{name}: this file is missing.") from error
    except TomlError as error:
        raise SiteContentError(f"{source}/{name}: {error}.") from error


def _differences(
    base: Mapping[str, Any], other: Mapping[str, Any], *, first: str, language: str, source: str
) -> Iterator[str]:
    """Yield a sentence for each text that one language lacks or has in another form."""
    ours, theirs = dict(_flat(base)), dict(_flat(other))
    for path, value in ours.items():
        file, like = f"{source}/{_file(path, language)}", _file(path, first)
        if path not in theirs:
            if _around(path) in theirs:  # otherwise a message names the table around it
                yield f'{file}: "{path}" is missing, but {like} has it. Add it.'
        elif type(value) is not type(theirs[path]):
            yield f'{file}: "{path}" must be {_KINDS.get(type(value), "of the same kind")}, as in {like}.'
        elif _holes(value) != _holes(theirs[path]):
            placeholders = ", ".join(f"{{{hole}}}" for hole in sorted(_holes(value))) or "nothing in { }"
            yield f'{file}: "{path}" must contain {placeholders}, as in {like}.'
    for path in theirs:
        if path not in ours and _around(path) in ours:
            file, like = f"{source}/{_file(path, first)}", _file(path, language)
            yield f'{file}: "{path}" is missing, but {like} has it. Add it.'


def _flat(table: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each table and text with its path. Tables in a list are numbered."""
    yield at, table
    for name, value in table.items():
        path = f"{at}.{name}" if at else name
        if isinstance(value, dict):
            yield from _flat(value, path)
            continue
        yield path, value
        if isinstance(value, list):
            for number, item in enumerate(value):
                if isinstance(item, dict):
                    yield from _flat(item, f"{path}[{number}]")


def _around(path: str) -> str:
    """Return the path of the table or list that contains this path."""
    return path[: path.rindex("[")] if path.endswith("]") else path.rpartition(".")[0]


def _file(path: str, language: str) -> str:
    """Return the file that contains a path."""
    page = f"{OWN_PAGE}." if path.partition(".")[0] == OWN_PAGE else ""
    return f"{page}{language}.toml"


def _holes(value: object) -> set[str]:
    """Return the names of the placeholders in a text or a list of texts."""
    if isinstance(value, list):
        return {hole for item in value for hole in _holes(item)}
    return set(_PLACEHOLDER.findall(value)) if isinstance(value, str) else set()
