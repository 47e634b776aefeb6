"""A form's own mails, for staff to send: their names, and the values that each needs."""

from __future__ import annotations

import hashlib
import re

from registration_core.domain.forms import OwnMail
from registration_core.domain.mail import GROUP_MAIL, MailKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE = re.compile(r"(?P<name>[a-z][a-z0-9_]{0,39})\.(?P<language>[a-z]{2,3})\.(?:subject|txt|html)\.j2")
_SAID = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_GIVEN = re.compile(r"\bset\.([a-z][a-z0-9_]*)")
_DIGEST_LETTERS = 12


def own_mails(folder: Path) -> tuple[OwnMail, ...]:
    """Return the mails of a folder that are of no kind of Rollcall's, sorted by name."""
    files: dict[str, dict[str, str]] = {}
    languages: dict[str, set[str]] = {}
    for path in sorted(folder.glob("*.j2")):
        match = FILE.fullmatch(path.name)
        if match is not None and match["name"] not in (*MailKind, GROUP_MAIL):
            text = path.read_bytes().decode(errors="replace")  # the mails' check tells what is no UTF-8
            files.setdefault(match["name"], {})[path.name] = text
            languages.setdefault(match["name"], set()).add(match["language"])
    return tuple(
        OwnMail(name, tuple(sorted(languages[name])), _needs(texts.values()), _digest(texts))
        for name, texts in sorted(files.items())
    )


def _needs(texts: Iterable[str]) -> tuple[str, ...]:
    expressions = (part for text in texts for part in _SAID.findall(text))
    return tuple(sorted({name for part in expressions for name in _GIVEN.findall(part)}))


def _digest(texts: Mapping[str, str]) -> str:
    content = "\0".join(part for name in sorted(texts) for part in (name, texts[name]))
    return hashlib.sha256(content.encode()).hexdigest()[:_DIGEST_LETTERS]
