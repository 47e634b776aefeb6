"""Addresses of documentation, which nobody's mail reaches: fine to try things with, wrong to go live with."""

from __future__ import annotations

from email.utils import parseaddr
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.domain.forms import Form

#: Reserved by RFC 2606 and RFC 6761.
_DOMAINS = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")


def is_example(address: str) -> bool:
    """Whether an address, `Name <address>` or a domain is one that nobody's mail reaches."""
    domain = "." + (parseaddr(address)[1] or address).rpartition("@")[2].lower().rstrip(".")
    return any(domain.endswith(f".{reserved}") for reserved in _DOMAINS)


def example_staff(form: Form) -> Iterator[str]:
    """Give the example addresses that a form mails its entries to."""
    return filter(is_example, form.staff)
