"""Whether mails are in the language that their files' names say."""

from __future__ import annotations

import re
from itertools import product

from registration_core.adapters.render import PARTS, SHARED
from registration_core.domain.forms import MESSAGE
from registration_core.domain.mail import GROUP_MAIL, MailKind
from registration_core.domain.messages import DEFAULT_LANGUAGE, LANGUAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from registration_core.domain.forms import Form

_ENGLISH = f".{DEFAULT_LANGUAGE}."
_MADE_OF = re.compile(r"[\w/]+\.([a-z]{2,3})\.(?:subject|txt|html)\.j2")
_CODE = re.compile(r"\{[{%#].*?[%#}]\}|<[^>]*>", re.DOTALL)
_WORDS_IN_CODE = re.compile(r"\{\{[^}]*\"[^\"}]*[^\W\d_][^\"}]*\"")


def of_two_languages(forms_dir: Path, shared: Path, form: Form, mail: str) -> Iterator[str]:
    """Name the files of a mail, such as `verify.de`, that extend or include one of another language."""
    language = mail.rpartition(".")[2]
    for path, called in _files(forms_dir, shared, form, mail):
        for other in _MADE_OF.findall(_text(path)):
            if other != language:
                yield (
                    f'{called} uses a file with ".{other}." in its name, so the mail would be in two '
                    f'languages; write ".{language}." there.'
                )


def mails_in_english(forms_dir: Path, shared: Path, forms: Mapping[str, Form]) -> Iterator[str]:
    """Name the mails of an organisation's own languages that are still in English, a sentence each.

    They are no mistakes: a mail in English is better than none.
    """
    for form in forms.values():
        own = ((mail.name, language) for mail in form.mails for language in mail.languages)
        group = (GROUP_MAIL,) if form.group is not None else ()
        for mail, language in (*product((*MailKind, MESSAGE.name, *group), form.languages), *own):
            if language not in LANGUAGES:
                yield from _in_english(forms_dir, shared, form, f"{mail}.{language}")


def _in_english(forms_dir: Path, shared: Path, form: Form, mail: str) -> Iterator[str]:
    language = f".{mail.rpartition('.')[2]}."
    files = list(_files(forms_dir, shared, form, mail))
    if not files:
        yield f"forms/{SHARED}/{mail}.*.j2 are missing, so this mail is in English."
    parts: dict[str, list[str]] = {}
    for path, called in files:
        name = path.name.replace(language, _ENGLISH)
        model = next((file for file in (path.with_name(name), shared / SHARED / name) if file.is_file()), None)
        if model is not None and _text(path).replace(language, _ENGLISH) == _text(model) and _says_anything(path):
            folder, part = called.rpartition("/")[0], path.name.removeprefix(f"{mail}.").removesuffix(".j2")
            parts.setdefault(folder, []).append(part)
    for folder, same in parts.items():
        yield f"{folder}/{mail} is still in English; translate its {', '.join(same)}."


def _files(forms_dir: Path, shared: Path, form: Form, mail: str) -> Iterator[tuple[Path, str]]:
    """Yield the files of a mail: the form's own, and those of all forms; and what messages call each."""
    for part in PARTS:
        name = f"{mail}.{part}.j2"
        for folder in (f"{form.name}/mail", SHARED):
            if (forms_dir / folder / name).is_file():
                yield forms_dir / folder / name, f"forms/{folder}/{name}"
        if not (forms_dir / SHARED / name).is_file() and (shared / SHARED / name).is_file():
            yield shared / SHARED / name, f"shared/{SHARED}/{name}"


def _says_anything(path: Path) -> bool:
    text = _text(path)
    return _WORDS_IN_CODE.search(text) is not None or any(letter.isalpha() for letter in _CODE.sub("", text))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
