"""Adds a language to all of an organisation's files, or removes one."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode
from registration_core.adapters.render import SHARED
from registration_core.domain.messages import DEFAULT_LANGUAGE, LANGUAGES
from rollcall_build.forms.words import FOLDER as WORDS
from rollcall_build.site.content import SHARED as SITE
from rollcall_build.site.content import SiteContentError
from rollcall_build.toml_files import read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rollcall_build.sources import Sources

_NAME = re.compile(r"[a-z]{2,3}")
_RIGHT_TO_LEFT = ("ar", "dv", "fa", "he", "ps", "ug", "ur", "yi")
_STRING = r'"(?:[^"\\\n]|\\.)*"' + r"|'[^'\n]*'"
_PLAIN_TEXT = re.compile(rf"^(label|hint|title|description|place|heading)(\s*=\s*)({_STRING})", re.MULTILINE)
_LANGUAGES = re.compile(r"^languages\s*=\s*\[([^\]]*)\]", re.MULTILINE)


def add(sources: Sources, language: str, name: str) -> list[Path]:
    """Write every file and text that a language needs, in English; return the files, sorted.

    name: what its speakers call it. Raises CliError, SiteContentError.
    """
    first = _first_language(sources)
    if not _NAME.fullmatch(language):
        raise CliError(
            f"Name a language by two or three lower-case letters, such as de, not {language!r}.",
            exit_code=ExitCode.USAGE,
        )
    if existing := sorted(_files_of(sources, language)):
        raise CliError(
            f"{language} already exists: {_inside(sources, existing[0])}.",
            hint=f"To start again: rollcall forms language remove {language}",
        )
    created = [*_copy_words(sources, language), *_copy_site(sources, first, language, name)]
    created += [*_copy_mails(sources, language)]
    changed = [*_rewrite_forms(sources, lambda text: _with_language(text, language))]
    return sorted([*created, *changed])


def remove(sources: Sources, language: str) -> list[Path]:
    """Remove a language from every file; return the files deleted or changed, sorted. Raises CliError."""
    first = _first_language(sources)
    if language in (DEFAULT_LANGUAGE, first):
        why = "the site's first_language" if language == first else "what forms fall back on"
        raise CliError(f"You can't remove {language}, because it is {why}.")
    deleted = sorted(_files_of(sources, language))
    changed = [*_rewrite_forms(sources, lambda text: _without_language(text, language))]
    if not deleted and not changed:
        raise CliError(f"There is no {language} in {sources.organisation}.", exit_code=ExitCode.NOT_FOUND)
    for path in deleted:
        path.unlink()
    for folder in {path.parent for path in deleted if path.parent.name in (WORDS, SHARED)}:
        if not any(folder.iterdir()):
            folder.rmdir()
    return sorted([*deleted, *changed])


def _first_language(sources: Sources) -> str:
    """Return the site's first language. Other mistakes in the site don't matter: this command may fix them."""
    try:
        content = read_toml(sources.site / SITE)
        return str(content["first_language"])
    except (OSError, ValueError, KeyError) as error:
        raise SiteContentError(f'site/{SITE}: "first_language" cannot be read ({error}).') from error


def _files_of(sources: Sources, language: str) -> Iterator[Path]:
    """Yield the files that are only for this language."""
    for pattern in (f"{WORDS}/{language}.toml", f"{SHARED}/*.{language}.*.j2", f"*/mail/*.{language}.*.j2"):
        yield from sources.forms.glob(pattern)
    for name in (f"{language}.toml", f"my.{language}.toml"):
        yield from sources.site.glob(name)


def _copy_words(sources: Sources, language: str) -> Iterator[Path]:
    """Copy the template of the API's messages, unless the language is built in."""
    if language in LANGUAGES:
        return
    file = sources.forms / WORDS / f"{language}.toml"
    file.parent.mkdir(exist_ok=True)
    shutil.copyfile(sources.root / "docs" / "words.toml", file)
    yield file


