"""A language more, or one less, in all of an organisation's files at once."""

from __future__ import annotations

import re
import shutil
import tomllib
from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode
from registration_core.adapters.render import SHARED
from registration_core.domain.messages import DEFAULT_LANGUAGE, LANGUAGES
from rollcall_build.forms.words import FOLDER as WORDS
from rollcall_build.site.content import SHARED as SITE
from rollcall_build.site.content import SiteContentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rollcall_build.sources import Sources

_NAME = re.compile(r"[a-z]{2,3}")
_RIGHT_TO_LEFT = ("ar", "dv", "fa", "he", "ps", "ug", "ur", "yi")
_STRING = r'"(?:[^"\\\n]|\\.)*"' + r"|'[^'\n]*'"
_ALONE = re.compile(rf"^(label|hint|title|description|place|heading)(\s*=\s*)({_STRING})", re.MULTILINE)
_LANGUAGES = re.compile(r"^languages\s*=\s*\[([^\]]*)\]", re.MULTILINE)


def add(sources: Sources, language: str, name: str) -> list[Path]:
    """Write all that a language needs, in English until somebody translates it; return the files, sorted.

    name: what its speakers call it. Raises CliError, SiteContentError.
    """
    first = _first_language(sources)
    if not _NAME.fullmatch(language):
        raise CliError(
            f"A language is called by two or three small letters, such as de, not {language!r}.",
            exit_code=ExitCode.USAGE,
        )
    if there := sorted(_files_of(sources, language)):
        raise CliError(
            f"{language} is there already: {_inside(sources, there[0])}.",
            hint=f"To start it anew: rollcall forms language remove {language}",
        )
    made = [*_copied_words(sources, language), *_copied_site(sources, first, language, name)]
    made += [*_copied_mails(sources, language)]
    changed = [*_rewritten(sources, lambda text: _with_language(text, language))]
    return sorted([*made, *changed])


def remove(sources: Sources, language: str) -> list[Path]:
    """Take a language out of every file; return those that are gone or changed, sorted. Raises CliError."""
    first = _first_language(sources)
    if language in (DEFAULT_LANGUAGE, first):
        why = "the site's first_language" if language == first else "what forms fall back on"
        raise CliError(f"{language} cannot be removed: it is {why}.")
    gone = sorted(_files_of(sources, language))
    changed = [*_rewritten(sources, lambda text: _without_language(text, language))]
    if not gone and not changed:
        raise CliError(f"There is no {language} in {sources.organisation}.", exit_code=ExitCode.NOT_FOUND)
    for path in gone:
        path.unlink()
    for folder in {path.parent for path in gone if path.parent.name in (WORDS, SHARED)}:
        if not any(folder.iterdir()):
            folder.rmdir()
    return sorted([*gone, *changed])


def _first_language(sources: Sources) -> str:
    """Return the site's first language; what else is wrong with the site may be what the command mends."""
    try:
        said = tomllib.loads((sources.site / SITE).read_text(encoding="utf-8"))
        return str(said["first_language"])
    except (OSError, ValueError, KeyError) as error:
        raise SiteContentError(f'site/{SITE}: "first_language" cannot be read ({error}).') from error


def _files_of(sources: Sources, language: str) -> Iterator[Path]:
    """Give the files that are of this language alone."""
    for pattern in (f"{WORDS}/{language}.toml", f"{SHARED}/*.{language}.*.j2", f"*/mail/*.{language}.*.j2"):
        yield from sources.forms.glob(pattern)
    for name in (f"{language}.toml", f"my.{language}.toml"):
        yield from sources.site.glob(name)


def _copied_words(sources: Sources, language: str) -> Iterator[Path]:
    """Copy the model of what the API says; two languages are built in."""
    if language in LANGUAGES:
        return
    file = sources.forms / WORDS / f"{language}.toml"
    file.parent.mkdir(exist_ok=True)
    shutil.copyfile(sources.root / "docs" / "words.toml", file)
    yield file


def _copied_site(sources: Sources, first: str, language: str, name: str) -> Iterator[Path]:
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


def _copied_mails(sources: Sources, language: str) -> Iterator[Path]:
    """Copy the English mails: the product's, unless the organisation has its own, and those of each form."""
    english = f".{DEFAULT_LANGUAGE}."
    theirs = {path.name: path for path in (sources.shared / SHARED).glob(f"*{english}*.j2")}
    theirs |= {path.name: path for path in (sources.forms / SHARED).glob(f"*{english}*.j2")}
    copies = [(path, sources.forms / SHARED) for path in theirs.values()]
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


def _rewritten(sources: Sources, change: Callable[[str], str]) -> Iterator[Path]:
    for file in sorted(sources.forms.glob("*/form.toml")):
        before = file.read_text(encoding="utf-8")
        after = change(before)
        if after != before:
            file.write_text(after, encoding="utf-8")
            yield file


def _with_language(text: str, language: str) -> str:
    """Return a form file whose every text says in the language what it says in English."""
    text = _ALONE.sub(lambda found: f"{found[1]}{found[2]}{{ {DEFAULT_LANGUAGE} = {found[3]} }}", text)
    text = re.sub(
        rf"^{DEFAULT_LANGUAGE}(\s*=\s*)({_STRING})(.*)$",
        lambda found: f"{found[0]}\n{language}{found[1]}{found[2]}",
        text,
        flags=re.MULTILINE,
    )
    text = re.sub(
        rf"(?<=[{{,])(\s*){DEFAULT_LANGUAGE}(\s*=\s*)({_STRING})",
        lambda found: f"{found[0]}, {language}{found[2]}{found[3]}",
        text,
    )
    if _LANGUAGES.search(text) is None:
        return f'languages = ["{DEFAULT_LANGUAGE}", "{language}"]\n{text}'
    return _LANGUAGES.sub(lambda found: f'languages = [{found[1].rstrip(", ")}, "{language}"]', text)


def _without_language(text: str, language: str) -> str:
    text = re.sub(rf"^{language}\s*=\s*(?:{_STRING}).*\n", "", text, flags=re.MULTILINE)
    text = re.sub(rf",\s*{language}\s*=\s*(?:{_STRING})", "", text)
    text = re.sub(rf"(?<=\{{)(\s*){language}\s*=\s*(?:{_STRING})\s*,\s*", r"\1", text)
    kept = _LANGUAGES.search(text)
    if kept is None:
        return text
    names = [name for name in re.findall(r"[\"']([^\"']+)[\"']", kept[1]) if name != language]
    return _LANGUAGES.sub(lambda _: f"languages = [{', '.join(f'{chr(34)}{name}{chr(34)}' for name in names)}]", text)


def _inside(sources: Sources, path: Path) -> str:
    return path.relative_to(sources.organisation).as_posix()
