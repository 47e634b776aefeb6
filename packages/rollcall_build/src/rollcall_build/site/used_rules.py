"""The rules of a style that a page uses: those whose classes its scripts and templates name."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_COMMA = re.compile(r",(?![^(]*\))")
_UNLESS = re.compile(r":not\([^)]*\)")
_LITERAL = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`")
_HOLE = re.compile(r"\$\{([^}]*)\}")
_NAME = re.compile(r"(?<![\w.-])-?[A-Za-z_][\w-]*(?![\w.-])")
"""A word on its own. In `list.count`, which names a text of the page, there is none."""
_DATA = re.compile(r"\[(data-[\w-]+)")
_USE = re.compile(r"var\((--[\w-]+)")
_PROPERTY = re.compile(r"(--[\w-]+):[^;}]*;?")
_GROUPS = ("@media", "@supports")


def names_in(source: str) -> frozenset[str]:
    """Return the words in the texts of a script or template: its classes, and more."""
    texts = _LITERAL.findall(source)
    in_holes = [hole for text in texts if text.startswith("`") for hole in _HOLE.findall(text)]
    words = frozenset(name for text in texts for name in _NAME.findall(_HOLE.sub(" ", text)))
    return words.union(*map(names_in, in_holes))


def used_rules(style: str, names: Collection[str]) -> str:
    """Return a slimmed style without the selectors that need a class outside of `names`, or other data attributes."""
    return "".join(_used(rule, names) for rule in _rules(style))


def without_unused_properties(style: str) -> str:
    """Return a slimmed style without the custom properties that nothing in it uses."""
    used = frozenset(_USE.findall(style))
    return _PROPERTY.sub(lambda declared: declared[0] if declared[1] in used else "", style)


def _used(rule: str, names: Collection[str]) -> str:
    head, _, body = rule.partition("{")
    if head.startswith(_GROUPS):
        inner = used_rules(body[:-1], names)
        return f"{head}{{{inner}}}" if inner else ""
    if head.startswith("@"):
        return rule
    selectors = [one for one in _COMMA.split(head) if _matches(one, names)]
    return f"{','.join(selectors)}{{{body}" if selectors else ""


def _matches(selector: str, names: Collection[str]) -> bool:
    needed = _UNLESS.sub("", selector)
    return all(name in names for name in (*_CLASS.findall(needed), *_DATA.findall(needed)))


def _rules(style: str) -> Iterator[str]:
    depth = start = 0
    for at, letter in enumerate(style):
        depth += (letter == "{") - (letter == "}")
        if letter == "}" and depth == 0:
            yield style[start : at + 1]
            start = at + 1
