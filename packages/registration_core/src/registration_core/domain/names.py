"""Names that people type: whether they hide a link, and how they may appear in a mail to a stranger."""

from __future__ import annotations

import unicodedata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_LETTERS_SHOWN = 30
_JOINERS = frozenset("\u200c\u200d")
"""Format characters that belong to words: in Persian, in Indic scripts."""
_IN_NAMES = frozenset(" -'\u2019\u2010\u00b7\u30fb\u05f3\u05f4") | _JOINERS
_DOMAINS = frozenset(
    {"app", "biz", "cc", "click", "club", "co", "com", "de", "dev", "eu", "example", "fi", "fun", "info", "io", "link"}
    | {"live", "me", "net", "nl", "no", "nu", "online", "org", "ru", "se", "shop", "site", "space", "store", "su"}
    | {"ai", "gle", "help", "ly", "page", "pl", "top", "tv", "uk", "us", "website", "world", "xyz"}
)
"""Top-level domains that make a name suspicious. Not all of them: `J.R.Smith` and `St.John` are people."""

_IN_PEOPLES_NAMES = frozenset({"ai", "co", "de", "eu", "fi", "no", "nu", "se", "su", "us"})
"""Top-level domains that names also contain, after an initial or a title: `J.de Vries`, `Dr.No`."""
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "prof", "st"})
_IGNORABLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Invisible letters: Unicode's Default_Ignorable_Code_Point, without format characters."""


def plain(text: str) -> str:
    """Return a text without disguises.

    Full-width and other compatibility forms become ordinary letters, invisible letters (zero-width
    spaces, soft hyphens, variation selectors) are removed, white space becomes one space, and case
    is folded.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(letter for letter in folded if not _unseen(letter))
    return " ".join(unicodedata.normalize("NFKC", seen).split())


def count_links(text: str) -> int:
    """Return how many links a text has, in any spelling. `https://www.` counts as one."""
    seen = plain(text).replace("://www.", "://")
    return seen.count("http://") + seen.count("https://") + seen.count("www.")


def holds_address(name: str) -> bool:
    """Whether a name contains a link, an e-mail address or a site's name."""
    seen = plain(name)
    if count_links(name) or "://" in seen or "@" in seen:
        return True
    for word in seen.replace("\u3002", ".").split():
        host = word.partition("/")[0].partition("?")[0]
        labels = host.rstrip(".,;:!)").split(".")
        if len(labels) > 1 and (host != word or (labels[-1] in _DOMAINS and not _is_person(labels))):
            return True
    return False


def _is_person(labels: Sequence[str]) -> bool:
    """Whether a dotted word is an initial or a title before a name, not a site."""
    return labels[-1] in _IN_PEOPLES_NAMES and (len(labels[-2]) == 1 or labels[-2] in _TITLES)


def _unseen(letter: str) -> bool:
    """Whether a letter is invisible."""
    return (
        unicodedata.category(letter) == "Cf"
        or letter in _IGNORABLE
        or "\ufe00" <= letter <= "\ufe0f"
        or "\u180b" <= letter <= "\u180f"
        or "\U000e0000" <= letter <= "\U000e0fff"
    )


def name_for_stranger(name: str) -> str:
    """Return the name for a mail to an unverified address; empty if it has more than a name in it.

    A name has letters, joiners and dots after initials, but no digits and no dot inside a word,
    which a mail program could turn into a link. A long one is cut.
    """
    line = " ".join(name.split())
    if holds_address(line):
        return ""
    for place, letter in enumerate(line):
        after = line[place + 1 : place + 2]
        is_initial = letter == "." and after in {"", " ", "-"}
        if letter in _IN_NAMES or is_initial:
            continue
        if _unseen(letter) or unicodedata.category(letter)[0] not in "LM":
            return ""
    if len(line) <= _LETTERS_SHOWN:
        return line
    cut = line[: _LETTERS_SHOWN - 1]
    while cut and (unicodedata.category(line[len(cut)])[0] == "M" or line[len(cut)] in _JOINERS):
        cut = cut[:-1]
    return cut.rstrip() + "…" if cut else ""
