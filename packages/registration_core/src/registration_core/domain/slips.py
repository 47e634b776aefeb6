"""Slips of the fingers in mail addresses, such as gmial.con: a short list, for what nobody means."""

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
"""Labels of a domain that are none. Those that are somebody's own (`.co`, `.cm`) are not among them."""


def meant_address(address: str) -> str:
    """Return the address as it may have been meant: the same, but for slips in its domain."""
    before, at, domain = address.rpartition("@")
    return before + at + ".".join(SLIPS.get(label.lower(), label) for label in domain.split("."))
