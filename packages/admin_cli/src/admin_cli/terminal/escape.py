"""Makes data harmless for a terminal: a visitor's text must never move the cursor or hide text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Control characters (C0, DEL, C1), line and paragraph separators, bidirectional overrides, lone surrogates, and
#: invisible characters: zero-width spaces, soft hyphens, fillers, annotation and tag characters. Joiners stay, because
#: emoji and names in several scripts need them.
_HARMFUL = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
_HARMFUL_ANYWHERE = re.compile(f"[{_HARMFUL}]")
_LAST_OF_TWO, _LAST_OF_FOUR = 0xFF, 0xFFFF  # hexadecimal digits
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LONG = {"\\\\": "\\"} | {escape: letter for letter, escape in _SHORT.items()}
_ESCAPED = re.compile(r"\\(?:[\\nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")


def plain(text: str) -> str:
    r"""Write a text on one line; what could do harm is shown as an escape such as \x1b."""
    return _HARMFUL_ANYWHERE.sub(_escape, text)


def harmless(text: str) -> bool:
    """Whether `plain` would leave a text unchanged."""
    return _HARMFUL_ANYWHERE.search(text) is None


def plain_lines(text: str) -> list[str]:
    """Return the lines of a text, each made harmless."""
    return [plain(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def tab_separated(text: str) -> str:
    r"""Write a cell of a tab-separated line; the backslash is escaped too, so that a program can undo it."""
    return plain(text.replace("\\", "\\\\"))


def from_tab_separated(cell: str) -> str:
    """Undo `tab_separated`."""
    return _ESCAPED.sub(_unescape, cell)


def to_json(value: object, *, indent: int | None = 2) -> str:
    """Return JSON with readable letters of every script and no raw control characters."""
    return _HARMFUL_ANYWHERE.sub(_escape_json, json.dumps(value, ensure_ascii=False, indent=indent))


def to_json_line(value: Mapping[str, object]) -> str:
    """Return JSON on a single line."""
    return to_json(value, indent=None)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    return f"\\x{code:02x}" if code <= _LAST_OF_TWO else f"\\u{code:04x}" if code <= _LAST_OF_FOUR else f"\\U{code:08x}"


def _unescape(match: re.Match[str]) -> str:
    escaped = match[0]
    return _LONG[escaped] if escaped in _LONG else chr(int(escaped, 0))


def _escape_json(match: re.Match[str]) -> str:
    character = match[0]
    if character == "\n":  # only between tokens, because json escapes it inside strings
        return character
    return json.dumps(character)[1:-1]
