"""Names that people type: which hold an address or a link, and what of one may stand in a mail to a stranger."""

from __future__ import annotations

import unicodedata

_LETTERS_SHOWN = 30
_JOINERS = frozenset("\u200c\u200d")
"""Format characters that belong to words: in Persian, in Indic scripts."""
_IN_NAMES = frozenset(" -'\u2019\u2010\u00b7\u30fb\u05f3\u05f4") | _JOINERS
_DOMAINS = frozenset(
    {"app", "biz", "cc", "click", "club", "co", "com", "de", "dev", "eu", "example", "fi", "fun", "info", "io", "link"}
    | {"live", "me", "net", "nl", "no", "nu", "online", "org", "ru", "se", "shop", "site", "space", "store", "su"}
    | {"top", "tv", "uk", "us", "website", "world", "xyz"}
)
"""Endings of an address in a name. Not each one that there is: `J.R.Smith` and `St.John` are people."""


def plain(text: str) -> str:
    """Return a text without what only looks different.

    Full-width and other compatibility forms become what they stand for, format characters (zero-width spaces, soft
    hyphens) go, white space is one space, and case is folded.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).split())


def count_links(text: str) -> int:
    """Return how many links a text holds, however they are spelt; `https://www.` is one."""
    seen = plain(text).replace("://www.", "://")
    return seen.count("http://") + seen.count("https://") + seen.count("www.")


def holds_address(name: str) -> bool:
    """Whether what should be a name holds a link, a mail address or the name of a site."""
    seen = plain(name)
    if count_links(name) or "://" in seen or "@" in seen:
        return True
    for word in seen.replace("\u3002", ".").split():
        labels = word.partition("/")[0].partition("?")[0].rstrip(".,;:!)").split(".")
        if len(labels) > 1 and labels[-1] in _DOMAINS and len(labels[-2]) > 1:
            return True
    return False


def name_for_stranger(name: str) -> str:
    """Return what of a name may be mailed to an address that nobody has proven; nothing where it is no mere name.

    A name is letters, with what joins them, and dots after initials: no digits, no dot inside of a word that a mail
    program could make a link of. A long one is cut.
    """
    line = " ".join(name.split())
    if holds_address(line):
        return ""
    for place, letter in enumerate(line):
        after = line[place + 1 : place + 2]
        is_initial = letter == "." and after in {"", " ", "-"}
        if not (letter in _IN_NAMES or is_initial or unicodedata.category(letter)[0] in "LM"):
            return ""
    if len(line) <= _LETTERS_SHOWN:
        return line
    cut = line[: _LETTERS_SHOWN - 1]
    while cut and (unicodedata.category(line[len(cut)])[0] == "M" or line[len(cut)] in _JOINERS):
        cut = cut[:-1]
    return cut.rstrip() + "…" if cut else ""