def _copy_site(sources: Sources, first: str, language: str, name: str) -> Iterator[Path]:
    text = (sources.site / f"{first}.toml").read_text(encoding="utf-8")
    direction = '\ndirection = "rtl"' if language in _RIGHT_TO_LEFT else ""
    text = re.sub(r"^direction\s*=.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(
        rf"^name\s*=\s*(?:{_STRING})", lambda _: f'name = "{name}"{direction}', text, count=1, flags=re.MULTILINE
    )
    for file, content in (
        (sources.site / f"{language}.toml", text),
        (sources.site / f"my.{language}.toml", (sources.site / f"my.{first}.toml").read_text(encoding="utf-8")),
    ):
        file.write_text(content, encoding="utf-8")
        yield file


def _copy_mails(sources: Sources, language: str) -> Iterator[Path]:
    """Copy the English mails: the product's, unless the organisation has its own, and those of each form."""
    english = f".{DEFAULT_LANGUAGE}."
    shared_mails = {path.name: path for path in (sources.shared / SHARED).glob(f"*{english}*.j2")}
    shared_mails |= {path.name: path for path in (sources.forms / SHARED).glob(f"*{english}*.j2")}
    copies = [(path, sources.forms / SHARED) for path in shared_mails.values()]
    copies += [(path, path.parent) for path in sources.forms.glob(f"*/mail/*{english}*.j2")]
    for path, folder in copies:
        folder.mkdir(exist_ok=True)
        file = folder / path.name.replace(english, f".{language}.")
        text = path.read_text(encoding="utf-8")
        file.write_text(
            text.replace(f"{english}txt.j2", f".{language}.txt.j2")
            .replace(f"{english}html.j2", f".{language}.html.j2")
            .replace(f"{english}subject.j2", f".{language}.subject.j2"),
            encoding="utf-8",
        )
        yield file


def _rewrite_forms(sources: Sources, change: Callable[[str], str]) -> Iterator[Path]:
    for file in sorted(sources.forms.glob("*/form.toml")):
        before = file.read_text(encoding="utf-8")
        after = change(before)
        if after != before:
            file.write_text(after, encoding="utf-8")
            yield file


def _with_language(text: str, language: str) -> str:
    """Return a form file in which the language has a copy of every English text."""
    text = _PLAIN_TEXT.sub(lambda match: f"{match[1]}{match[2]}{{ {DEFAULT_LANGUAGE} = {match[3]} }}", text)
    text = re.sub(
        rf"^{DEFAULT_LANGUAGE}(\s*=\s*)({_STRING})(.*)$",
        lambda match: f"{match[0]}\n{language}{match[1]}{match[2]}",
        text,
        flags=re.MULTILINE,
    )
    text = re.sub(
        rf"(?<=[{{,])(\s*){DEFAULT_LANGUAGE}(\s*=\s*)({_STRING})",
        lambda match: f"{match[0]}, {language}{match[2]}{match[3]}",
        text,
    )
    if _LANGUAGES.search(text) is None:
        return f'languages = ["{DEFAULT_LANGUAGE}", "{language}"]\n{text}'
    return _LANGUAGES.sub(lambda match: f'languages = [{match[1].rstrip(", ")}, "{language}"]', text)


def _without_language(text: str, language: str) -> str:
    text = re.sub(rf"^{language}\s*=\s*(?:{_STRING}).*\n", "", text, flags=re.MULTILINE)
    text = re.sub(rf",\s*{language}\s*=\s*(?:{_STRING})", "", text)
    text = re.sub(rf"(?<=\{{)(\s*){language}\s*=\s*(?:{_STRING})\s*,\s*", r"\1", text)
    languages = _LANGUAGES.search(text)
    if languages is None:
        return text
    names = [name for name in re.findall(r"[\"']([^\"']+)[\"']", languages[1]) if name != language]
    return _LANGUAGES.sub(lambda _: f"languages = [{', '.join(f'{chr(34)}{name}{chr(34)}' for name in names)}]", text)


def _inside(sources: Sources, path: Path) -> str:
    return path.relative_to(sources.organisation).as_posix()
