"""Typing errors in e-mail domains, such as gmial.con: a short list of domains that nobody means."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SLIPS: Mapping[str, str] = {
    **dict.fromkeys(("gmial", "gmal", "gmai", "gamil", "gnail", "gmaill", "gmali", "hmail"), "gmail"),
    **dict.fromkeys(("hotmial", "hotmal", "hotmai", "hormail", "homail", "hotmaill", "htomail"), "hotmail"),
    **dict.fromkeys(("outlok", "outloo", "oulook", "outllok"), "outlook"),
    **dict.fromkeys(("yaho", "yahooo", "yhoo"), "yahoo"),
    **dict.fromkeys(("iclod", "icoud", "iclould"), "icloud"),
    **dict.fromkeys(("con", "cmo", "ocm", "comm", "vom", "xom", "cpm", "coom"), "com"),
}
"""Misspelt domain labels, and what was meant. Labels that exist (`.co`, `.cm`) aren't in it."""


def corrected_address(address: str) -> str:
    """Return the address with typing errors in its domain corrected."""
    before, at, domain = address.rpartition("@")
    return before + at + ".".join(SLIPS.get(label.lower(), label) for label in domain.split("."))
